/** Whether an expectation can be judged as it asks to be: by so few samples, against that, this way. */
import type { Span } from '../schema/expression.ts';
import { betterOf } from '../schema/metric-table.ts';
import type { ExpectationModel, Scenario } from '../schema/model.ts';
import { canPass } from '../statistics/planned-looks.ts';
import { variantsSpokenOf } from './compared-variants.ts';
import type { JudgeErrorCode } from './error-codes.ts';
import { splitName } from './evaluate.ts';
import type { LookPlanner } from './look-planner.ts';
import { confidence, leastSamples } from './order-statistic.ts';

export interface ExpectationProblem {
  /** Of the expectation: `at`. */
  readonly key: string;
  readonly code: JudgeErrorCode;
  readonly message: string;
  readonly hint: string;
  /** Within the value of the key; undefined: all of it. */
  readonly span: Span | undefined;
}

export function checkExpectation(
  expectation: ExpectationModel,
  scenario: Scenario,
  variants: readonly string[],
  planLooks: LookPlanner,
): ExpectationProblem[] {
  return [
    ...checkSamples(expectation, scenario, planLooks),
    ...checkReference(expectation, scenario, variants),
    ...checkMargin(expectation, variants),
  ];
}

function checkSamples(
  { at }: ExpectationModel,
  { looks }: Scenario,
  planLooks: LookPlanner,
): ExpectationProblem[] {
  if (at === undefined || at === 'every') return [];
  const { samples } = looks;
  if (canPass(planLooks(at, samples, confidence))) return [];
  const least = leastSamples(at);
  const message = `${samples.most} samples cannot decide a ${at}`;
  const once = `{ first: ${least}, most: ${least} }`;
  const hint = `write repeat: ${Math.ceil((least - 1) / 2)}, for ${least} or more at the second look, or repeat: ${once}`;
  return [{ key: 'at', code: 'too-few-repeats', message, hint, span: undefined }];
}

function checkReference(
  { against, better, that }: ExpectationModel,
  { measures }: Scenario,
  variants: readonly string[],
): ExpectationProblem[] {
  if (against === undefined) return [];
  if (that.kind !== 'name') {
    const message = 'a reference is of one measured value';
    const hint = 'write its name alone: that: gap';
    return [{ key: 'that', code: 'not-a-measure', message, hint, span: that.span }];
  }
  const { metric } = splitName(that.path, variants);
  if (better !== undefined || betterOf(metric, measures) !== undefined) return [];
  const message = `whether more of ${metric} is better or worse is not known`;
  const hint = 'write better: higher, or better: lower';
  return [{ key: 'that', code: 'no-direction', message, hint, span: that.span }];
}

function checkMargin(
  { against, marginRatio, that }: ExpectationModel,
  variants: readonly string[],
): ExpectationProblem[] {
  if (marginRatio === undefined || against !== undefined) return [];
  if (variantsSpokenOf(that, variants).involved.length > 1) return [];
  const message = 'a margin is for what is compared with a reference or with another variant';
  const hint = 'put it into the bound: gap <= 1.1 * 100 ms, or leave it out';
  return [{ key: 'margin', code: 'no-comparison', message, hint, span: undefined }];
}
