/** All that is wrong in results, worst first: rows that do not pass, samples that no row speaks of. */
import {
  countsIn,
  type Result,
  type ResultRow,
  type RowCause,
  type SampleResult,
  type Shown,
  type Verdict,
  verdictOfOutcome,
} from '../schema/result.ts';
import { type Gate, reddens } from './gate.ts';
import { unspokenSamples } from './unspoken-samples.ts';

export interface Finding {
  readonly scenario: string;
  /** As it was typed. */
  readonly file: string;
  /** Of the expectation; undefined: of the file as a whole. */
  readonly line: number | undefined;
  readonly verdict: Exclude<Verdict, 'pass'>;
  /** `known` and `warn` are broken as well and never count. */
  readonly shown: Shown;
  /** Whether the exit code is red for it; else it does not count, or a gate let it pass. */
  readonly isRed: boolean;
  readonly expectation: string;
  readonly case: string;
  readonly variant: string;
  readonly measured: string;
  readonly bound: string;
  readonly why: string;
  readonly again: string | undefined;
  readonly cause: RowCause | undefined;
}

const worstFirst: readonly Finding['verdict'][] = [
  'fail',
  'invalid',
  'inconclusive',
  'unsupported',
];

export function listFindings(results: readonly Result[], gate: Gate | undefined): Finding[] {
  const found = results.flatMap((result) => [
    ...result.rows.flatMap((row) => ofRow(result, row, gate) ?? []),
    ...unspokenSamples(result)
      .flat()
      .flatMap((sample) => ofSample(result, sample, gate) ?? []),
  ]);
  const rank = ({ isRed, verdict }: Finding): number =>
    (isRed ? 0 : worstFirst.length) + worstFirst.indexOf(verdict);
  return found.toSorted((a, b) => rank(a) - rank(b));
}

function ofRow(
  { scenario, file }: Result,
  row: ResultRow,
  gate: Gate | undefined,
): Finding | undefined {
  const { verdict, shown, expectation, variant, line, why, again } = row;
  if (verdict === 'pass') return undefined;
  return {
    ...{ scenario, file, line, verdict, shown, expectation, variant, why, again },
    isRed: countsIn(row) && isRedFor(verdict, gate),
    case: row.case,
    cause: row.cause,
    measured: row.left,
    bound: row.right,
  };
}

function ofSample(
  { scenario, file }: Result,
  { outcome, sample, case: caseId, variant }: SampleResult,
  gate: Gate | undefined,
): Finding | undefined {
  if (!('reason' in outcome)) return undefined;
  const verdict = verdictOfOutcome(outcome);
  return {
    scenario,
    file,
    line: undefined,
    verdict,
    shown: verdict,
    isRed: isRedFor(verdict, gate),
    expectation: `sample ${sample}`,
    case: caseId,
    variant,
    measured: outcome.kind,
    bound: '',
    why: outcome.reason,
    again: undefined,
    cause: causeOf(outcome),
  };
}

function causeOf(outcome: SampleResult['outcome']): RowCause | undefined {
  const { kind } = outcome;
  if (kind !== 'failed' && kind !== 'invalid') return undefined;
  return { kind: 'samples', outcome: kind, reason: outcome.reason };
}

/** Without a gate `unsupported` is red only where it stands alone: beside others it is a warning. */
function isRedFor(verdict: Verdict, gate: Gate | undefined): boolean {
  return reddens(verdict, gate) && (gate !== undefined || verdict !== 'unsupported');
}

/** `case links.lte.delay=60ms, variant ours`; empty where there is one of each. */
export function describePlace(place: { readonly case: string; readonly variant: string }): string {
  return [
    ...(place.case === 'default' ? [] : [`case ${place.case}`]),
    ...(place.variant === 'default' ? [] : [`variant ${place.variant}`]),
  ].join(', ');
}

/** `known` and `warn` say by themselves that they do not count. */
export function describeVerdict({ verdict, shown, isRed }: Finding): string {
  return isRed || shown !== verdict ? shown : `${shown} (not gated)`;
}
