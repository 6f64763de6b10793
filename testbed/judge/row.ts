/** An outcome as a row of the result. */
import type { ExpectationModel, Quantifier } from '../schema/model.ts';
import type { ResultRow } from '../schema/result.ts';
import type { Outcome } from './outcome.ts';
import { standingOf } from './standing.ts';

export interface RowPlace {
  readonly caseId: string;
  readonly variant: string;
  readonly expectation: ExpectationModel;
  readonly quantifier: Quantifier;
  readonly today: string;
  readonly again: (sample: number) => string;
}

export function rowOf(place: RowPlace, outcome: Outcome): ResultRow {
  const { caseId, variant, expectation, quantifier, today, again } = place;
  const { name, text, kind, because, severity, knownFailing } = expectation;
  const { verdict, left, right, interval, n, look, worst, margin, cause } = outcome;
  const { shown, aside } = standingOf(expectation, verdict, today);
  const beside = aside === undefined ? '' : `; ${aside}`;
  return {
    ...{ case: caseId, variant, expectation: name, text, at: quantifier, kind, because },
    ...{ verdict, severity, knownFailing, shown },
    why: outcome.why + beside,
    brief: outcome.brief + beside,
    ...(cause && { cause }),
    ...{ left, right, interval, n, look, ...(margin && { margin }) },
    again: worst === undefined ? undefined : again(worst),
  };
}
