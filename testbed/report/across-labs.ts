/**
 * The same scenarios in several labs, as one page: what each lab's verdict was, what it lacks, and what it
 * saw of each figure beside virtual time. Of two results of one scenario in one lab the later counts.
 */
import type { Metric, Result } from '../schema/result.ts';
import { verdicts } from '../schema/result.ts';
import { escapeCell } from './escape-cell.ts';
import { formatMetric } from './metric-text.ts';

type Value = Extract<Metric, { kind: 'value' }>;

/** One figure of one case, by lab. */
interface FigureRow {
  readonly scenario: string;
  readonly place: string;
  readonly metric: string;
  readonly seen: ReadonlyMap<string, Value>;
}

const virtualLab = 'sim';

export function formatAcrossLabs(results: readonly Result[], labs: readonly string[]): string {
  const scenarios = [...new Set(results.map(({ scenario }) => scenario))].toSorted();
  const latest = new Map(results.map((one) => [`${one.scenario} ${one.lab}`, one]));
  const grid = scenarios.map((scenario) => ({
    scenario,
    results: labs.map((lab) => latest.get(`${scenario} ${lab}`)),
  }));
  const kept = grid.flatMap((row) => row.results.filter((one) => one !== undefined));
  const rows = figureRows(kept).filter(({ seen }) => seen.size > 1);
  const apart = rows.filter(isApart);
  const blocks = [
    table(
      ['scenario', ...labs],
      grid.map((row) => [row.scenario, ...row.results.map(verdictCell)]),
    ),
    ...reasonLines(kept),
    table(
      ['scenario', 'case', 'figure', ...labs],
      apart.map((row) => [
        row.scenario,
        row.place,
        row.metric,
        ...labs.map((lab) => cell(row, lab)),
      ]),
    ),
    `${rows.length - apart.length} more figures are the same in every lab that ran them.`,
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** `9 pass, 1 inconclusive`; samples that did not finish are told beside. */
function verdictCell(result: Result | undefined): string {
  if (result === undefined) return 'did not run';
  const counts = verdicts.flatMap((verdict) => {
    const count = result.rows.filter((row) => row.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${verdict}`];
  });
  const unfinished = result.samples.filter(({ outcome }) => outcome.kind !== 'finished').length;
  const tail =
    unfinished === 0 ? [] : [`${unfinished} of ${result.samples.length} samples not finished`];
  return [...counts, ...tail].join(', ') || result.verdict;
}

/** Why rows have no verdict of their own, or a bad one: each reason once, with how often it was given. */
function reasonLines(results: readonly Result[]): string[] {
  const reasons = results.flatMap(({ scenario, lab, rows }) =>
    rows
      .filter(({ verdict }) => verdict !== 'pass')
      .map(
        ({ verdict, why }) => `${scenario} in ${lab}, ${verdict}: ${why.replaceAll(/\s+/g, ' ')}`,
      ),
  );
  const counts = [...Map.groupBy(reasons, (one) => one)];
  const lines = counts.map(([text, own]) => `- ${escapeCell(text)}${times(own.length)}`);
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function times(count: number): string {
  return count === 1 ? '' : ` (${count} rows)`;
}

/** Measures that the scenario names; what each traffic has by itself is told by its own report. */
function figureRows(results: readonly Result[]): FigureRow[] {
  const rows = new Map<string, FigureRow & { readonly seen: Map<string, Value> }>();
  for (const { scenario, lab, samples, realityGap = [] } of results) {
    const places = Map.groupBy(samples, (one) => placeOf(one));
    for (const [place, own] of places) {
      const names = [...new Set(own.flatMap(({ metrics }) => Object.keys(metrics)))];
      for (const metric of names.filter((name) => !name.includes('.'))) {
        const value = medianOf(own.flatMap(({ metrics }) => metrics[metric] ?? []));
        if (value !== undefined) rowAt(rows, scenario, place, metric).seen.set(lab, value);
      }
    }
    // Where no run in virtual time is among them, its twins stand for one.
    for (const gap of realityGap.filter(({ metric }) => !metric.includes('.'))) {
      const { seen } = rowAt(rows, scenario, placeOf(gap), gap.metric);
      const { dimension, virtual: value } = gap;
      if (!seen.has(virtualLab)) seen.set(virtualLab, { kind: 'value', dimension, value });
    }
  }
  return [...rows.values()];
}

function rowAt(
  rows: Map<string, FigureRow & { readonly seen: Map<string, Value> }>,
  scenario: string,
  place: string,
  metric: string,
) {
  const key = JSON.stringify([scenario, place, metric]);
  const row = rows.get(key) ?? { scenario, place, metric, seen: new Map<string, Value>() };
  rows.set(key, row);
  return row;
}

function placeOf(one: { readonly case: string; readonly variant: string }): string {
  return [one.case, one.variant].filter((name) => name !== 'default').join(', ') || 'the only one';
}

function medianOf(metrics: readonly Metric[]): Value | undefined {
  const values = metrics.filter((metric) => metric.kind === 'value');
  const sorted = values.toSorted((a, b) => a.value - b.value);
  const [lower, upper] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (lower === undefined || upper === undefined) return undefined;
  return { ...upper, value: (lower.value + upper.value) / 2 };
}

/** A figure of several labs that not all of them saw alike, as far as its text goes. */
function isApart({ seen }: FigureRow): boolean {
  return new Set([...seen.values()].map((value) => formatMetric(value))).size > 1;
}

/** `20.4 ms, +2 %`: beside virtual time. */
function cell({ seen }: FigureRow, lab: string): string {
  const [value, virtual] = [seen.get(lab), seen.get(virtualLab)];
  if (value === undefined) return '–';
  const text = formatMetric(value);
  if (lab === virtualLab || virtual === undefined || virtual.value === 0) return text;
  const ratio = value.value / virtual.value - 1;
  const percent = Number((Math.abs(ratio) * 100).toPrecision(2));
  return `${text}, ${ratio < 0 ? '−' : '+'}${percent} %`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, heads.map(() => '---'), ...rows.map((row) => row.map(escapeCell))];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}
