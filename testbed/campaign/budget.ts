/** How long samples may be begun. */

export interface Budget {
  /** As a reader writes it: `10 min`. */
  readonly text: string;
  leftMs(): number;
}

export function startBudget(
  totalMs: number,
  text: string,
  nowMs = (): number => performance.now(),
): Budget {
  const endMs = nowMs() + totalMs;
  return { text, leftMs: () => endMs - nowMs() };
}

/** Learns from the samples that were run how long the next ones take. */
export interface Pace {
  readonly budget: Budget | undefined;
  longestMs: number;
}

export function createPace(budget: Budget | undefined): Pace {
  return { budget, longestMs: 0 };
}

export function notePace(pace: Pace, tookMs: number): void {
  pace.longestMs = Math.max(pace.longestMs, tookMs);
}

/** Whether so many more samples are done before the budget is over, if none takes longer than one did. */
export function fits({ budget, longestMs }: Pace, samples: number): boolean {
  if (budget === undefined || samples === 0) return true;
  const leftMs = budget.leftMs();
  return leftMs > 0 && samples * longestMs <= leftMs;
}
