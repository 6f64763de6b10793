import type { Command } from 'commander';
import { InputError } from '../../src/base/errors.ts';
import { listHistory, readHistory } from '../campaign/keep-history.ts';
import type { HistoryEntry } from '../history/entry.ts';
import { nameRevision } from '../history/since.ts';
import { formatJson } from '../report/json.ts';
import { type LevelChange, levelChangesIn } from '../report/level-changes.ts';
import { formatMetric } from '../report/metric-text.ts';
import { formatPlainTable } from './plain-table.ts';
import { historyFolder } from './run-flags.ts';
import type { Session } from './session.ts';

interface HistoryFlags {
  readonly folder: string;
  readonly lab?: string;
  readonly metric?: string;
  readonly last: string;
  readonly json?: boolean;
}

const examples = `
Examples:
  ropewalk history                          the scenarios whose runs are kept
  ropewalk history two-links                its runs, and where a figure changed its level
  ropewalk history two-links --metric lte   the medians of one figure, run by run`;

export function addHistory(program: Command, { terminal }: Session): void {
  program
    .command('history')
    .description('show the runs that are kept, and since when a figure is what it is')
    .argument('[scenario]', 'the name of a scenario')
    .option('--folder <folder>', 'where runs are kept', historyFolder({}))
    .option('--lab <name>', 'of this lab only')
    .option('--metric <name>', 'show this figure of each run')
    .option('--last <number>', 'show so many runs', '20')
    .option('--json', 'print runs and changes as JSON and nothing else')
    .addHelpText('after', examples)
    .action((scenario: string | undefined, flags: HistoryFlags) => {
      terminal.print(scenario === undefined ? showAll(flags) : showOne(scenario, flags));
    });
}

function showAll({ folder, json }: HistoryFlags): string {
  const all = listHistory(folder).map((name) => ({ name, ...readHistory(folder, name) }));
  if (json)
    return formatJson(all.map(({ name, entries }) => ({ scenario: name, runs: entries.length })));
  if (all.length === 0) return `no runs are kept in ${folder}\n`;
  const rows = all.map(({ name, entries }) => [
    ...[name, String(entries.length)],
    ...(entries.length === 0 ? ['', ''] : [entries.at(-1)!.startedAt, entries.at(-1)!.verdict]),
  ]);
  return formatPlainTable(['scenario', 'runs', 'last', 'verdict'], rows);
}

function showOne(scenario: string, flags: HistoryFlags): string {
  const { entries, unreadable } = readHistory(flags.folder, scenario);
  const own = entries.filter(({ lab }) => flags.lab === undefined || lab === flags.lab);
  if (own.length === 0) throw noRuns(scenario, flags);
  const changes = [...Map.groupBy(own, ({ lab }) => lab)].flatMap(([, some]) =>
    levelChangesIn(some),
  );
  const machines = machinesOf(own);
  if (flags.json) return formatJson({ runs: own, changes, machines });
  const runs = own.slice(-Number(flags.last));
  const figures = flags.metric === undefined ? [] : [flags.metric];
  const table = formatPlainTable(
    ['started', 'lab', 'verdict', 'commit', ...figures],
    runs.map((entry) => [
      ...[entry.startedAt, entry.lab, entry.verdict, nameRevision(entry)],
      ...figures.map((metric) => figureText(entry, metric)),
    ]),
  );
  const odd = unreadable.map((path) => `${path} is no run of ours: left out\n`).join('');
  return `${table}${showChanges(changes)}${showMachines(machines)}${odd}`;
}

function noRuns(scenario: string, { folder }: HistoryFlags): InputError {
  const known = listHistory(folder);
  return new InputError({
    code: 'no-history',
    message: `no runs of ${scenario} are kept in ${folder}`,
    hint:
      known.length === 0
        ? 'run it, or name the folder with --folder'
        : `there are runs of ${known.slice(0, 6).join(', ')}`,
  });
}

function figureText({ figures }: HistoryEntry, metric: string): string {
  return figures
    .filter((one) => one.metric === metric)
    .map(({ median, dimension }) => formatMetric({ value: median, dimension }))
    .join(' ');
}

function showChanges(changes: readonly LevelChange[]): string {
  if (changes.length === 0) return '\nno figure changed its level\n';
  const lines = changes.map(({ figure, before, after, startedAt, revision, changed }) => {
    const also = changed.length === 0 ? '' : `; changed with it: ${changed.join('; ')}`;
    return `  ${figure}: ${before} to ${after} since ${startedAt}, ${revision}${also}\n`;
  });
  return `\nchanges of level:\n${lines.join('')}`;
}

interface MachineRuns {
  readonly fingerprint: string;
  readonly machine: string;
  readonly runs: number;
}

/** In the order in which runs were first made on them. */
function machinesOf(entries: readonly HistoryEntry[]): MachineRuns[] {
  return [...Map.groupBy(entries, ({ fingerprint }) => fingerprint)].map(([fingerprint, own]) => ({
    ...{ fingerprint, machine: own[0]!.machine, runs: own.length },
  }));
}

/** A figure in real time may be another one because the machine is. */
function showMachines(machines: readonly MachineRuns[]): string {
  if (machines.length < 2) return '';
  const lines = machines.map(
    ({ fingerprint, machine, runs }) =>
      `  ${runs} ${runs === 1 ? 'run' : 'runs'} on ${machine} [${fingerprint}]\n`,
  );
  return `\nthese runs are of ${machines.length} machines:\n${lines.join('')}`;
}
