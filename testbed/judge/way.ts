/** How a question is judged: at once, or together with its like. */
import type { PairedQuestion } from './compared.ts';
import type { Decision } from './decide.ts';
import type { Outcome } from './outcome.ts';
import type { UnpairedQuestion } from './unpaired.ts';

export interface Answer {
  readonly outcome: Outcome;
  /** Of a bound. */
  readonly decision: Decision | undefined;
}

export type Way =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'pairs'; readonly pairs: PairedQuestion }
  | { readonly kind: 'unpaired'; readonly unpaired: UnpairedQuestion };

/** Of what two things may differ by and still count as the same, where nothing is said of it. */
export const usualMarginRatio = 0.05;

export function answered(outcome: Outcome): Way {
  return { kind: 'answered', answer: { outcome, decision: undefined } };
}
