/** Test vocabulary: the drawing below, expectations from their text, samples from their metrics. */
import { nsPerMs } from '../../src/base/time.ts';
import { planScenario } from '../plan/plan-scenario.ts';
import { link, node, scenario, traffic } from '../plan/testing-topology.ts';
import type { Expression } from '../schema/expression.ts';
import type {
  ExpectationModel,
  MeasureKind,
  MeasureModel,
  PlannedLooks,
  Scenario,
} from '../schema/model.ts';
import { parseExpression } from '../schema/parse-expression.ts';
import type { Metric, ResultRow, SampleOutcome, SampleResult } from '../schema/result.ts';
import type { BaselineBook } from './baseline-book.ts';
import { judgeLook } from './judge.ts';
import type { JudgedCase, Judgement } from './judgement.ts';
import type { NoiseInput } from './noise.ts';

/**
 *        wifi 50 Mbit/s 10 ms        wan 5 ms
 * phone ---------------------- home ---------- gateway
 *   \------------- lte 20 Mbit/s 30 ms ----------/
 */
const topology = {
  nodes: [
    node('phone', 'terminal'),
    node('home', 'nat', { inside: ['wifi'] }),
    node('gateway', 'proxy'),
  ],
  links: [
    link('wifi', ['phone', 'home'], { rateBps: 50e6, delayNs: 10 * nsPerMs }),
    link('lte', ['phone', 'gateway'], { rateBps: 20e6, delayNs: 30 * nsPerMs }),
    link('wan', ['home', 'gateway'], { delayNs: 5 * nsPerMs }),
  ],
};

export function parse(text: string): Expression {
  const reading = parseExpression(text);
  if (reading.kind === 'problem') throw new Error(`${text}: ${reading.problem.message}`);
  return reading.expression;
}

export function expect(
  that: string,
  parts: Partial<Omit<ExpectationModel, 'that'>> = {},
): ExpectationModel {
  const fixed = {
    at: undefined,
    because: undefined,
    kind: 'bound',
    severity: 'fail',
    knownFailing: undefined,
    against: undefined,
    marginRatio: undefined,
    better: undefined,
  } as const;
  return { name: 'it', ...fixed, ...parts, that: parse(that), text: that };
}

function measure(name: string, what: MeasureKind): MeasureModel {
  const empty = { around: undefined, window: undefined, kind: undefined };
  return { name, what, of: 'download', ...empty, pick: 'median', where: {} };
}

export function scenarioWith(parts: Partial<Scenario> = {}): Scenario {
  return scenario(topology, {
    traffic: [
      traffic('download', 'gateway', 'phone', { openedBy: 'phone' }),
      traffic('ping', 'phone', 'gateway', { generator: 'request-response' }),
    ],
    measures: [
      measure('gap', 'delivery-gap'),
      measure('goodput', 'goodput'),
      measure('loss', 'loss'),
    ],
    ...parts,
  });
}

export const plan = planScenario(scenarioWith());

export function figure(
  value: number,
  dimension: Extract<Metric, { kind: 'value' }>['dimension'],
): Metric {
  return { kind: 'value', value, dimension };
}

/** Milliseconds. */
export function time(ms: number): Metric {
  return figure(ms * nsPerMs, 'time');
}

export function plain(value: number): Metric {
  return figure(value, 'plain');
}

export function missing(reason: string): Metric {
  return { kind: 'missing', reason };
}

type Metrics = Readonly<Record<string, Metric>>;

function sampleOf(sample: number, parts: Partial<SampleResult> = {}): SampleResult {
  return {
    case: 'default',
    variant: 'default',
    sample,
    seed: sample,
    invalidBefore: 0,
    outcome: { kind: 'finished' },
    metrics: {},
    records: 'records/sample.ndjson',
    ...parts,
  };
}

/** What came out of each sample: its metrics, or how it ended instead. */
export type Ending = Metrics | SampleOutcome;

function samplesOf(endings: readonly Ending[], variant = 'default'): SampleResult[] {
  return endings.map((ending, at) => {
    const ended = 'kind' in ending && typeof ending.kind === 'string';
    const left = ended ? { outcome: ending as SampleOutcome } : { metrics: ending as Metrics };
    return sampleOf(at + 1, { variant, ...left });
  });
}

export interface Run {
  readonly expectations: readonly ExpectationModel[];
  /** By variant; `default` alone is a file without variants. */
  readonly endings: Readonly<Record<string, readonly Ending[]>>;
  readonly lacks?: Readonly<Record<string, string>>;
  /** Those of the file, where fewer were run. */
  readonly variants?: readonly string[];
  readonly sampleNumbers?: readonly number[];
  readonly lab?: string;
  readonly today?: string;
  readonly looks?: PlannedLooks;
  readonly noise?: NoiseInput;
  readonly baseline?: BaselineBook;
}

export function judgeRun(run: Run): ResultRow[] {
  return [...judgeRunLook(run).rows];
}

/** The rows, and what they need. */
export function judgeRunLook({ expectations, endings, lacks = {}, ...run }: Run): Judgement {
  const ran = Object.keys(endings);
  const cases = ran.map(
    (variant): JudgedCase => ({
      caseId: 'default',
      variant,
      scenario: scenarioWith({ expectations }),
      plan,
      lacks: lacks[variant],
    }),
  );
  const count = Math.max(...Object.values(endings).map((list) => list.length));
  return judgeLook({
    lab: run.lab ?? 'sim',
    today: run.today ?? '2026-06-01',
    looks: run.looks,
    noise: run.noise,
    baseline: run.baseline,
    variants: run.variants ?? ran,
    cases,
    sampleNumbers: run.sampleNumbers ?? Array.from({ length: count }, (_, at) => at + 1),
    samples: ran.flatMap((variant) => samplesOf(endings[variant]!, variant)),
    again: ({ variant, sample }) => `again ${variant === '' ? 'all' : variant} ${sample}`,
  });
}

/** The one row of one expectation in a file without variants. */
export function judgeOne(expectation: ExpectationModel, endings: readonly Ending[]): ResultRow {
  return judgeRun({ expectations: [expectation], endings: { default: endings } })[0]!;
}

/** A sample for each gap, in milliseconds. */
export function gaps(...valuesMs: readonly number[]): Metrics[] {
  return valuesMs.map((ms) => ({ gap: time(ms) }));
}
