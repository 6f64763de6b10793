/** Runs slots one after another, takes those that stand on disk, and knows why it stopped. */
import { setImmediate } from 'node:timers/promises';
import type { SampleResult } from '../schema/result.ts';
import { createPace, fits, notePace, type Pace } from './budget.ts';
import type { CampaignOptions } from './campaign-options.ts';
import { interrupted, overBudget } from './cut-short.ts';
import { runSlot } from './run-slot.ts';
import { findSample, storeSample } from './sample-store.ts';
import type { Slot } from './schedule.ts';
import { turnsOf } from './shard.ts';

export interface Collection {
  readonly options: CampaignOptions;
  /** Whether samples of an earlier run may stand in the folder. */
  readonly resumed: boolean;
  readonly pace: Pace;
  readonly samples: SampleResult[];
  readonly notRun: Slot[];
  /** Of the samples, those that did not stand in the folder. */
  begun: number;
  /** Counted from 1. */
  look: number;
  /** Why no sample is begun any more, as the end of a sentence. */
  cut: string | undefined;
}

export function startCollection(options: CampaignOptions, resumed: boolean): Collection {
  const pace = createPace(options.budget);
  return { options, resumed, pace, samples: [], notRun: [], begun: 0, look: 1, cut: undefined };
}

/** The variants of one sample are begun together or not at all: half a pair is no pair. */
export async function collect(collection: Collection, slots: readonly Slot[]): Promise<void> {
  const total = collection.samples.length + slots.length;
  for (const turn of turnsOf(slots)) {
    const stored = new Map(turn.map((slot) => [slot, findStored(collection, slot)]));
    const missing = [...stored.values()].filter((sample) => sample === undefined).length;
    if (!fits(collection.pace, missing)) cutAtBudget(collection);
    for (const [slot, sample] of stored) {
      if (sample !== undefined) collection.samples.push(sample);
      else await collectOne(collection, slot, total);
    }
  }
}

function findStored({ options, resumed }: Collection, slot: Slot): SampleResult | undefined {
  return resumed ? findSample(options.folder, slot) : undefined;
}

async function collectOne(collection: Collection, slot: Slot, total: number): Promise<void> {
  const { options, samples, pace } = collection;
  // Short samples never leave the microtask queue: signals are heard here.
  await setImmediate();
  if (options.signal.aborted) collection.cut ??= interrupted;
  if (collection.cut !== undefined) {
    collection.notRun.push(slot);
    return;
  }
  if (isUnsupported(collection, slot)) return;
  options.onSlot(slot, samples.length, total, collection.look);
  collection.begun += 1;
  const beganMs = performance.now();
  samples.push(storeSample(options.folder, slot, await runSlot(options, slot)));
  notePace(pace, performance.now() - beganMs);
}

/** What a program cannot do here it cannot do another time either. */
function isUnsupported({ samples }: Collection, { caseId, variant }: Slot): boolean {
  return samples.some(
    (one) => one.outcome.kind === 'unsupported' && one.case === caseId && one.variant === variant,
  );
}

/** A later look is of use as a whole only. */
export function fitsWhole(collection: Collection, slots: readonly Slot[]): boolean {
  const missing = slots.filter((slot) => findStored(collection, slot) === undefined);
  return collection.cut === undefined && fits(collection.pace, missing.length);
}

export function leaveOut(collection: Collection, slots: readonly Slot[]): void {
  cutAtBudget(collection);
  collection.notRun.push(...slots);
}

function cutAtBudget(collection: Collection): void {
  const { text } = collection.options.budget!;
  collection.cut ??= overBudget(text);
}
