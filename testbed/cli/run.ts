import { join } from 'node:path';
import type { Command } from 'commander';
import { InputError } from '../../src/base/errors.ts';
import { runCampaign } from '../campaign/campaign.ts';
import { openFolder } from '../campaign/folder.ts';
import { startRunClock } from '../campaign/run-facts.ts';
import { countedVerdicts, gatedExitOf } from '../report/exit-code.ts';
import { formatJson } from '../report/json.ts';
import { formatTable, formatTotal } from '../report/table.ts';
import type { LoadedScenario } from '../schema/loaded.ts';
import type { Result } from '../schema/result.ts';
import { gitHubRunner, tellCi } from './ci.ts';
import { describeRuns, listRuns } from './dry-run.ts';
import { chooseLab, gateOption, parseCount, parseSeed } from './options.ts';
import { noProgress, startProgress } from './progress-line.ts';
import { readScenarios } from './read-scenarios.ts';
import { againCommand, chooseSamples, type RunFlags } from './run-flags.ts';
import type { Session } from './session.ts';

const examples = `
Examples:
  ropewalk run scenarios/hello.yaml
  ropewalk run scenarios/*.yaml --json
  ropewalk run scenarios/failover.yaml --case links.lte.delay=60ms --sample 4 --capture`;

export function addRun(program: Command, session: Session): void {
  program
    .command('run')
    .description('run scenarios, judge them, print a table')
    .argument('<files...>', 'scenario files')
    .option('--lab <name>', 'where it runs: sim, netns, docker or mininet', 'sim')
    .option('--seed <number>', 'instead of the one in the file', parseSeed)
    .option(
      '--repeat <number>',
      'samples of each case, instead of the number in the file',
      parseCount,
    )
    .option('--case <id>', 'this case only; ropewalk list shows them')
    .option('--variant <name>', 'this variant only')
    .option('--sample <number>', 'this sample only, the same as in the whole run', parseCount)
    .option('--out <folder>', 'where results go; reports/runs if not given')
    .option('--capture', 'write every frame of every link as pcapng')
    .addOption(gateOption())
    .option('--json', 'print the result as JSON and nothing else')
    .option('--dry-run', 'say what would be done, in order, and do nothing')
    .addHelpText('after', examples)
    .action((files: string[], flags: RunFlags) => runFiles(files, flags, session));
}

async function runFiles(
  files: readonly string[],
  flags: RunFlags,
  session: Session,
): Promise<void> {
  const lab = chooseLab(flags.lab);
  const scenarios = readScenarios(files);
  refuseSameNames(scenarios);
  const choices = scenarios.map((loaded) => chooseSamples(loaded, flags));
  const { terminal } = session;
  if (flags.dryRun) {
    terminal.print(flags.json ? formatJson(listRuns(choices)) : describeRuns(choices));
    return;
  }
  const results: Result[] = [];
  for (const choice of choices) {
    if (terminal.signal.aborted) break;
    const folder = openFolder(folderFor(choice.loaded, flags));
    const { name } = choice.loaded;
    const progress = flags.json ? noProgress() : startProgress(terminal, name);
    const result = await runCampaign({
      ...choice,
      lab,
      folder,
      capture: flags.capture ?? false,
      gate: flags.gate,
      signal: terminal.signal,
      clock: startRunClock(),
      facts: { command: session.command, version: session.version },
      again: (slot) => againCommand(choice, slot, flags),
      onSlot: progress.begin,
    });
    progress.end();
    results.push(result);
    const separator = results.length > 1 ? '\n' : '';
    if (!flags.json) {
      terminal.print(separator + formatTable(result, folder.path, terminal.look));
    }
  }
  if (flags.json) terminal.print(formatJson(files.length === 1 ? results[0]! : results));
  else if (files.length > 1) terminal.print(`\n${formatTotal(results, terminal.look)}`);
  tellCi(results, flags.gate, terminal, gitHubRunner(process.env));
  const exit = gatedExitOf(results.flatMap(countedVerdicts), flags.gate);
  session.exitWith(session.interrupted() ?? exit);
}

/** What is run in part does not replace the result of the whole. */
function folderFor({ name }: LoadedScenario, flags: RunFlags): string {
  const isPart = [flags.case, flags.variant, flags.sample].some((flag) => flag !== undefined);
  return join(flags.out ?? (isPart ? 'reports/runs/_again' : 'reports/runs'), name);
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
