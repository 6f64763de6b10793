import { type Command, InvalidArgumentError } from 'commander';
import { pinRun, type RetiredRun, retireRuns } from '../campaign/retire-runs.ts';
import type { CollectedRun } from '../labs/ledger/collect-garbage.ts';
import { formatJson } from '../report/json.ts';
import { addMininetOptions, type MininetFlags, mininetTarget } from './mininet-flags.ts';
import { formatPlainTable } from './plain-table.ts';
import type { Session } from './session.ts';

interface GcFlags extends MininetFlags {
  readonly json?: boolean;
}

interface GcFlags {
  readonly json?: boolean;
  /** Milliseconds. */
  readonly runs?: number;
  readonly in: string;
  readonly pin?: string;
  readonly unpin?: string;
}

const dayMs = 86_400_000;
const ages: Readonly<Record<string, number>> = { d: dayMs, w: 7 * dayMs, h: dayMs / 24 };

export function parseAge(text: string): number {
  const [, count, unit] = /^older-than=(\d{1,5})([dwh])$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError('Write older-than=14d, in h, d or w.');
  return Number(count) * ages[unit!]!;
}

function formatRetired(retired: readonly RetiredRun[]): string {
  if (retired.length === 0) return 'no run is that old\n';
  return formatPlainTable(
    ['started', 'taken away'],
    retired.map(({ startedAt, folder }) => [startedAt, folder]),
  );
}

export function addGc(program: Command, { terminal }: Session): void {
  const command = program
    .command('gc')
    .description('take away what killed runs left behind: what their ledgers name, nothing else')
    .option(
      '--runs <age>',
      'results instead: take away runs that are older, as in older-than=14d',
      parseAge,
    )
    .option('--in <folder>', 'with --runs: where they are', 'reports/runs')
    .option('--pin <folder>', 'keep this run, however old')
    .option('--unpin <folder>', 'keep it no more')
    .option('--json', 'print what was taken away as JSON and nothing else')
    .action(async (flags: GcFlags) => {
      if (flags.pin !== undefined) pinRun(flags.pin, true);
      else if (flags.unpin !== undefined) pinRun(flags.unpin, false);
      else terminal.print(await takeAway(flags));
    });
  addMininetOptions(command, {});
}

async function takeAway(flags: GcFlags): Promise<string> {
  if (flags.runs === undefined) {
    const runs = await collect(flags);
    if (flags.json) return formatJson(runs);
    return formatCollected(runs) + (flags.mininet === undefined ? await takeLinks() : '');
  }
  const retired = retireRuns(flags.in, Date.now() - flags.runs);
  return flags.json ? formatJson(retired) : formatRetired(retired);
}

/** What a connection manager's stack side left that was killed. */
async function takeLinks(): Promise<string> {
  const { collectLinks } = await import('../../src/cli/links.ts');
  return collectLinks()
    .map(({ namespace, rules, routes, marks }) => {
      return `links of ${namespace}: ${rules} rules, ${routes} routes, ${marks} marks\n`;
    })
    .join('');
}

/** Here, or on the Mininet machine that is named. */
async function collect(flags: GcFlags): Promise<readonly CollectedRun[]> {
  if (flags.mininet === undefined) {
    const { collectGarbage } = await import('../labs/ledger/collect-garbage.ts');
    return collectGarbage();
  }
  const { collectThere } = await import('../labs/mininet-driver/collect-there.ts');
  return collectThere(mininetTarget(flags));
}

export function formatCollected(runs: readonly CollectedRun[]): string {
  if (runs.length === 0) return 'no run has left anything behind\n';
  return formatPlainTable(['run', 'killed as', 'taken away'], runs.map(rowOf));
}

function rowOf({ runId, owner, removed, left }: CollectedRun): string[] {
  const whose = owner === undefined ? 'before it said' : `pid ${owner.pid}`;
  const counts = countsOf(removed);
  const engine =
    left.length === 0
      ? 'its folder'
      : `and ${countsOf(left).join(', ')} not, since their engine does not run: start it, and call gc again`;
  return [runId, whose, [...counts, engine].join(', ')];
}

function countsOf(entries: CollectedRun['removed']): string[] {
  const kinds = Map.groupBy(entries, ({ kind }) => kind);
  return [...kinds].map(
    ([kind, { length }]) => `${length} ${kind}${length === 1 ? '' : pluralEnding(kind)}`,
  );
}

function pluralEnding(kind: string): string {
  return kind === 'process' ? 'es' : 's';
}
