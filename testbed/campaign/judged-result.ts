/** From all samples of a run, or of its shards, to the result. */
import type { BaselineBook } from '../judge/baseline-book.ts';
import { judgeLook } from '../judge/judge.ts';
import type { JudgedCase, JudgeInput, Judgement, SampleToRepeat } from '../judge/judgement.ts';
import type { NoiseInput } from '../judge/noise.ts';
import { markOutliers } from '../judge/outliers.ts';
import { verdictOf } from '../report/exit-code.ts';
import type { LoadedScenario } from '../schema/loaded.ts';
import type { PlannedLooks } from '../schema/model.ts';
import type { Result, ResultRow, RunFacts, SampleResult } from '../schema/result.ts';
import { causeOfCut } from './cut-short.ts';
import type { Slot } from './schedule.ts';

export interface Judging {
  readonly loaded: LoadedScenario;
  readonly lab: string;
  readonly seed: number;
  /** Of the first look. */
  readonly samples: readonly number[];
  readonly looks: PlannedLooks | undefined;
  /** `2026-06-01` */
  readonly today: string;
  readonly cases: readonly JudgedCase[];
  /** Committed references; undefined where nothing is held against them. */
  readonly baseline: BaselineBook | undefined;
  /** What is known of the machine's noise beside these samples. */
  readonly noise?: NoiseInput | undefined;
  /** The command that runs one sample again. */
  readonly again: (sample: SampleToRepeat) => string;
  readonly judge?: ((input: JudgeInput) => Judgement) | undefined;
}

export interface Collected {
  readonly samples: readonly SampleResult[];
  readonly notRun: readonly Omit<Slot, 'seed'>[];
  /** Why they were not, as the end of a sentence. */
  readonly cut: string | undefined;
}

export function judgeSamples(judging: Judging, samples: readonly SampleResult[]): Judgement {
  const { loaded, lab, today, cases, looks, baseline, noise, again } = judging;
  const input: JudgeInput = {
    ...{ lab, today, cases, looks, baseline, noise, again, samples: inOrder(judging, samples) },
    variants: loaded.variants,
    sampleNumbers: judging.samples,
  };
  return (judging.judge ?? judgeLook)(input);
}

export function resultOf(
  judging: Judging,
  judgement: Judgement,
  collected: Collected,
  run: RunFacts,
): Result {
  const { loaded, lab, seed } = judging;
  const left = countLeft(collected);
  const rows = judgement.rows.map((row) => explainCut(row, collected.cut, left));
  const samples = markOutliers(inOrder(judging, collected.samples));
  return {
    version: 1,
    scenario: loaded.name,
    file: loaded.file,
    about: loaded.about,
    ...{ lab, seed, verdict: verdictOf({ rows, samples }), rows, samples, run },
  };
}

/** However they came about, in turns, in looks or in shards: by case, sample and variant. */
function inOrder({ cases }: Judging, samples: readonly SampleResult[]): SampleResult[] {
  const caseRank = rankIn(cases.map(({ caseId }) => caseId));
  const variantRank = rankIn(cases.map(({ variant }) => variant));
  return samples.toSorted(
    (a, b) =>
      caseRank(a.case) - caseRank(b.case) ||
      a.sample - b.sample ||
      variantRank(a.variant) - variantRank(b.variant),
  );
}

function rankIn(names: readonly string[]): (name: string) => number {
  const ranks = new Map([...new Set(names)].map((name, at) => [name, at]));
  return (name) => ranks.get(name) ?? ranks.size;
}

/** How many samples of a case and a variant were not run. */
type Left = (caseId: string, variant: string) => number;

function countLeft({ notRun }: Collected): Left {
  const keyOf = (caseId: string, variant: string): string => JSON.stringify([caseId, variant]);
  const left = Map.groupBy(notRun, ({ caseId, variant }) => keyOf(caseId, variant));
  return (caseId, variant) => left.get(keyOf(caseId, variant))?.length ?? 0;
}

/** `…; 4 samples no longer fit into the budget of 10 min` */
function explainCut(row: ResultRow, cut: string | undefined, left: Left): ResultRow {
  if (row.verdict !== 'inconclusive' || cut === undefined) return row;
  const involved = row.variant.split(', ');
  const count = involved.reduce((sum, variant) => sum + left(row.case, variant), 0);
  if (count === 0) return row;
  const reason = `; ${count} sample${count === 1 ? '' : 's'} ${cut}`;
  const cause = causeOfCut(cut, count);
  return { ...row, why: row.why + reason, brief: row.brief + reason, cause };
}
