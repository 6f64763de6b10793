/** `samples.csv`: a row for each metric of each sample, for whoever counts on (RFC 4180). */
import type { Metric, Result, SampleResult } from '../schema/result.ts';

interface Row {
  readonly result: Result;
  readonly sample: SampleResult;
  /** Undefined: the sample has none, and is not left out for that. */
  readonly name: string | undefined;
  readonly metric: Metric | undefined;
}

type Cell = (row: Row) => string;

/** docs/results.md says what each is. */
const columns: Readonly<Record<string, Cell>> = {
  scenario: ({ result }) => result.scenario,
  lab: ({ result }) => result.lab,
  case: ({ sample }) => sample.case,
  variant: ({ sample }) => sample.variant,
  sample: ({ sample }) => String(sample.sample),
  seed: ({ sample }) => String(sample.seed),
  invalid_before: ({ sample }) => String(sample.invalidBefore),
  outcome: ({ sample }) => sample.outcome.kind,
  outcome_reason: ({ sample: { outcome } }) => ('reason' in outcome ? outcome.reason : ''),
  metric: ({ name }) => name ?? '',
  time_ns: ({ metric }) => figureOf(metric, 'time'),
  rate_bps: ({ metric }) => figureOf(metric, 'rate'),
  size_bytes: ({ metric }) => figureOf(metric, 'size'),
  plain: ({ metric }) => figureOf(metric, 'plain'),
  outlier: ({ metric }) => (metric?.kind === 'value' ? String(metric.outlier === true) : ''),
  missing_reason: ({ metric }) => (metric?.kind === 'missing' ? metric.reason : ''),
};

export const csvColumns: readonly string[] = Object.keys(columns);

export function formatSamplesCsv(result: Result): string {
  const cells = Object.values(columns);
  const lines = result.samples
    .flatMap((sample) => rowsOf(result, sample))
    .map((row) => cells.map((cell) => quote(cell(row))).join(','));
  return [csvColumns.join(','), ...lines].map((line) => `${line}\r\n`).join('');
}

function rowsOf(result: Result, sample: SampleResult): Row[] {
  const metrics = Object.entries(sample.metrics);
  if (metrics.length === 0) return [{ result, sample, name: undefined, metric: undefined }];
  return metrics.map(([name, metric]) => ({ result, sample, name, metric }));
}

/** The column has the unit: a figure stands in the one of its dimension. */
function figureOf(
  metric: Metric | undefined,
  dimension: Extract<Metric, { kind: 'value' }>['dimension'],
): string {
  return metric?.kind === 'value' && metric.dimension === dimension ? String(metric.value) : '';
}

/** RFC 4180 2.5 to 2.7. */
function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
