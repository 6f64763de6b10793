import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { parseDocument } from 'yaml';
import { quoteCommand } from '../../src/base/shell-words.ts';
import { runCampaign } from '../campaign/campaign.ts';
import { prepareScenario } from '../campaign/prepare.ts';
import { readFile } from '../schema/read-file.ts';
import { parseCount } from './options.ts';
import { createPresenter } from './result-presenter.ts';
import { chooseSamples, type RunFlags } from './run-flags.ts';
import { createRunner } from './scenario-runner.ts';
import type { Session } from './session.ts';
import { readSpan } from './sweep-span.ts';

interface SweepFlags {
  readonly over: string;
  readonly steps: number;
  readonly lab: string;
  readonly repeat?: number;
  readonly out: string;
  readonly json?: boolean;
}

const usualSteps = 8;

const examples = `
Examples:
  ropewalk sweep scenarios/two-links.yaml --over 'links.lte.delay=10ms..100ms' --steps 10
  ropewalk sweep scenarios/two-links.yaml --over 'links.lte.rate=5Mbit/s,20Mbit/s,80Mbit/s'`;

export function addSweep(program: Command, session: Session): void {
  program
    .command('sweep')
    .description('run a scenario with a parameter over a range, and draw its measures against it')
    .argument('<file>', 'a scenario file')
    .requiredOption(
      '--over <parameter>',
      'a key of the scenario and its values: a list, or from..to',
    )
    .option('--steps <number>', 'how many values a range has', parseCount, usualSteps)
    .option('--lab <name>', 'where it runs', 'sim')
    .option('--repeat <number>', 'samples of each value', parseCount)
    .option('--out <folder>', 'where results go', 'reports/runs/_sweeps')
    .option('--json', 'print the result as JSON and nothing else')
    .addHelpText('after', examples)
    .action((file: string, flags: SweepFlags) => sweep(file, flags, session));
}

async function sweep(file: string, flags: SweepFlags, session: Session): Promise<void> {
  const { key, values } = readSpan(flags.over, flags.steps);
  const swept = withMatrix(readFile(file, (path) => readFileSync(path)).text, key, values);
  const loaded = prepareScenario(file, (path) => (path === file ? swept : readFileSync(path)));
  const runFlags: RunFlags = { ...flags };
  const runOne = await createRunner(runFlags, session);
  const presenter = createPresenter(session, flags);
  const steps = flags.steps === usualSteps ? [] : ['--steps', String(flags.steps)];
  const command = quoteCommand(['ropewalk', 'sweep', file, '--over', flags.over, ...steps]);
  const again = (): string => command;
  await runOne(chooseSamples(loaded, runFlags), async (options) => {
    const result = await runCampaign({ ...options, again });
    presenter.show(result, options.folder.path);
    if (!flags.json)
      session.terminal.print(`\n${join(options.folder.path, 'report.html')} has the curves\n`);
  });
  presenter.finish(false);
}

/** Whatever matrix and cases the file has: one parameter is swept, the others stand as they are. */
function withMatrix(text: string, key: string, values: readonly string[]): string {
  const document = parseDocument(text);
  document.delete('cases');
  document.set('matrix', document.createNode({ [key]: values }));
  return document.toString();
}
