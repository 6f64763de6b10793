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

/** Case by case; within a case the variants take turns, sample by sample. */
export function scheduleSamples(options: ScheduleOptions): Slot[] {
  return options.cases.flatMap((caseId) =>
    options.samples.flatMap((sample) =>
      options.variants.map((variant) => ({
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
