/** `result.json`, version 1: all that a run found, judged or not. */
import type { Direction, KnownFailing, Quantifier, Severity } from './model.ts';

export const resultVersion = 1;

/** Of several, the worst counts: exit 70, 2, 1, 4, 3, 5, 0. */
export const verdicts = ['pass', 'fail', 'inconclusive', 'invalid', 'unsupported'] as const;
export type Verdict = (typeof verdicts)[number];

/** How a row is called where people read: `warn` and `known` are broken and do not count. */
export type Shown = Verdict | 'warn' | 'known';

export interface Result {
  readonly version: typeof resultVersion;
  readonly scenario: string;
  readonly file: string;
  readonly about: string;
  readonly lab: string;
  readonly seed: number;
  readonly verdict: Verdict;
  readonly rows: readonly ResultRow[];
  readonly samples: readonly SampleResult[];
  /** What each case of each variant means (`resolvedHash`); it has them once it is written. */
  readonly hashes?: readonly CaseHash[];
  /** Of each metric that the samples have; it has them once it is written. */
  readonly metrics?: Readonly<Record<string, MetricFacts>>;
  /** In real time: how far each metric is from virtual time, where that can run the case. */
  readonly realityGap?: readonly RealityGap[];
  /** What it ran on, drawn; it has it once it is written. */
  readonly sketch?: TopologySketch;
  /** Medians of committed references that are of the same thing; it has them once it is written. */
  readonly references?: readonly ReferenceMedian[];
  /** All that differs between two runs of the same thing stands here and nowhere else. */
  readonly run: RunFacts;
}

/** Groups of nodes and links of all cases: `phone`, four hundred times. */
export interface TopologySketch {
  readonly nodes: readonly SketchNode[];
  readonly links: readonly SketchLink[];
}

export interface SketchNode {
  readonly name: string;
  readonly kind: string;
  readonly count: number;
  /** What is said of it, in each way that cases have it. */
  readonly labels: readonly string[];
}

export interface SketchLink {
  readonly name: string;
  readonly between: readonly [string, string];
  readonly count: number;
  readonly labels: readonly string[];
}

export interface ReferenceMedian {
  readonly case: string;
  readonly variant: string;
  readonly metric: string;
  readonly median: number;
  /** The day on which it was saved. */
  readonly date: string;
}

/** Medians of a metric over the same samples, in virtual time and in this lab. */
export interface RealityGap {
  readonly metric: string;
  readonly case: string;
  readonly variant: string;
  /** How many samples each median is of. */
  readonly n: number;
  readonly dimension: 'time' | 'size' | 'rate' | 'plain';
  readonly virtual: number;
  readonly real: number;
}

export interface CaseHash {
  readonly case: string;
  readonly variant: string;
  readonly hash: string;
}

/** What comparing a metric with a reference takes. */
export interface MetricFacts {
  readonly better: Direction | undefined;
  /** What an expectation with `against: baseline` allows. */
  readonly marginRatio: number | undefined;
}

export interface RunFacts {
  readonly startedAt: string;
  readonly wallMs: number;
  readonly command: readonly string[];
  readonly host: string;
  readonly fingerprint: string;
  /** What the fingerprint is of. */
  readonly machine: string;
  readonly node: string;
  readonly version: string;
  readonly interrupted: boolean;
  /** In real time: what links and NAT boxes of this machine were found to do before anything was judged by them. */
  readonly calibration?: readonly CalibratedSetting[] | undefined;
  /** Of the repository in which the command was called; undefined: it was called in none. */
  readonly revision?: Revision | undefined;
}

/** A link or a NAT box as it was seen, held against what was asked for. */
export interface CalibratedSetting {
  /** `50 Mbit/s, 10 ms`; of a NAT box the names of all that have these settings. */
  readonly setting: string;
  readonly what: string;
  readonly asked: string;
  readonly seen: string;
  /** `± 0.5 ms` */
  readonly within: string;
  readonly standing: 'within' | 'off' | 'not-measured';
}

export interface Revision {
  readonly commit: string;
  /** Files that are tracked differed from that commit. */
  readonly isDirty: boolean;
}

/** One expectation, in one case of one variant. */
export interface ResultRow {
  readonly case: string;
  readonly variant: string;
  readonly expectation: string;
  /** Where it stands in the scenario's file; a row has it once it is written. */
  readonly line?: number;
  readonly text: string;
  readonly at: Quantifier;
  readonly kind: 'bound' | 'ceiling';
  readonly because: string | undefined;
  readonly verdict: Verdict;
  readonly severity: Severity;
  readonly knownFailing: KnownFailing | undefined;
  readonly shown: Shown;
  /** One sentence with figures, and the whole text of the bound. */
  readonly why: string;
  /** The same, short enough for a table. */
  readonly brief: string;
  /** Undefined: the samples kept or broke the bound, or left it open; or nothing could be judged here. */
  readonly cause?: RowCause;
  /** The two sides at the chosen statistic, with units, the right one after its comparison: `≤ 110 ms`. */
  readonly left: string;
  readonly right: string;
  /**
   * Where the left side's statistic lies, at the confidence of the look; of a comparison of variants, their
   * ratio. Undefined where nothing is estimated: `every` sample was looked at, or equal seeds compared.
   */
  readonly interval: readonly [low: string, high: string] | undefined;
  /** What may differ and count as the same, where that was asked in a real lab. */
  readonly margin?: ResultMargin;
  /** Figures that one metric is held against, where the expectation says so: what charts draw. */
  readonly bounds?: readonly RowBound[];
  /** How many samples, or pairs of samples, it stands on. */
  readonly n: number;
  readonly look: 'first' | 'second';
  /** The command that runs this case and the worst sample again. */
  readonly again: string | undefined;
}

/** Why a bound could not speak for itself. Rows that share it have most likely one fault behind them. */
export type RowCause =
  /** What the first of the samples said that did not end well, or cannot be trusted. */
  | { readonly kind: 'samples'; readonly outcome: 'failed' | 'invalid'; readonly reason: string }
  /** A figure that the bound needs has none: `no delivery before the end`. */
  | { readonly kind: 'no-value'; readonly of: string; readonly reason: string }
  /** `elsewhere`: the run was interrupted, or no shard ran them. */
  | { readonly kind: 'not-run'; readonly samples: number; readonly by: 'budget' | 'elsewhere' };

/** `metric operator value`, in the metric's base unit. */
export interface RowBound {
  readonly metric: string;
  /** Undefined: the row's own, or the first of those that it compares. */
  readonly variant?: string;
  readonly operator: '<' | '<=' | '>' | '>=' | '==';
  readonly value: number;
}

/** Ratios: 0.05 is 5 %. */
export interface ResultMargin {
  readonly askedRatio: number;
  /** What equal runs seem to differ by on that machine. */
  readonly noiseFloorRatio: number | undefined;
  /** The greater of the two, which was judged by. */
  readonly ratio: number;
}

/** Whether a row has a say in the verdict of the whole. */
export function countsIn({ shown }: Pick<ResultRow, 'shown'>): boolean {
  return shown !== 'warn' && shown !== 'known';
}

/** A machine of somebody else's that took part: what is behind a card of this one, or a virtual one. */
export interface ForeignHardware {
  readonly node: string;
  readonly interface: string;
  readonly hardware: 'NIC' | 'guest';
  /** Whose it goes by: `its own`. */
  readonly clock: string;
}

/** One whole run of one case of one variant. */
export interface SampleResult {
  readonly case: string;
  readonly variant: string;
  readonly sample: number;
  readonly seed: number;
  /** How many attempts before this one were invalid and thrown away; two at most. */
  readonly invalidBefore: number;
  readonly outcome: SampleOutcome;
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly hardware?: readonly ForeignHardware[];
  /** Relative to the result's folder. */
  readonly records: string;
}

export type SampleOutcome =
  | { readonly kind: 'finished' }
  /** A program failed or crashed; unfinished at `limit`; the reason is one sentence. */
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'invalid'; readonly reason: string }
  /** A command said that it cannot do what is asked of it: exit code 127. */
  | { readonly kind: 'unsupported'; readonly reason: string }
  | { readonly kind: 'interrupted' };

type BadOutcome = Extract<SampleOutcome, { readonly reason: string }>;

/** What a sample that went wrong says, whatever was expected of it. */
export function verdictOfOutcome({ kind }: BadOutcome): 'fail' | 'invalid' | 'unsupported' {
  return kind === 'failed' ? 'fail' : kind;
}

export type Metric =
  | {
      readonly kind: 'value';
      readonly value: number;
      readonly dimension: 'time' | 'size' | 'rate' | 'plain';
      /** Far from the other samples of its case and variant. It is kept, and counts. */
      readonly outlier?: true;
    }
  /** No value, and why: `no delivery before the end`. */
  | { readonly kind: 'missing'; readonly reason: string };
