/** Which verdicts redden a job. Without a gate the worst verdict is the exit code. */
import type { Verdict } from '../schema/result.ts';

const reddening = {
  fail: ['fail'],
  nightly: ['fail', 'invalid'],
  strict: ['fail', 'inconclusive', 'invalid', 'unsupported'],
} as const satisfies Readonly<Record<string, readonly Verdict[]>>;

export type Gate = keyof typeof reddening;

export const gates = Object.keys(reddening) as readonly Gate[];

/** Undefined: nothing is gated off, and all but a pass is red. */
export function reddens(verdict: Verdict, gate: Gate | undefined): boolean {
  if (gate === undefined) return verdict !== 'pass';
  return reddening[gate].some((one) => one === verdict);
}
