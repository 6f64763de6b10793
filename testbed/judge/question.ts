/** What is to be judged: each expectation, in each case, of the variants that it speaks of. */
import { evaluateFact } from '../plan/facts.ts';
import { indexNetwork } from '../plan/network-index.ts';
import type { Plan } from '../plan/plan.ts';
import type { Expression } from '../schema/expression.ts';
import type { ExpectationModel, Looks, Quantifier } from '../schema/model.ts';
import type { RowBound } from '../schema/result.ts';
import { boundsIn } from './bounds-in.ts';
import { variantsSpokenOf } from './compared-variants.ts';
import type { EvaluationScope } from './evaluate.ts';
import type { JudgedCase, JudgeInput } from './judgement.ts';
import { createLookPlanner, type LookPlanner } from './look-planner.ts';
import { quantifierOf } from './order-statistic.ts';
import { inVirtualTime } from './real-time.ts';
import { planSamples, type SamplePlan } from './sample-plan.ts';
import { askSample, type SampleBook, type SampleState } from './sample-state.ts';
import { dimensionOf } from './static-dimension.ts';
import { createVocabulary, type Vocabulary } from './vocabulary.ts';

export interface Question {
  readonly judged: JudgedCase;
  readonly expectation: ExpectationModel;
  /** Whose samples it takes. */
  readonly involved: readonly string[];
  readonly lacks: string | undefined;
  readonly isVirtual: boolean;
  readonly isComparison: boolean;
  readonly vocabulary: Vocabulary;
  readonly quantifier: Quantifier;
  /** Of the samples that were to be run by now, of all that are involved. */
  readonly numbers: readonly number[];
  readonly looks: Looks;
  readonly planLooks: LookPlanner;
  /** What charts of its metrics draw. */
  readonly bounds: readonly RowBound[];
  readonly ask: (that: Expression, sample: number) => SampleState;
}

export function listQuestions(input: JudgeInput, book: SampleBook): Question[] {
  const planLooks = createLookPlanner();
  return input.cases.flatMap((judged) =>
    questionsOf(judged, input, book).map((question) => ({ ...question, planLooks })),
  );
}

type Unplanned = Omit<Question, 'planLooks'>;

function questionsOf(judged: JudgedCase, input: JudgeInput, book: SampleBook): Unplanned[] {
  const { scenario, caseId, variant, plan } = judged;
  const vocabulary = createVocabulary(scenario, input.variants, false);
  const { variants } = vocabulary;
  const factOf = rememberFacts(plan);
  const isVirtual = input.lab === 'sim';
  const compares = ({ that }: ExpectationModel) =>
    variantsSpokenOf(that, variants).involved.length > 1;
  const hasPairs = !isVirtual && scenario.expectations.some(compares);
  const samplePlan = planSamples(input, scenario.looks, hasPairs);
  return scenario.expectations.flatMap((written) => {
    const expectation = isVirtual ? { ...written, that: inVirtualTime(written.that) } : written;
    const { named, involved: spoken } = variantsSpokenOf(expectation.that, variants);
    const involved = named.length === 0 ? [variant] : spoken;
    const found = involved.map((name) =>
      input.cases.find((one) => one.caseId === caseId && one.variant === name),
    );
    // Whoever runs one variant alone asks nothing of the others.
    if (involved[0] !== variant || found.includes(undefined)) return [];
    const lacks = found.map((one) => lackOf(one!, named, book)).find((lack) => lack !== undefined);
    const asked = { caseId, subject: variant, named, variants, factOf };
    const about = { judged, expectation, involved, lacks, vocabulary };
    const ask = (expression: Expression, sample: number) =>
      askSample({ ...asked, expression }, book, sample);
    const bounds = boundsIn(expectation.that, { variants, factOf });
    return [{ ...about, ...howToJudge(about, samplePlan, isVirtual), bounds, ask }];
  });
}

function howToJudge(
  {
    judged,
    expectation,
    involved,
    vocabulary,
  }: Pick<Question, 'judged' | 'expectation' | 'involved' | 'vocabulary'>,
  plan: SamplePlan,
  isVirtual: boolean,
) {
  const isComparison = involved.length > 1;
  const looks = isComparison && !isVirtual ? plan.looks.pairs : plan.looks.samples;
  // Equal seeds are compared exactly, however few they are.
  const isExact = isVirtual && (isComparison || expectation.against !== undefined);
  const most = isExact ? Number.POSITIVE_INFINITY : looks.most;
  const quantifier = quantifierOf(expectation, (side) => dimensionOf(side, vocabulary), most);
  const numbers = involved.map((variant) => plan.numbersOf(judged.caseId, variant)).reduce(inBoth);
  return { isVirtual, isComparison, looks, quantifier, numbers };
}

function inBoth(some: readonly number[], others: readonly number[]): readonly number[] {
  const known = new Set(others);
  return some.filter((number) => known.has(number));
}

/** Known before anything started, or said by a program that was started. */
function lackOf(
  { caseId, variant, lacks: known }: JudgedCase,
  named: readonly string[],
  book: SampleBook,
): string | undefined {
  const lacks = known ?? book.lack(caseId, variant);
  return lacks === undefined || named.length === 0 ? lacks : `${variant}: ${lacks}`;
}

/** Facts are the same in every sample, and a way through a large network takes long to find. */
function rememberFacts(plan: Plan): EvaluationScope['factOf'] {
  const index = indexNetwork(plan);
  const told = new Map<string, ReturnType<EvaluationScope['factOf']>>();
  return (call) => {
    const key = JSON.stringify(call);
    const fact = told.get(key) ?? evaluateFact(plan, call, index);
    told.set(key, fact);
    return fact;
  };
}
