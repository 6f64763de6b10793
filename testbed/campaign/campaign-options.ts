/** What a campaign is told: what to run, where, how often, and whom to tell. */
import type { HistoryEntry } from '../history/entry.ts';
import type { JudgeInput, Judgement, SampleToRepeat } from '../judge/judgement.ts';
import type { Lab } from '../labs/lab.ts';
import type { Gate } from '../report/gate.ts';
import type { LoadedScenario } from '../schema/loaded.ts';
import type { PlannedLooks } from '../schema/model.ts';
import type { RunFacts } from '../schema/result.ts';
import type { Budget } from './budget.ts';
import type { RunFolder } from './folder.ts';
import type { NoiseStore } from './noise-store.ts';
import type { ReadReferences } from './references.ts';
import type { RunClock } from './run-facts.ts';
import type { ScheduleOptions, Slot } from './schedule.ts';
import type { Shard } from './shard.ts';

export interface CampaignOptions extends ScheduleOptions {
  readonly loaded: LoadedScenario;
  readonly lab: Lab;
  readonly folder: RunFolder;
  /** Instead of the scenario's. */
  readonly looks?: PlannedLooks | undefined;
  readonly shard?: Shard | undefined;
  /** Samples that stand in the folder are taken, not run. */
  readonly resume?: boolean;
  readonly budget?: Budget | undefined;
  readonly capture: boolean;
  readonly gate: Gate | undefined;
  /** Earlier runs of the scenario, for the report; undefined: none are known. */
  readonly history?: readonly HistoryEntry[] | undefined;
  readonly references: ReadReferences;
  /** What earlier runs on this machine knew of its noise; undefined: nothing is kept. */
  readonly noise?: NoiseStore | undefined;
  /** The lab of virtual time that the same samples are held against; undefined: they are not. */
  readonly virtual?: Lab | undefined;
  readonly signal: AbortSignal;
  readonly clock: RunClock;
  readonly facts: Pick<RunFacts, 'command' | 'version' | 'revision'>;
  /** The command that runs one sample again. */
  readonly again: (sample: SampleToRepeat) => string;
  /** `done` of `total` samples are there, and this one begins, for that look. */
  readonly onSlot: (slot: Slot, done: number, total: number, look: number) => void;
  /** Instead of the judge: whoever tests the looks decides what they find. */
  readonly judge?: (input: JudgeInput) => Judgement;
}
