/** What a bench says of its bars, and what it exits with. */
export interface Judged {
  /** Undefined: no bar, it stands beside. */
  readonly holds: boolean | undefined;
  /** A figure in time, which says nothing on a machine that is busy; shares, rates and losses do. */
  readonly isOfTime?: boolean;
}

export interface Circumstances {
  readonly isQuiet: boolean;
  /** An anchor that is not on this machine. */
  readonly lacks?: string | undefined;
}

type Verdict = 'yes' | 'no' | 'no: busy machine' | '–';

export function verdictOf({ holds, isOfTime }: Judged, isQuiet: boolean): Verdict {
  if (holds === undefined) return '–';
  if (holds) return 'yes';
  return isOfTime && !isQuiet ? 'no: busy machine' : 'no';
}

/** As of a run: 1 where something does not hold, 5 where something could not be looked at. */
export function exitCodeOf(rows: readonly Judged[], { isQuiet, lacks }: Circumstances): 0 | 1 | 5 {
  if (rows.some((row) => verdictOf(row, isQuiet) === 'no')) return 1;
  return lacks === undefined ? 0 : 5;
}
