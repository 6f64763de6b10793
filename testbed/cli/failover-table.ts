/**
 * One table of what a failing link costs, ours beside the kernel's: in virtual time from the committed references,
 * in real time from the committed proof. Runs nothing.
 *
 *   node testbed/cli/failover-table.ts
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { formatDuration, parseDuration } from '../../src/base/units.ts';
import { readBaseline } from '../baseline/read-baseline.ts';

interface Row {
  readonly what: string;
  readonly scenario: string;
  /** A direction each, or a kind of socket; the slower one is shown. */
  readonly ways: readonly Way[];
  /** What stands in the columns of ours and of the kernel alone. */
  readonly variants?: readonly [ours: string, kernel: string];
}

interface Way {
  readonly case: string;
  readonly gap: string;
  /** Left out: nothing is said of what is left. */
  readonly back?: string;
}

const streamWays = ['download', 'upload'].map((id) => ({ case: id, gap: 'gap', back: 'back' }));

function tunnelWays(event: string): readonly Way[] {
  const ways = ['up', 'down'];
  return ways.map((way) => ({
    case: 'default',
    gap: `${event}-${way}`,
    back: `${event}-back-${way}`,
  }));
}

const rows: readonly Row[] = [
  { what: 'a stream, carrier lost', scenario: 'failover-carrier', ways: streamWays },
  { what: 'a stream, link silent', scenario: 'failover-blackhole', ways: streamWays },
  {
    what: 'UDP in the tunnel, carrier lost',
    scenario: 'failover-tunnel',
    ways: tunnelWays('unplugged'),
  },
  {
    what: 'UDP in the tunnel, link silent',
    scenario: 'failover-tunnel',
    ways: tunnelWays('silent'),
  },
  {
    what: 'an application that `links` moves',
    scenario: 'link-gone',
    ways: ['udp-gap', 'mptcp-gap'].map((gap) => ({ case: 'default', gap })),
    variants: ['moves', 'unmanaged'],
  },
];

/** Of one direction: median times. Undefined: it was not seen. */
interface Seen {
  readonly gapNs: number;
  readonly backNs: number | undefined;
  readonly samples: number;
  readonly isTrusted: boolean;
}

const usual = ['ours', 'kernel'] as const;

export function failoverTable(root: string): string[] {
  const proof = readFileSync(join(root, 'reports/proof/multipath-real.md'), 'utf8');
  const lines = rows.map(({ what, scenario, ways, variants: [ours, kernel] = usual }) => {
    const inSim = ways.map((way) => seenInSim(root, scenario, ours, way));
    const real = (variant: string) => ways.map((way) => seenInProof(proof, scenario, variant, way));
    return [what, cellOf(inSim), cellOf(real(ours)), cellOf(real(kernel))];
  });
  const heads = ['gap / time to 90 % of what is left', 'ours, sim', 'ours, netns', 'kernel, netns'];
  const all = [heads, ...lines];
  const widths = heads.map((_, column) => Math.max(...all.map((cells) => cells[column]!.length)));
  const rules = widths.map((width) => '-'.repeat(width));
  return [heads, rules, ...lines].map(
    (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`,
  );
}

function cellOf(ways: readonly (Seen | undefined)[]): string {
  const seen = ways.filter((way) => way !== undefined);
  if (seen.length === 0) return '–';
  const most = (of: readonly number[]) => formatDuration(Math.max(...of), 3);
  const gap = most(seen.map(({ gapNs }) => gapNs));
  const backs = seen.flatMap(({ backNs }) => backNs ?? []);
  const samples = seen.reduce((sum, way) => sum + way.samples, 0);
  const doubt = seen.every(({ isTrusted }) => isTrusted) ? '' : ', machine starved';
  return `${gap}${backs.length > 0 ? ` / ${most(backs)}` : ''} (n ${samples}${doubt})`;
}

function seenInSim(root: string, scenario: string, variant: string, way: Way): Seen | undefined {
  const file = `reports/baselines/${scenario}.json`;
  if (!existsSync(join(root, file))) return undefined;
  const { references } = readBaseline(file, readFileSync(join(root, file), 'utf8'));
  const found = references.find(
    (one) => one.lab === 'sim' && one.variant === variant && one.case === way.case,
  );
  const valuesOf = (name = '') => found?.metrics[name]?.values ?? [];
  const [gaps, backs] = [valuesOf(way.gap), valuesOf(way.back)];
  if (gaps.length === 0 || (way.back !== undefined && backs.length === 0)) return undefined;
  const backNs = backs.length === 0 ? undefined : median(backs);
  return { gapNs: median(gaps), backNs, samples: gaps.length, isTrusted: true };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length / 2) - 1]!;
}

/** A line of the scenario's table there: `| case | variant | n | measures… | verdicts |`, medians first in a cell. */
function seenInProof(proof: string, scenario: string, variant: string, way: Way): Seen | undefined {
  const part = proof.split(/^## /m).find((text) => text.startsWith(`${scenario}\n`)) ?? '';
  const [heads, ...lines] = part
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.slice(2, -2).split(' | '));
  const cells = lines.find(([id, who]) => id === way.case && who === variant);
  if (heads === undefined || cells === undefined) return undefined;
  const of = (name: string) => cells[heads.indexOf(name)] ?? '';
  const medianOf = (name: string) => {
    const value = parseDuration(of(name).split(',')[0]!);
    return typeof value === 'number' ? value : undefined;
  };
  const gapNs = medianOf(way.gap);
  const backNs = way.back === undefined ? undefined : medianOf(way.back);
  if (gapNs === undefined || (way.back !== undefined && backNs === undefined)) return undefined;
  const isTrusted = !of('verdicts').includes('starved');
  return { gapNs, backNs, samples: Number(of('n')), isTrusted };
}

if (import.meta.main) process.stdout.write(`${failoverTable(process.cwd()).join('\n')}\n`);
