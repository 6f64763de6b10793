import type { Command } from 'commander';
import { prepareCase } from '../campaign/prepare.ts';
import { explainScenario } from '../plan/explain.ts';
import { readScenarios } from './read-scenarios.ts';
import { chooseSamples } from './run-flags.ts';
import type { Session } from './session.ts';

interface ExplainFlags {
  readonly case?: string;
  readonly variant?: string;
}

export function addExplain(program: Command, { terminal }: Session): void {
  program
    .command('explain')
    .description('say in words what a scenario means: addresses, links, events, distances')
    .argument('<file>', 'a scenario file')
    .option('--case <id>', 'this case; the first one if not given')
    .option('--variant <name>', 'this variant; the first one if not given')
    .action((file: string, flags: ExplainFlags) => {
      const [loaded] = readScenarios([file]);
      const { cases, variants, seed } = chooseSamples(loaded!, flags);
      const choice = { caseId: cases[0]!, variant: variants[0]! };
      const { scenario, plan } = prepareCase(loaded!, choice, seed);
      terminal.print(`${explainScenario(scenario, plan).trimEnd()}\n`);
    });
}
