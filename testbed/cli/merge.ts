import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { InputError } from '../../src/base/errors.ts';
import { findShards, type WholeRun } from '../campaign/find-shards.ts';
import { fileName, holdFolder } from '../campaign/folder.ts';
import { keepRun, readHistory } from '../campaign/keep-history.ts';
import { mergeShards } from '../campaign/merge.ts';
import { startRunClock } from '../campaign/run-facts.ts';
import type { Gate } from '../report/gate.ts';
import { baselinesFolder, readBaselineOf } from './baseline-files.ts';
import { gateOption } from './options.ts';
import { createPresenter } from './result-presenter.ts';
import { againCommand, historyFolder } from './run-flags.ts';
import type { Session } from './session.ts';

interface MergeFlags {
  readonly out: string;
  readonly history?: string;
  readonly gate?: Gate;
  readonly json?: boolean;
}

const examples = `
Examples:
  ropewalk merge reports/runs/_shards
  ropewalk merge shard-1 shard-2 shard-3 --out merged --gate fail`;

export function addMerge(program: Command, session: Session): void {
  program
    .command('merge')
    .description('make one result of the shards of a run, and judge it')
    .argument('<folders...>', 'folders in which shards are, however deep')
    .option('--out <folder>', 'where results go', 'reports/runs')
    .option('--history <folder>', 'where runs are kept for good; <out>/_history if not given')
    .addOption(gateOption())
    .option('--json', 'print the result as JSON and nothing else')
    .addHelpText('after', examples)
    .action((folders: string[], flags: MergeFlags) => mergeFolders(folders, flags, session));
}

function mergeFolders(folders: readonly string[], flags: MergeFlags, session: Session): void {
  const runs = findShards(folders);
  const presenter = createPresenter(session, flags);
  for (const [scenario, shards] of runs) {
    const path = join(flags.out, fileName(scenario));
    refuseOwnFolder(path, shards);
    using folder = holdFolder(path);
    const result = mergeShards({
      ...{ shards, folder, gate: flags.gate, clock: startRunClock() },
      history: readHistory(historyFolder(flags), scenario).entries,
      references: () => readBaselineOf(scenario, baselinesFolder).baseline,
      facts: { command: session.command, version: session.version },
      again: (loaded, seed, lab) => (slot) => againCommand({ loaded, seed }, slot, { lab }),
    });
    if (!result.run.interrupted) keepRun(historyFolder(flags), result);
    presenter.show(result, path);
  }
  presenter.finish(runs.size > 1);
}

/** The result would take the place of what it is made of. */
function refuseOwnFolder(path: string, shards: WholeRun): void {
  if (!shards.some(({ folder }) => resolve(folder) === resolve(path))) return;
  throw new InputError({
    code: 'merge-into-shard',
    message: `${path} is one of the shards`,
    hint: 'name another folder with --out',
  });
}
