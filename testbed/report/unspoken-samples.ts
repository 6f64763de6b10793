/** Samples that no row of the result speaks of, and that must not get lost for that. */
import {
  countsIn,
  type Result,
  type ResultRow,
  type SampleResult,
  verdictOfOutcome,
} from '../schema/result.ts';

/** By case and variant: all where nothing is expected, else those that went wrong unheard. */
export function unspokenSamples({
  rows,
  samples,
}: Pick<Result, 'rows' | 'samples'>): (readonly SampleResult[])[] {
  const unspoken = rows.length === 0 ? samples : samples.filter((one) => !isHeard(one, rows));
  return [...Map.groupBy(unspoken, (one) => JSON.stringify([one.case, one.variant])).values()];
}

/** A row that compares variants names them all. */
function isHeard({ outcome, ...place }: SampleResult, rows: readonly ResultRow[]): boolean {
  if (!('reason' in outcome)) return true;
  const heard = ['fail', verdictOfOutcome(outcome)];
  return rows.some(
    (row) =>
      countsIn(row) &&
      row.case === place.case &&
      row.variant.split(', ').includes(place.variant) &&
      heard.includes(row.verdict),
  );
}
