/** A result of long TCP flows as Markdown: a line for each case of each variant, with figures and verdicts. */
import { formatRate } from '../../src/base/units.ts';
import type { Result, ResultRow, SampleResult } from '../schema/result.ts';
import { medianOfSorted } from '../statistics/hodges-lehmann.ts';

/** Of the samples that finished; `of` is how many there shall be. */
export function cellsTable(result: Result): string[] {
  const rates = rateMeasures(result.samples);
  const heads = ['line', 'flow', 'n', ...rates.map((name) => `${name}, median (least to most)`)];
  if (rates.length === 2) heads.push('Jain, median');
  heads.push('sent again, most', 'verdicts');
  const places = Map.groupBy(result.samples, ({ case: id, variant }) => `${id}\n${variant}`);
  const lines = [...places.values()].map((samples) => lineOf(result.rows, samples, rates));
  return [rowOf(heads), rowOf(heads.map(() => '---')), ...lines.map(rowOf)];
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Measures have no dot in their names; a traffic's properties do. */
function rateMeasures(samples: readonly SampleResult[]): string[] {
  const names = samples.flatMap(({ metrics }) =>
    Object.keys(metrics).filter((name) => {
      const metric = metrics[name]!;
      return !name.includes('.') && metric.kind === 'value' && metric.dimension === 'rate';
    }),
  );
  return [...new Set(names)];
}

function lineOf(
  rows: readonly ResultRow[],
  samples: readonly SampleResult[],
  rates: readonly string[],
): string[] {
  const { case: id, variant } = samples[0]!;
  const cells = [shortCase(id), variant, String(samples.length)];
  for (const name of rates) cells.push(rangeText(valuesOf(samples, name)));
  if (rates.length === 2) cells.push(jainText(samples, rates[0]!, rates[1]!));
  const own = rows.filter((row) => row.case === id && row.variant === variant);
  cells.push(againText(samples), own.map(verdictText).join('; '));
  return cells;
}

/** `links.wire.rate=10Mbit/s,links.wire.delay=5ms` is `rate 10Mbit/s, delay 5ms`. */
export function shortCase(id: string): string {
  const parts = id.split(',').map((part) => {
    const at = part.indexOf('=');
    return `${part.slice(part.lastIndexOf('.', at) + 1, at)} ${part.slice(at + 1)}`;
  });
  return parts.join(', ');
}

function valuesOf(samples: readonly SampleResult[], name: string): number[] {
  return samples.flatMap(({ metrics }) => {
    const metric = metrics[name];
    return metric?.kind === 'value' ? [metric.value] : [];
  });
}

function sortedOf(values: readonly number[]): number[] {
  return values.toSorted((one, other) => one - other);
}

function rangeText(values: readonly number[]): string {
  if (values.length === 0) return 'none';
  const sorted = sortedOf(values);
  return `${formatRate(medianOfSorted(sorted), 4)} (${formatRate(sorted[0]!, 4)} to ${formatRate(sorted.at(-1)!, 4)})`;
}

/** Jain's index of two: 1 where both have the same, 0.5 where one has all. */
export function jainOf(one: number, other: number): number {
  return (one + other) ** 2 / (2 * (one * one + other * other));
}

function jainText(samples: readonly SampleResult[], one: string, other: string): string {
  const [first, second] = [valuesOf(samples, one), valuesOf(samples, other)];
  const indices = first.map((value, at) => jainOf(value, second[at] ?? 0));
  return indices.length === 0 ? 'none' : medianOfSorted(sortedOf(indices)).toFixed(3);
}

/** The part of the payload that some sample's TCPs sent twice. */
function againText(samples: readonly SampleResult[]): string {
  const ratios = samples.flatMap(({ metrics }) =>
    Object.keys(metrics).flatMap((name) => {
      if (!name.endsWith('.retransmitted')) return [];
      const [again, bytes] = [metrics[name]!, metrics[name.replace('retransmitted', 'bytes')]];
      if (again.kind !== 'value' || bytes?.kind !== 'value' || bytes.value === 0) return [];
      return [again.value / bytes.value];
    }),
  );
  return ratios.length === 0 ? 'not told' : `${(100 * Math.max(...ratios)).toFixed(2)} %`;
}

function verdictText({ expectation, shown, left, right }: ResultRow): string {
  return shown === 'pass' ? `${expectation} ✓` : `**${expectation}: ${shown}**, ${left} ${right}`;
}
