/** What a process that ran scenarios exits with. */
import type { Result, Verdict } from '../schema/result.ts';

export const exitOf = {
  pass: 0,
  fail: 1,
  inconclusive: 3,
  invalid: 4,
  unsupported: 5,
} as const satisfies Readonly<Record<Verdict, number>>;

/** A wrong command line or file. */
export const exitInput = 2;
/** A fault of Ropewalk itself. */
export const exitFault = 70;

const worstFirst = [exitFault, exitInput, 1, 4, 3, 5, 0];

/** Of several, the worst; `unsupported` only where nothing at all could be judged. */
export function worstExit(codes: readonly number[]): number {
  const judged = codes.includes(0) ? codes.filter((code) => code !== exitOf.unsupported) : codes;
  return worstFirst.find((code) => judged.includes(code)) ?? 0;
}

export function exitCodeOf(verdicts: readonly Verdict[]): number {
  return worstExit(verdicts.map((verdict) => exitOf[verdict]));
}

/** The verdict of all rows and samples: a sample that failed is a failure, whatever was expected. */
export function verdictOf({ rows, samples }: Pick<Result, 'rows' | 'samples'>): Verdict {
  const found: Verdict[] = rows.map((row) => row.verdict);
  for (const { outcome } of samples) {
    if (outcome.kind === 'failed') found.push('fail');
    if (outcome.kind === 'invalid') found.push('invalid');
    if (outcome.kind === 'finished' && rows.length === 0) found.push('pass');
  }
  const worst = exitCodeOf(found);
  return found.find((verdict) => exitOf[verdict] === worst) ?? 'pass';
}
