/** All samples of a scenario in one lab, measured as they come and judged at the end. */
import { setImmediate } from 'node:timers/promises';
import { type JudgedCase, judgeScenario, type SampleToRepeat } from '../judge/judge.ts';
import type { Lab } from '../labs/lab.ts';
import { verdictOf } from '../report/exit-code.ts';
import type { Gate } from '../report/gate.ts';
import type { Choice, LoadedScenario } from '../schema/loaded.ts';
import type { Result, RunFacts, SampleResult } from '../schema/result.ts';
import type { RunFolder } from './folder.ts';
import { type PreparedCase, prepareCase } from './prepare.ts';
import { type RunClock, runFacts } from './run-facts.ts';
import { runSlot } from './run-slot.ts';
import { type ScheduleOptions, type Slot, scheduleSamples } from './schedule.ts';
import { writeResult } from './write-result.ts';

export interface CampaignOptions extends ScheduleOptions {
  readonly loaded: LoadedScenario;
  readonly lab: Lab;
  readonly folder: RunFolder;
  readonly capture: boolean;
  readonly gate: Gate | undefined;
  readonly signal: AbortSignal;
  readonly clock: RunClock;
  readonly facts: Pick<RunFacts, 'command' | 'version'>;
  /** The command that runs one sample again. */
  readonly again: (sample: SampleToRepeat) => string;
  readonly onSlot: (slot: Slot, done: number, total: number) => void;
}

export async function runCampaign(options: CampaignOptions): Promise<Result> {
  const cases = listCases(options);
  const samples = await runSamples(options, cases);
  const rows = judgeScenario({
    lab: options.lab.name,
    today: options.clock.startedAt.slice(0, 'yyyy-mm-dd'.length),
    variants: options.loaded.variants,
    cases,
    sampleNumbers: options.samples,
    samples,
    again: options.again,
  });
  return writeResult(options.folder, resultOf(options, { rows, samples }), options);
}

/** What the lab can't run is named before anything starts. */
function listCases({ cases, variants, loaded, lab, seed }: CampaignOptions): JudgedCase[] {
  return cases.flatMap((caseId) =>
    variants.map((variant) => {
      const prepared = prepareCase(loaded, { caseId, variant }, seed);
      return { ...prepared, lacks: lacksOf(lab, prepared) };
    }),
  );
}

function lacksOf(lab: Lab, { plan }: PreparedCase): string | undefined {
  const lacks = lab.lacks(plan).map(({ what, remedy }) => `${what}; ${remedy}`);
  return lacks.length === 0 ? undefined : lacks.join('; ');
}

async function runSamples(
  options: CampaignOptions,
  cases: readonly JudgedCase[],
): Promise<SampleResult[]> {
  const lacking = new Set(cases.filter(({ lacks }) => lacks !== undefined).map(keyOf));
  const slots = scheduleSamples(options).filter((slot) => !lacking.has(keyOf(slot)));
  const samples: SampleResult[] = [];
  for (const slot of slots) {
    // Short samples never leave the microtask queue: signals are heard here.
    await setImmediate();
    if (options.signal.aborted) break;
    options.onSlot(slot, samples.length, slots.length);
    samples.push(await runSlot(options, slot));
  }
  return samples;
}

function keyOf({ caseId, variant }: Choice): string {
  return JSON.stringify([caseId, variant]);
}

function resultOf(options: CampaignOptions, judged: Pick<Result, 'rows' | 'samples'>): Result {
  const { loaded, lab, seed, clock, facts, signal } = options;
  return {
    version: 1,
    scenario: loaded.name,
    file: loaded.file,
    about: loaded.about,
    lab: lab.name,
    seed,
    verdict: verdictOf(judged),
    ...judged,
    run: runFacts(clock, { ...facts, interrupted: signal.aborted }),
  };
}
