/** What `run --dry-run` says instead of running. */
import { prepareCase } from '../campaign/prepare.ts';
import { scheduleSamples } from '../campaign/schedule.ts';
import { formatDryRun } from '../plan/dry-run.ts';
import type { SampleChoice } from './run-flags.ts';

export function describeRuns(choices: readonly SampleChoice[]): string {
  return `${choices.map(describeRun).join('\n').trimEnd()}\n`;
}

function describeRun({ loaded, cases, variants, samples, seed }: SampleChoice): string {
  const first = { caseId: cases[0]!, variant: variants[0]! };
  const { plan } = prepareCase(loaded, first, seed);
  return formatDryRun(plan, { cases, variants, repeat: samples.length });
}

/** One document: for each file, its samples in their order. */
export function listRuns(choices: readonly SampleChoice[]): object[] {
  return choices.map((choice) => ({
    file: choice.loaded.file,
    scenario: choice.loaded.name,
    seed: choice.seed,
    samples: scheduleSamples(choice).map(({ caseId, ...slot }) => ({ case: caseId, ...slot })),
  }));
}
