/** Which samples are run, in which order, with which seeds. */
import { deriveSeed } from '../../src/base/random.ts';

/** One sample of one case of one variant. */
export interface Slot {
  readonly caseId: string;
  readonly variant: string;
  /** Counted from 1. */
  readonly sample: number;
  /** The same in every case and variant, so that they are compared under the same luck. */
  readonly seed: number;
}

export interface ScheduleOptions {
  readonly cases: readonly string[];
  readonly variants: readonly string[];
  readonly samples: readonly number[];
  readonly seed: number;
}

/** In which order the variants of one sample take their turns. */
export type Interleaving =
  /** As they are named. */
  | 'plain'
  /** There and back, A B B A A B …: a machine that slowly gets warm is as bad for both. */
  | 'abba';

/** In virtual time no sample is told from its place in the order. */
export function interleavingIn(lab: string): Interleaving {
  return lab === 'sim' ? 'plain' : 'abba';
}

/** Case by case; within a case the variants take turns, sample by sample. */
export function scheduleSamples(
  options: ScheduleOptions,
  interleaving: Interleaving = 'plain',
): Slot[] {
  const back = interleaving === 'abba' ? options.variants.toReversed() : options.variants;
  return options.cases.flatMap((caseId) =>
    options.samples.flatMap((sample) =>
      (sample % 2 === 1 ? options.variants : back).map((variant) => ({
        caseId,
        variant,
        sample,
        seed: sampleSeed(options.seed, sample),
      })),
    ),
  );
}

export function sampleSeed(seed: number, sample: number): number {
  return deriveSeed(seed, 'sample', String(sample));
}

/** In virtual time the same seed would be invalid again in the same way. */
export function seedAgain(slot: Slot, attempt: number): number {
  return attempt === 0 ? slot.seed : deriveSeed(slot.seed, 'attempt', String(attempt));
}

export function samplesUpTo(repeat: number): number[] {
  return Array.from({ length: repeat }, (_, at) => at + 1);
}
