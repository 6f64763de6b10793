/** Measures of a result as Markdown: a line for each case of each variant, with what was seen and the verdicts. */
import { formatDuration, formatRate } from '../../src/base/units.ts';
import type { Metric, Result, ResultRow, SampleResult } from '../schema/result.ts';

export function valuesTable(result: Result, measures: readonly string[]): string[] {
  const places = Map.groupBy(result.samples, ({ case: id, variant }) => `${id}\n${variant}`);
  const heads = ['case', 'variant', 'n', ...measures, 'verdicts'];
  const lines = [...places.values()].map((samples) => lineOf(result.rows, samples, measures));
  return [heads, heads.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
}

function lineOf(
  rows: readonly ResultRow[],
  samples: readonly SampleResult[],
  measures: readonly string[],
): string[] {
  const { case: id, variant } = samples[0]!;
  const seen = measures.map((name) => valuesText(samples.map(({ metrics }) => metrics[name])));
  const own = rows.filter((row) => row.case === id && row.variant === variant);
  const kinds = Map.groupBy(own, ({ shown }) => shown);
  const verdicts = [...kinds].map(([shown, alike]) =>
    shown === 'pass' ? `${alike.length} pass` : `${shown}: ${alike.map(textOf).join('; ')}`,
  );
  return [id, variant, String(samples.length), ...seen, verdicts.join(', ')];
}

function textOf({ expectation, brief }: ResultRow): string {
  return `${expectation} (${brief})`.replaceAll('|', '/');
}

/** Median, p90 (nearest rank) and the most; how many samples had none. */
function valuesText(metrics: readonly (Metric | undefined)[]): string {
  const found = metrics.filter((metric) => metric?.kind === 'value');
  const sorted = found.map(({ value }) => value).toSorted((a, b) => a - b);
  if (sorted.length === 0) return 'none';
  const format = found[0]!.dimension === 'rate' ? formatRate : formatDuration;
  const at = (ratio: number) => format(sorted[Math.ceil(sorted.length * ratio) - 1]!, 3);
  const missing = metrics.length - sorted.length;
  const text = `${at(0.5)}, ${at(0.9)}, ${at(1)}`;
  return missing === 0 ? text : `${text}; ${missing} without`;
}
