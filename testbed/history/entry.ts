/** What is kept of a run for good: one small file that nobody changes. */
import type { Metric, Result, Revision, Shown, Verdict } from '../schema/result.ts';
import { hashOf } from '../schema/scenario-hash.ts';

export const historyVersion = 1;

export interface HistoryEntry {
  readonly version: typeof historyVersion;
  readonly scenario: string;
  readonly file: string;
  readonly lab: string;
  readonly seed: number;
  readonly startedAt: string;
  readonly revision?: Revision | undefined;
  /** Of the machine; `machine` is what it stands for. */
  readonly fingerprint: string;
  readonly machine: string;
  readonly node: string;
  readonly ropewalk: string;
  /** Of what is run and measured in all cases: another one is another scenario. */
  readonly meaning: string;
  readonly verdict: Verdict;
  readonly rows: readonly HistoryRow[];
  readonly figures: readonly HistoryFigure[];
}

export interface HistoryRow {
  readonly case: string;
  readonly variant: string;
  readonly expectation: string;
  readonly verdict: Verdict;
  readonly shown: Shown;
  /** What it expects, with the figures of its bound; runs of an older Ropewalk did not keep it. */
  readonly expects?: string;
}

export interface HistoryFigure {
  readonly case: string;
  readonly variant: string;
  readonly metric: string;
  readonly dimension: Extract<Metric, { kind: 'value' }>['dimension'];
  /** Samples with a value, and those without. */
  readonly n: number;
  readonly missing: number;
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

export function entryOf(result: Result): HistoryEntry {
  const { scenario, file, lab, seed, verdict, run, hashes = [], rows } = result;
  const { startedAt, revision, fingerprint, machine, node } = run;
  return {
    version: historyVersion,
    ...{ scenario, file, lab, seed, startedAt, revision, fingerprint, machine, node },
    ropewalk: run.version,
    meaning: hashOf(hashes.map((one) => [one.case, one.variant, one.hash])).slice(0, 16),
    verdict,
    rows: rows.map(({ expectation, verdict: own, shown, variant, ...row }) => ({
      ...{ case: row.case, variant, expectation, verdict: own, shown },
      expects: `${row.text} (${row.right} at ${row.at})`,
    })),
    figures: figuresOf(result),
  };
}

function figuresOf({ samples }: Result): HistoryFigure[] {
  const places = Map.groupBy(samples, (one) => JSON.stringify([one.case, one.variant]));
  return [...places.values()].flatMap((own) => {
    const names = new Set(own.flatMap(({ metrics }) => Object.keys(metrics)));
    return [...names].flatMap((metric) => {
      const found = own.flatMap(({ metrics }) => metrics[metric] ?? []);
      const values = found.filter((one) => one.kind === 'value');
      if (values.length === 0) return [];
      const sorted = values.map(({ value }) => value).toSorted((a, b) => a - b);
      const { case: caseId, variant } = own[0]!;
      const { dimension } = values[0]!;
      const [n, missing] = [sorted.length, found.length - sorted.length];
      const median = (sorted[n >> 1]! + sorted[(n - 1) >> 1]!) / 2;
      const span = { least: sorted[0]!, median, most: sorted.at(-1)! };
      return { case: caseId, variant, metric, dimension, n, missing, ...span };
    });
  });
}
