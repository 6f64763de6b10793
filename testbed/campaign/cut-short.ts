/** Why a run ended before all its samples, as the end of a sentence; and which of the reasons it is. */
import type { RowCause } from '../schema/result.ts';

const fits = 'no longer fit into the budget of ';

export const interrupted = 'were not run before the interruption';

export function overBudget(budget: string): string {
  return fits + budget;
}

/** Shards keep the sentence in their files. */
export function causeOfCut(cut: string, samples: number): RowCause {
  return { kind: 'not-run', samples, by: cut.startsWith(fits) ? 'budget' : 'elsewhere' };
}
