/** A decision as a row of the result. */
import type { ExpectationModel, Quantifier } from '../schema/model.ts';
import type { ResultRow, Verdict } from '../schema/result.ts';
import type { Decision } from './decide.ts';
import type { Deciding } from './finding.ts';
import { formatBound, nothing } from './sides.ts';

export interface RowParts {
  readonly decision: Decision;
  readonly quantifier: Quantifier;
  readonly why: string;
  readonly again: (sample: number) => string;
}

interface RowPlace {
  readonly caseId: string;
  readonly variant: string;
}

export function rowOf(
  place: RowPlace,
  expectation: ExpectationModel,
  { decision, quantifier, why, again }: RowParts,
): ResultRow {
  const worst = worstSample(decision);
  return {
    ...headOf(place, expectation, quantifier),
    verdict: verdictOf(decision, expectation.kind),
    shown: verdictOf(decision, expectation.kind),
    why,
    brief: why,
    n: 0,
    interval: undefined,
    look: 'first',
    ...formatBound(decidingOf(decision)),
    again: worst === undefined ? undefined : again(worst),
  };
}

export function unsupportedRow(
  place: RowPlace,
  expectation: ExpectationModel,
  quantifier: Quantifier,
  why: string,
): ResultRow {
  return {
    ...headOf(place, expectation, quantifier),
    verdict: 'unsupported',
    shown: 'unsupported',
    why,
    brief: why,
    n: 0,
    interval: undefined,
    look: 'first',
    left: nothing,
    right: nothing,
    again: undefined,
  };
}

function headOf(
  { caseId, variant }: RowPlace,
  { name, text, kind, because, severity, knownFailing }: ExpectationModel,
  at: Quantifier,
) {
  return {
    case: caseId,
    variant,
    expectation: name,
    text,
    at,
    kind,
    because,
    severity,
    knownFailing,
  };
}

/** More than possible says that the rig is wrong, not what it carried. */
function verdictOf(decision: Decision, kind: ExpectationModel['kind']): Verdict {
  switch (decision.kind) {
    case 'holds':
      return 'pass';
    case 'broken':
      return kind === 'ceiling' ? 'invalid' : 'fail';
    case 'failed':
    case 'missing':
      return 'fail';
    case 'invalid':
      return 'invalid';
    case 'unfinished':
    case 'too-few':
      return 'inconclusive';
  }
}

/** The one to run again; undefined where nothing is wrong with any. */
function worstSample(decision: Decision): number | undefined {
  switch (decision.kind) {
    case 'broken':
      return decision.sorted.at(-1)!.sample;
    case 'failed':
    case 'missing':
    case 'invalid':
      return decision.samples[0]!.sample;
    case 'holds':
    case 'unfinished':
    case 'too-few':
      return undefined;
  }
}

function decidingOf(decision: Decision): Deciding | undefined {
  switch (decision.kind) {
    case 'holds':
    case 'broken':
      return decision.speaks.finding.by;
    case 'missing':
      return decision.samples[0]!.finding.by;
    case 'unfinished':
    case 'too-few':
      return decision.sorted.at(-1)?.finding.by;
    case 'failed':
    case 'invalid':
      return undefined;
  }
}
