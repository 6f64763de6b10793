/** How many samples an expectation looks at, and whether more are to come. */
import type { Looks, PlannedLooks } from '../schema/model.ts';
import type { SampleResult } from '../schema/result.ts';

export interface SamplePlan {
  readonly looks: PlannedLooks;
  /** Numbers of all samples that were to be run by now of one case of one variant, in order. */
  numbersOf(caseId: string, variant: string): readonly number[];
}

export interface PlanInput {
  readonly sampleNumbers: readonly number[];
  readonly samples: readonly SampleResult[];
  readonly looks?: PlannedLooks | undefined;
}

/** `stated`: what the scenario says of looks. `hasPairs`: whether any are looked at. */
export function planSamples(input: PlanInput, stated: PlannedLooks, hasPairs: boolean): SamplePlan {
  const { sampleNumbers } = input;
  const looks = looksFor(input, stated);
  const { samples, pairs } = looks;
  const ends = [samples, ...(hasPairs ? [pairs] : [])].flatMap(({ first, most }) => [first, most]);
  const ran = highestByPlace(input.samples);
  return {
    looks,
    numbersOf: (caseId, variant) => {
      const highest = ran.get(placeOf(caseId, variant)) ?? 0;
      return reachedNumbers(sampleNumbers, highest, ends);
    },
  };
}

/** A part of the samples, or another number than the file says, is looked at once. */
function looksFor({ sampleNumbers, looks }: PlanInput, stated: PlannedLooks): PlannedLooks {
  const { length: count } = sampleNumbers;
  const planned = looks ?? stated;
  const isWhole = sampleNumbers.every((number, at) => number === at + 1);
  if (isWhole && count === planned.samples.first) return planned;
  const once: Looks = { first: count, most: count };
  return { samples: once, pairs: once };
}

/** What goes beyond the first samples was begun for a later look, and is all to be run for it. */
function reachedNumbers(
  first: readonly number[],
  highest: number,
  ends: readonly number[],
): readonly number[] {
  const last = first.at(-1) ?? 0;
  if (highest <= last) return first;
  const end = ends.toSorted((a, b) => a - b).find((count) => count >= highest) ?? highest;
  return [...first, ...Array.from({ length: end - last }, (_, at) => last + 1 + at)];
}

function highestByPlace(samples: readonly SampleResult[]): Map<string, number> {
  const highest = new Map<string, number>();
  for (const { case: caseId, variant, sample } of samples) {
    const place = placeOf(caseId, variant);
    highest.set(place, Math.max(highest.get(place) ?? 0, sample));
  }
  return highest;
}

function placeOf(caseId: string, variant: string): string {
  return JSON.stringify([caseId, variant]);
}
