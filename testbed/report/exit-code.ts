/** What a process that ran scenarios exits with. */
import { countsIn, type Result, type Verdict, verdictOfOutcome } from '../schema/result.ts';
import { type Gate, reddens } from './gate.ts';

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

/** A gate leaves of all verdicts those that redden; `strict` counts `unsupported` beside a pass. */
export function gatedExitOf(verdicts: readonly Verdict[], gate: Gate | undefined): number {
  if (gate === undefined) return exitCodeOf(verdicts);
  return exitCodeOf(verdicts.filter((verdict) => reddens(verdict, gate)));
}

type Judged = Pick<Result, 'rows' | 'samples'>;

/** All that counts: a sample that failed is a failure, whatever was expected. */
export function countedVerdicts({ rows, samples }: Judged): Verdict[] {
  const found: Verdict[] = rows.filter(countsIn).map((row) => row.verdict);
  for (const { outcome } of samples) {
    if ('reason' in outcome) found.push(verdictOfOutcome(outcome));
    if (outcome.kind === 'finished' && rows.length === 0) found.push('pass');
  }
  return found;
}

/** The worst of what counts. */
export function verdictOf(judged: Judged): Verdict {
  const found = countedVerdicts(judged);
  const worst = exitCodeOf(found);
  return found.find((verdict) => exitOf[verdict] === worst) ?? 'pass';
}
