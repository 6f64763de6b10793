/** What each sample says of one expectation: a finding, or why it says nothing. */
import type { Expression } from '../schema/expression.ts';
import type { Metric, SampleResult } from '../schema/result.ts';
import type { EvaluationScope } from './evaluate.ts';
import { type Finding, findTruth } from './finding.ts';

/** `variant`: named where several are compared. */
export type SampleState =
  | { readonly kind: 'found'; readonly sample: number; readonly finding: Finding }
  | {
      readonly kind: 'failed' | 'invalid';
      readonly sample: number;
      readonly variant: string | undefined;
      readonly reason: string;
    }
  /** Interrupted, or not begun. */
  | { readonly kind: 'absent'; readonly sample: number };

export interface SampleQuestion {
  readonly expression: Expression;
  readonly caseId: string;
  /** The one whose plain names are meant. */
  readonly subject: string;
  readonly named: readonly string[];
  readonly variants: readonly string[];
  readonly factOf: EvaluationScope['factOf'];
}

/** What a run left, by case, variant and number. */
export interface SampleBook {
  find(caseId: string, variant: string, sample: number): SampleResult | undefined;
  /** Why a sample cannot be trusted though it ended well: it broke a ceiling. */
  distrust(caseId: string, variant: string, sample: number): string | undefined;
  /** What a program of it said that it cannot do, in whichever sample. */
  lack(caseId: string, variant: string): string | undefined;
}

export function askSample(question: SampleQuestion, book: SampleBook, sample: number): SampleState {
  const { caseId, subject, named } = question;
  const involved = [subject, ...named.filter((variant) => variant !== subject)];
  const ends = involved.map((variant) => endOf(question, book, variant, sample));
  for (const kind of ['failed', 'invalid', 'absent'] as const) {
    const worst = ends.find((end) => end?.kind === kind);
    if (worst) return worst;
  }
  const metricOf = (name: string, variant = subject): Metric | undefined => {
    const metrics = book.find(caseId, variant, sample)?.metrics;
    return metrics && Object.hasOwn(metrics, name) ? metrics[name] : undefined;
  };
  const scope = { variants: question.variants, metricOf, factOf: question.factOf };
  return { kind: 'found', sample, finding: findTruth(question.expression, scope) };
}

/** Undefined: it ended well. */
function endOf(
  { caseId, named }: SampleQuestion,
  book: SampleBook,
  variant: string,
  sample: number,
): SampleState | undefined {
  const outcome = book.find(caseId, variant, sample)?.outcome;
  const shown = named.length > 0 ? variant : undefined;
  switch (outcome?.kind) {
    case undefined:
    case 'interrupted':
    case 'unsupported':
      return { kind: 'absent', sample };
    case 'failed':
    case 'invalid':
      return { kind: outcome.kind, sample, variant: shown, reason: outcome.reason };
    case 'finished': {
      const reason = book.distrust(caseId, variant, sample);
      return reason === undefined ? undefined : { kind: 'invalid', sample, variant: shown, reason };
    }
  }
}
