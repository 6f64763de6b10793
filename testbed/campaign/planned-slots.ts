/** Which slots the looks of a run ask for. */
import type { JudgedCase, SampleNeed } from '../judge/judgement.ts';
import type { PlannedLooks } from '../schema/model.ts';
import type { CampaignOptions } from './campaign-options.ts';
import { interleavingIn, type Slot, samplesUpTo, scheduleSamples } from './schedule.ts';
import { sliceShard } from './shard.ts';

type Planning = Pick<CampaignOptions, 'cases' | 'variants' | 'samples' | 'seed' | 'shard'> & {
  readonly lab: string;
};

/** What one machine lacks does not change which shard a slot is in. */
export function firstLook(planning: Planning, cases: readonly JudgedCase[]): Slot[] {
  const lacking = new Set(cases.filter(({ lacks }) => lacks !== undefined).map(nameOf));
  const slots = scheduleSamples(planning, interleavingIn(planning.lab));
  return sliceShard(slots, planning.shard).filter((slot) => !lacking.has(nameOf(slot)));
}

/**
 * A shard cannot know what the others find: it takes its part of every look that may come, and whoever
 * merges leaves out what no look asked for. A chosen sample is that one alone.
 */
export function everyLook(
  planning: Planning,
  cases: readonly JudgedCase[],
  looks: PlannedLooks,
): Slot[] {
  return firstLook({ ...planning, samples: samplesOfEveryLook(planning.samples, looks) }, cases);
}

export function samplesOfEveryLook(
  samples: readonly number[],
  { samples: { first, most } }: PlannedLooks,
): readonly number[] {
  return samples.length === first ? samplesUpTo(most) : samples;
}

/** Those of the slots that are needed which were not run before. */
export function laterLook(
  planning: Planning,
  needs: readonly SampleNeed[],
  ran: ReadonlySet<string>,
): Slot[] {
  const wanted = new Map(needs.map((need) => [nameOf(need), need.samples]));
  const samples = samplesUpTo(Math.max(0, ...wanted.values()));
  const slots = scheduleSamples({ ...planning, samples }, interleavingIn(planning.lab));
  return slots.filter(
    (slot) => slot.sample <= (wanted.get(nameOf(slot)) ?? 0) && !ran.has(slotName(slot)),
  );
}

function nameOf({
  caseId,
  variant,
}: {
  readonly caseId: string;
  readonly variant: string;
}): string {
  return JSON.stringify([caseId, variant]);
}

export function slotName({ caseId, variant, sample }: Omit<Slot, 'seed'>): string {
  return JSON.stringify([caseId, variant, sample]);
}
