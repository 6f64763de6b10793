import type { Command } from 'commander';
import { InputError } from '../../src/base/errors.ts';
import { runCampaign, runShard } from '../campaign/campaign.ts';
import { dropOtherCaptures } from '../campaign/keep-captures.ts';
import { keepRun } from '../campaign/keep-history.ts';
import type { ShardResult } from '../campaign/shard-result.ts';
import { formatJson } from '../report/json.ts';
import type { LoadedScenario } from '../schema/loaded.ts';
import { withEngine } from '../schema/run-engine.ts';
import { describeRuns, listRuns } from './dry-run.ts';
import { openSampleKeeper, refuseSeveral } from './keep-sample.ts';
import { addMininetOptions } from './mininet-flags.ts';
import {
  engineOption,
  gateOption,
  parseBudget,
  parseCount,
  parseSeed,
  parseShard,
} from './options.ts';
import { readScenarios } from './read-scenarios.ts';
import { createPresenter } from './result-presenter.ts';
import { chooseSamples, historyFolder, isWhole, type RunFlags } from './run-flags.ts';
import { createRunner } from './scenario-runner.ts';
import type { Session } from './session.ts';
import { presentShards } from './shard-text.ts';
import { watchRuns } from './watch-runs.ts';

const examples = `
Examples:
  ropewalk run scenarios/ping.yaml
  ropewalk run scenarios/*.yaml --json
  ropewalk run scenarios/two-links.yaml --case links.lte.delay=60ms --sample 2 --capture
  ropewalk run scenarios/*.yaml --shard 2/4 --out shards     and later: ropewalk merge shards
  ropewalk run scenarios/*.yaml --resume --budget 10min`;

export function addRun(program: Command, session: Session): void {
  const command = program
    .command('run')
    .description('run scenarios, judge them, print a table')
    .argument('<files...>', 'scenario files')
    .option('--lab <name>', 'where it runs: sim, netns, docker or mininet', 'sim')
    .addOption(engineOption())
    .option('--seed <number>', 'instead of the one in the file', parseSeed)
    .option(
      '--repeat <number>',
      'so many samples of each case and no second look, whatever the file says',
      parseCount,
    )
    .option('--case <id>', 'this case only; ropewalk list shows them')
    .option('--variant <name>', 'this variant only')
    .option('--sample <number>', 'this sample only, the same as in the whole run', parseCount)
    .option(
      '--shard <part>',
      'only this part of the samples, such as 2/4; merge them later',
      parseShard,
    )
    .option('--resume', 'go on where the same run was cut off: only what is missing is run')
    .option('--budget <time>', 'begin no sample that would end after, such as 10min', parseBudget)
    .option('--out <folder>', 'where results go; reports/runs if not given')
    .option('--history <folder>', 'where runs are kept for good; <out>/_history if not given')
    .option('--capture', 'write every frame of every link as pcapng')
    .option(
      '--capture-failed',
      'the same, and keep only captures of what failed, and one that passed',
    )
    .option('--watch', 'in sim: run again as soon as one of the files is saved')
    .option(
      '--keep',
      'of one sample: leave its lab standing if it does not pass, to look around in',
    )
    .addOption(gateOption())
    .option('--json', 'print the result as JSON and nothing else')
    .option('--dry-run', 'say what would be done, in order, and do nothing')
    .addHelpText('after', examples)
    .action((files: string[], flags: RunFlags) => runFiles(files, flags, session));
  addMininetOptions(command, { lab: 'mininet' });
}

async function runFiles(
  files: readonly string[],
  flags: RunFlags,
  session: Session,
): Promise<void> {
  if (flags.watch) {
    return watchRuns(files, flags, session);
  }
  const keeper = flags.keep ? await openSampleKeeper(flags) : undefined;
  const runOne = await createRunner(flags, session, keeper?.lab);
  const scenarios = readScenarios(files).map((loaded) => withEngine(loaded, flags.engine));
  refuseSameNames(scenarios);
  const choices = scenarios.map((loaded) => chooseSamples(loaded, flags));
  if (keeper) refuseSeveral(choices);
  const { terminal } = session;
  if (flags.dryRun) {
    terminal.print(flags.json ? formatJson(listRuns(choices)) : describeRuns(choices, flags.lab));
  } else if (flags.shard === undefined) {
    const presenter = createPresenter(session, flags);
    for (const choice of choices) {
      if (terminal.signal.aborted) break;
      await runOne(choice, async (options) => {
        const result = await runCampaign(options);
        if (flags.captureFailed) dropOtherCaptures(options.folder, result);
        if (isWhole(flags, result)) keepRun(historyFolder(flags), result);
        presenter.show(result, options.folder.path);
        keeper?.note(result);
      });
    }
    presenter.finish(files.length > 1);
    await keeper?.stay(session);
  } else {
    const { shard } = flags;
    const results: ShardResult[] = [];
    for (const choice of choices) {
      if (terminal.signal.aborted) break;
      await runOne(choice, async (options) => results.push(await runShard(options, shard)));
    }
    presentShards(results, files.length > 1, flags, session);
  }
}

function refuseSameNames(scenarios: readonly LoadedScenario[]): void {
  const files = new Map<string, string>();
  for (const { name, file } of scenarios) {
    const other = files.get(name);
    if (other !== undefined) {
      throw new InputError({
        code: 'same-name',
        message: `${other} and ${file} are both called ${name}, and would write to one folder`,
        hint: 'give one of them another name after scenario:, or run them one at a time with --out',
      });
    }
    files.set(name, file);
  }
}
