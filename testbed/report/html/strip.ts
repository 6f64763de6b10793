/** Of a metric each sample as a mark, a row a case and variant, with interval, bound and reference. */

import { formatInterval } from '../../judge/interval.ts';
import type { Result, RowBound } from '../../schema/result.ts';
import { formatMetric } from '../metric-text.ts';
import { axisBelow, type Dimension } from './axis.ts';
import { type DataTable, type Drawing, fitText, idOf } from './drawing.ts';
import { type Child, element } from './element.ts';
import {
  columnOf,
  dimensionOf,
  type MetricValue,
  medianInterval,
  medianOf,
  missingOf,
  nameOf,
  type Place,
  placesIn,
  valuesOf,
} from './places.ts';
import { extremesOf, linearScale, roomyRange, type Scale } from './scale.ts';

const rowPx = 22;
const plotPx = 380;
const rightPx = 210;
const topPx = 6;
/** Of more than these, those that lie on each other are drawn once. */
const mostDots = 500;

interface StripRow {
  readonly place: Place;
  readonly name: string;
  readonly values: readonly MetricValue[];
  readonly missing: readonly number[];
  readonly interval: readonly [low: number, high: number] | undefined;
  readonly bounds: readonly RowBound[];
  readonly reference: number | undefined;
}

export function drawStrip(result: Result, metric: string): Drawing | undefined {
  const dimension = dimensionOf(result, metric);
  if (dimension === undefined) return undefined;
  const rows = placesIn(result).map((place) => stripRow(result, place, metric));
  const shown = rows.filter(({ values, missing }) => values.length > 0 || missing.length > 0);
  if (shown.length === 0) return undefined;
  const leftPx = Math.min(260, Math.max(60, ...shown.map(({ name }) => name.length * 6.6 + 12)));
  const x = linearScale(rangeOf(shown), [leftPx, leftPx + plotPx]);
  const bottom = topPx + shown.length * rowPx;
  return {
    id: idOf('strip', metric),
    title: metric,
    about: aboutOf(metric, shown, dimension),
    width: leftPx + plotPx + rightPx,
    height: bottom + 26,
    content: [
      axisBelow(x, dimension, topPx, bottom),
      shown.map((row, at) => drawRow(row, topPx + at * rowPx, { x, leftPx, dimension })),
    ],
    summary: summaryOf(shown, dimension),
    data: () => ({
      heads: [
        ...['what', 'case', 'variant', 'sample', columnOf('value', dimension)],
        ...['outlier', 'operator'],
      ],
      rows: shown.flatMap(dataOf),
    }),
  };
}

function stripRow(result: Result, place: Place, metric: string): StripRow {
  const values = valuesOf(place, metric);
  const sorted = values.map(({ value }) => value).toSorted((a, b) => a - b);
  const isHere = (one: { readonly case: string; readonly variant: string }): boolean =>
    one.case === place.case && one.variant === place.variant;
  return {
    ...{ place, values, name: nameOf(place, 'all samples') },
    missing: missingOf(place, metric),
    interval: medianInterval(sorted),
    bounds: result.rows.flatMap((row) => {
      if (row.case !== place.case) return [];
      const [own] = row.variant.split(', ');
      return (row.bounds ?? []).filter(
        (bound) => bound.metric === metric && (bound.variant ?? own) === place.variant,
      );
    }),
    reference: result.references?.find((one) => isHere(one) && one.metric === metric)?.median,
  };
}

type DataRow = DataTable['rows'][number];

/** Each mark of a row, those that are so far off that they are not drawn included. */
function dataOf({ place, values, missing, interval, bounds, reference }: StripRow): DataRow[] {
  const { case: caseId, variant } = place;
  const mark = (what: string, value: number | undefined, operator?: string): DataRow[] =>
    value === undefined
      ? []
      : [[what, caseId, variant, undefined, value, undefined, operator] as const];
  const median = values.length === 0 ? undefined : medianOf(values.map(({ value }) => value));
  return [
    ...values.map(({ sample, value, outlier }) => [
      ...['sample', caseId, variant, sample, value],
      String(outlier),
      undefined,
    ]),
    ...missing.map((sample) => [
      ...['missing', caseId, variant, sample],
      ...[undefined, undefined, undefined],
    ]),
    ...mark('median', median),
    ...mark('low', interval?.[0]),
    ...mark('high', interval?.[1]),
    ...bounds.flatMap(({ value, operator }) => mark('bound', value, operator)),
    ...mark('reference', reference),
  ];
}

/** Bounds that are so far off that samples would shrink to a point are left out of the picture. */
function rangeOf(rows: readonly StripRow[]): [number, number] {
  const values = rows.flatMap((row) => row.values.map(({ value }) => value));
  const [from, to] = roomyRange(values);
  const reach = Math.max(to - from, Math.abs(to) * 0.1) * 4;
  const marks = rows
    .flatMap((row) => [...row.bounds.map(({ value }) => value), row.reference])
    .filter((mark) => mark !== undefined && mark > from - reach && mark < to + reach);
  return roomyRange([...values, ...(marks as number[])]);
}

interface Frame {
  readonly x: Scale;
  readonly leftPx: number;
  readonly dimension: Dimension;
}

function drawRow(row: StripRow, top: number, { x, leftPx, dimension }: Frame): Child {
  const middle = top + rowPx / 2;
  const { name, values, interval, bounds, reference, missing } = row;
  const median = values.length === 0 ? undefined : medianOf(values.map(({ value }) => value));
  const dots = (outlier: boolean): string => {
    const own = values.filter((one) => one.outlier === outlier);
    const marks = own.map(({ value }) => `M${x(value)} ${middle}h0`);
    return (own.length > mostDots ? [...new Set(marks)] : marks).join('');
  };
  const isInside = (value: number): boolean => value >= x.from && value <= x.to;
  return [
    element(
      'text',
      { x: leftPx - 8, y: middle + 4, class: 'end' },
      fitText(name, leftPx - 8),
      element('title', {}, name),
    ),
    bounds.filter(({ value }) => isInside(value)).map((bound) => drawBound(bound, x, top)),
    interval &&
      element('path', { class: 'interval', d: `M${x(interval[0])} ${middle}H${x(interval[1])}` }),
    element('path', { class: 'dots', d: dots(false) }),
    dots(true) !== '' && element('path', { class: 'dots outlier', d: dots(true) }),
    median !== undefined &&
      element('path', { class: 'median', d: `M${x(median)} ${middle - 7}v14` }),
    reference !== undefined &&
      isInside(reference) &&
      element('path', { class: 'reference', d: `M${x(reference)} ${top + 2}l4 4l-4 4l-4 -4z` }),
    element(
      'text',
      { x: leftPx + plotPx + 10, y: middle + 4 },
      rowText(median, interval, missing.length, dimension),
    ),
  ];
}

function drawBound({ operator, value }: RowBound, x: Scale, top: number): Child {
  const side = operator.startsWith('<') ? -1 : operator.startsWith('>') ? 1 : 0;
  const foot = side === 0 ? '' : `M${x(value)} ${top + rowPx - 3}h${side * 7}`;
  return element('path', { class: 'bound', d: `M${x(value)} ${top + 3}v${rowPx - 6}${foot}` });
}

function rowText(
  median: number | undefined,
  interval: StripRow['interval'],
  missing: number,
  dimension: Dimension,
): string {
  const format = (value: number): string => formatMetric({ value, dimension });
  const lacking = missing === 0 ? '' : `${missing} missing`;
  if (median === undefined) return lacking;
  const isPoint = interval === undefined || interval[0] === interval[1];
  const ends = isPoint ? undefined : ([format(interval[0]), format(interval[1])] as const);
  const span = formatInterval(ends, format(median));
  return [`${format(median)}${span}`, lacking].filter((part) => part !== '').join(', ');
}

function aboutOf(metric: string, rows: readonly StripRow[], dimension: Dimension): string {
  const all = rows.flatMap(({ values }) => values.map(({ value }) => value));
  if (all.length === 0) return `${metric} has no value in any sample.`;
  const [least, most] = extremesOf(all).map((value) => formatMetric({ value, dimension }));
  return `${all.length} samples of ${metric} in ${rows.length} rows, from ${least} to ${most}.`;
}

const mostSummarised = 60;

function summaryOf(rows: readonly StripRow[], dimension: Dimension): Drawing['summary'] {
  if (rows.length > mostSummarised) return undefined;
  const format = (value: number): string => formatMetric({ value, dimension });
  return {
    heads: ['where', 'samples', 'missing', 'median', 'interval', 'bound', 'reference'],
    rows: rows.map(({ name, values, missing, interval, bounds, reference }) => [
      ...[name, values.length, missing.length],
      values.length === 0 ? '–' : format(medianOf(values.map(({ value }) => value))),
      interval === undefined ? '–' : interval.map(format).join(' to '),
      bounds.map(({ operator, value }) => `${operator} ${format(value)}`).join(', ') || '–',
      reference === undefined ? '–' : format(reference),
    ]),
  };
}
