/** What committed references say of the same cases, for a reader's eye: nothing is judged by it here. */
import { type Baseline, machineIn } from '../baseline/baseline.ts';
import type { CaseHash, ReferenceMedian, Result } from '../schema/result.ts';
import type { ReadReferences } from './references.ts';

/** Of the same scenario, lab and machine; a broken file is for `baseline` to complain of. */
export function mediansOf(
  read: ReadReferences,
  { lab, run }: Pick<Result, 'lab' | 'run'>,
  hashes: readonly CaseHash[],
): ReferenceMedian[] {
  const known = new Set(hashes.map((one) => JSON.stringify([one.case, one.variant, one.hash])));
  const machine = machineIn(lab, run.fingerprint);
  return (readOrNothing(read)?.references ?? [])
    .filter((one) => one.lab === lab && one.machine === machine)
    .filter((one) => known.has(JSON.stringify([one.case, one.variant, one.hash])))
    .flatMap(({ case: caseId, variant, date, metrics }) =>
      Object.entries(metrics).flatMap(([metric, { values }]) => {
        const count = values.length;
        if (count === 0) return [];
        const median = (values[count >> 1]! + values[(count - 1) >> 1]!) / 2;
        return { case: caseId, variant, metric, median, date };
      }),
    );
}

function readOrNothing(read: ReadReferences): Baseline | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
