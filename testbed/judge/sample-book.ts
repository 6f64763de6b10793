/** The samples of a run by where they belong, with those marked that broke a ceiling. */
import type { SampleResult } from '../schema/result.ts';
import type { SampleBook } from './sample-state.ts';

export interface JudgedBook extends SampleBook {
  /** The first reason stays. */
  mark(caseId: string, variant: string, sample: number, reason: string): void;
}

export function createBook(samples: readonly SampleResult[]): JudgedBook {
  const found = new Map(samples.map((one) => [keyOf(one.case, one.variant, one.sample), one]));
  const lacks = new Map(
    samples.flatMap(({ outcome, ...one }) =>
      outcome.kind === 'unsupported'
        ? [[JSON.stringify([one.case, one.variant]), outcome.reason]]
        : [],
    ),
  );
  const reasons = new Map<string, string>();
  return {
    find: (...place) => found.get(keyOf(...place)),
    lack: (caseId, variant) => lacks.get(JSON.stringify([caseId, variant])),
    distrust: (...place) => reasons.get(keyOf(...place)),
    mark: (caseId, variant, sample, reason) => {
      const key = keyOf(caseId, variant, sample);
      if (!reasons.has(key)) reasons.set(key, reason);
    },
  };
}

function keyOf(caseId: string, variant: string, sample: number): string {
  return JSON.stringify([caseId, variant, sample]);
}
