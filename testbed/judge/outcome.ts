/** What is to be said of one expectation in one place, however it was judged. */
import type { ResultRow, RowCause, Verdict } from '../schema/result.ts';
import type { Interval } from './interval.ts';
import type { Margin } from './noise.ts';
import { nothing } from './sides.ts';

export interface Outcome {
  readonly verdict: Verdict;
  readonly why: string;
  readonly brief: string;
  readonly cause?: RowCause | undefined;
  readonly left: string;
  readonly right: string;
  readonly interval: Interval | undefined;
  readonly n: number;
  readonly look: ResultRow['look'];
  /** The sample to run again; undefined where nothing is wrong with any. */
  readonly worst: number | undefined;
  /** Of a comparison in real time. */
  readonly margin?: Margin | undefined;
  /** So many samples in all may decide what these do not. */
  readonly wants: number | undefined;
}

/** Nothing was judged, and one sentence says why. */
export function unjudged(verdict: Verdict, why: string, parts: Partial<Outcome> = {}): Outcome {
  return {
    ...{ verdict, why, brief: why, left: nothing, right: nothing, n: 0, look: 'first' },
    ...{ interval: undefined, worst: undefined, wants: undefined },
    ...parts,
  };
}
