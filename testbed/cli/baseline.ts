import type { Command } from 'commander';
import { compareResult } from '../baseline/compare-figures.ts';
import { openReferences } from '../baseline/lookup-reference.ts';
import { type Saved, saveReferences } from '../baseline/save-references.ts';
import { countedVerdicts, gatedExitOf, verdictOf } from '../report/exit-code.ts';
import type { Gate } from '../report/gate.ts';
import { formatJson } from '../report/json.ts';
import type { Result } from '../schema/result.ts';
import {
  baselinesFolder,
  listSavedScenarios,
  readBaselineOf,
  writeBaseline,
} from './baseline-files.ts';
import { rowsOf, savingCommand } from './baseline-rows.ts';
import { type Checked, describeCheck, describeSaved } from './baseline-text.ts';
import { gitHubRunner, tellCi } from './ci.ts';
import { gateOption, parseCount, parseSeed } from './options.ts';
import { type ReadingFlags, readResults } from './result-source.ts';
import type { Session } from './session.ts';

interface BaselineFlags extends ReadingFlags {
  readonly baselines: string;
  readonly gate?: Gate;
}

const examples = `
Examples:
  ropewalk baseline save scenarios/*.yaml          run them and keep their figures
  ropewalk baseline save reports/runs/two-links    keep those of a result that is there
  ropewalk baseline check                          run again all that has references
  ropewalk baseline check reports/runs/two-links --gate fail`;

export function addBaseline(program: Command, session: Session): void {
  const baseline = program
    .command('baseline')
    .description('save figures as references, and hold later ones against them')
    .addHelpText('after', examples);
  const save = baseline
    .command('save')
    .description('put figures among the committed references, and say what changed')
    .argument('<sources...>', 'folders of results, or scenarios to run');
  withFlags(save).action((sources: string[], flags: BaselineFlags) =>
    saveAll(sources, flags, session),
  );
  const check = baseline
    .command('check')
    .description('compare figures with the committed references')
    .argument('[sources...]', 'folders of results, or scenarios to run; else all with references')
    .addOption(gateOption());
  withFlags(check).action((sources: string[], flags: BaselineFlags) =>
    checkAll(sources, flags, session),
  );
}

function withFlags(command: Command): Command {
  return command
    .option('--lab <name>', 'where scenarios run', 'sim')
    .option('--seed <number>', 'instead of the one in the file', parseSeed)
    .option('--repeat <number>', 'samples of each case', parseCount)
    .option('--out <folder>', 'where results of scenarios go; reports/runs if not given')
    .option('--baselines <folder>', 'where references stand', baselinesFolder)
    .option('--json', 'print what was found as JSON and nothing else');
}

async function saveAll(
  sources: readonly string[],
  flags: BaselineFlags,
  session: Session,
): Promise<void> {
  const { terminal } = session;
  const results = await readResults(sources, flags, session);
  const interrupted = session.interrupted();
  if (interrupted !== undefined) {
    session.exitWith(interrupted);
    return;
  }
  const date = new Date().toISOString().slice(0, 'yyyy-mm-dd'.length);
  // All are found fit before any is written.
  const saved = results.map((result) => saveOne(result, flags, date));
  for (const { file, baseline } of saved) writeBaseline(file, baseline);
  if (flags.json) terminal.print(formatJson(saved));
  else terminal.print(saved.map((one) => describeSaved(one.file, one)).join('\n'));
}

function saveOne(result: Result, flags: BaselineFlags, date: string): Saved & { file: string } {
  const { fingerprint, machine: text } = result.run;
  const { file, baseline } = readBaselineOf(result.scenario, flags.baselines);
  return { file, ...saveReferences(baseline, { result, date, machine: { fingerprint, text } }) };
}

/** Each metric becomes a row, and is shown, annotated and gated like any other. */
async function checkAll(
  sources: readonly string[],
  flags: BaselineFlags,
  session: Session,
): Promise<void> {
  const { terminal } = session;
  const wanted = sources.length > 0 ? sources : listSavedScenarios(flags.baselines);
  const checked = (await readResults(wanted, flags, session)).map((result) =>
    checkOne(result, flags.baselines),
  );
  const results = checked.map(({ result }) => result);
  if (flags.json) terminal.print(formatJson(results));
  else terminal.print(checked.map((one) => describeCheck(one, terminal.look)).join('\n'));
  tellCi(results, flags.gate, terminal, gitHubRunner(process.env));
  const exit = gatedExitOf(results.flatMap(countedVerdicts), flags.gate);
  session.exitWith(session.interrupted() ?? exit);
}

function checkOne(result: Result, baselines: string): Checked {
  const { hashes = [], lab, run } = result;
  const { baseline } = readBaselineOf(result.scenario, baselines);
  const places = new Map(hashes.map((one) => [JSON.stringify([one.case, one.variant]), one.hash]));
  const book = openReferences(baseline, {
    ...{ lab, fingerprint: run.fingerprint },
    hashOf: ({ caseId, variant }) => places.get(JSON.stringify([caseId, variant])),
  });
  const comparisons = compareResult(result, book);
  const same = comparisons.filter(({ standing }) => standing === 'same');
  const others = comparisons.filter(({ standing }) => standing !== 'same');
  const telling = rowsOf(others, result);
  const rows = [...telling, ...rowsOf(same, result)];
  const isBetter = comparisons.some(({ standing }) => standing === 'better');
  return {
    result: { ...result, verdict: verdictOf({ ...result, rows }), rows },
    telling,
    keep: isBetter ? savingCommand(result) : undefined,
  };
}
