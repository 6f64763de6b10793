/**
 * One table of what a failing link costs, ours beside the kernel's: in virtual time from the committed references,
 * in real time from the committed proof. Runs nothing.
 *
 *   node testbed/cli/failover-table.ts
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { formatDuration, parseDuration } from '../../src/base/units.ts';
import { readBaseline } from '../baseline/read-baseline.ts';

interface Row {
  readonly what: string;
  readonly scenario: string;
  /** A direction each; the slower one is shown. */
  readonly ways: readonly Way[];
}

interface Way {
  readonly case: string;
  readonly gap: string;
  readonly back: string;
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
];

/** Of one direction: median times. Undefined: it was not seen. */
interface Seen {
  readonly gapNs: number;
  readonly backNs: number;
  readonly samples: number;
  readonly isTrusted: boolean;
}

export function failoverTable(root: string): string[] {
  const proof = readFileSync(join(root, 'reports/proof/multipath-real.md'), 'utf8');
  const lines = rows.map(({ what, scenario, ways }) => {
    const inSim = ways.map((way) => seenInSim(root, scenario, way));
    const real = (variant: string) => ways.map((way) => seenInProof(proof, scenario, variant, way));
    return [what, cellOf(inSim), cellOf(real('ours')), cellOf(real('kernel'))];
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
  const most = (of: (way: Seen) => number) => formatDuration(Math.max(...seen.map(of)), 3);
  const samples = seen.reduce((sum, way) => sum + way.samples, 0);
  const doubt = seen.every(({ isTrusted }) => isTrusted) ? '' : ', machine starved';
  return `${most(({ gapNs }) => gapNs)} / ${most(({ backNs }) => backNs)} (n ${samples}${doubt})`;
}

function seenInSim(root: string, scenario: string, way: Way): Seen | undefined {
  const file = `reports/baselines/${scenario}.json`;
  const { references } = readBaseline(file, readFileSync(join(root, file), 'utf8'));
  const found = references.find(
    (one) => one.lab === 'sim' && one.variant === 'ours' && one.case === way.case,
  );
  const [gaps, backs] = [found?.metrics[way.gap]?.values, found?.metrics[way.back]?.values];
  if (gaps === undefined || backs === undefined || gaps.length * backs.length === 0)
    return undefined;
  return { gapNs: median(gaps), backNs: median(backs), samples: gaps.length, isTrusted: true };
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
  const [gapNs, backNs] = [way.gap, way.back].map((name) => parseDuration(of(name).split(',')[0]!));
  if (typeof gapNs !== 'number' || typeof backNs !== 'number') return undefined;
  const isTrusted = !of('verdicts').includes('starved');
  return { gapNs, backNs, samples: Number(of('n')), isTrusted };
}

if (import.meta.main) process.stdout.write(`${failoverTable(process.cwd()).join('\n')}\n`);
