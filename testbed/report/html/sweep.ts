/** A measure against the one parameter that differs between cases: medians with their intervals. */
import type { Result } from '../../schema/result.ts';
import { formatMetric } from '../metric-text.ts';
import { axisLeft } from './axis.ts';
import { type Drawing, idOf } from './drawing.ts';
import { type Child, element } from './element.ts';
import { columnOf, dimensionOf, medianInterval, medianOf, placesIn, valuesOf } from './places.ts';
import { linearScale, roomyRange, roundTicks, type Scale } from './scale.ts';

const leftPx = 92;
const plotPx = 520;
const topPx = 10;
const heightPx = 200;
const mostCurves = 6;

interface Point {
  readonly x: number;
  readonly case: string;
  readonly variant: string;
  readonly median: number;
  readonly interval: readonly [number, number] | undefined;
}

interface Parameter {
  readonly key: string;
  readonly unit: string;
  readonly of: (caseId: string) => number;
}

/** Undefined: cases differ in another way, or there are too few for a curve. */
export function drawSweep(result: Result, metric: string): Drawing | undefined {
  const parameter = parameterOf([...new Set(result.samples.map((one) => one.case))]);
  const dimension = dimensionOf(result, metric);
  if (parameter === undefined || dimension === undefined) return undefined;
  const points = pointsOf(result, metric, parameter);
  const curves = [...Map.groupBy(points, ({ variant }) => variant)];
  if (curves.length === 0 || curves.length > mostCurves) return undefined;
  const ends = points.flatMap(({ median, interval }) => [median, ...(interval ?? [])]);
  const x = linearScale(roomyRange(points.map((point) => point.x)), [leftPx, leftPx + plotPx]);
  const y = linearScale(roomyRange(ends), [topPx + heightPx, topPx]);
  const name = `${metric} against ${parameter.key}`;
  return {
    id: idOf('sweep', metric),
    title: name,
    about: `${name}: ${points.length} medians with their 95 % intervals.`,
    width: leftPx + plotPx + 30,
    height: topPx + heightPx + 42,
    content: [
      axisLeft(y, dimension, leftPx, leftPx + plotPx, 4),
      bottom(x, parameter),
      curves.map(([, own], at) => curve(own, at + 1, x, y)),
    ],
    legend:
      curves.length < 2 ? [] : curves.map(([text], at) => ({ className: `s${at + 1}`, text })),
    summary: {
      heads: [parameter.key, 'variant', 'median', 'interval'],
      rows: points.map(({ x: value, variant, median, interval }) => [
        ...[`${value} ${parameter.unit}`.trim(), variant],
        formatMetric({ value: median, dimension }),
        interval?.map((end) => formatMetric({ value: end, dimension })).join(' to ') ?? '–',
      ]),
    },
    data: () => ({
      heads: [
        `${parameter.key} (${parameter.unit || '1'})`,
        'variant',
        ...['median', 'low', 'high'].map((name) => columnOf(name, dimension)),
      ],
      rows: points.map(({ x: value, variant, median, interval = [undefined, undefined] }) => [
        ...[value, variant, median],
        ...interval,
      ]),
    }),
  };
}

/** One key for all cases, each a number with one unit, three at least. */
function parameterOf(cases: readonly string[]): Parameter | undefined {
  const read = cases.map((id) => /^([^=,]+)=(-?[\d.]+)\s*([^,=]*)$/.exec(id));
  const [first] = read;
  if (cases.length < 3 || first === undefined || first === null) return undefined;
  const isAlike = read.every((one) => one !== null && one[1] === first[1] && one[3] === first[3]);
  if (!isAlike) return undefined;
  const values = new Map(cases.map((id, at) => [id, Number(read[at]![2])]));
  return { key: first[1]!, unit: first[3]!, of: (caseId) => values.get(caseId)! };
}

function pointsOf(result: Result, metric: string, parameter: Parameter): Point[] {
  return placesIn(result)
    .flatMap((place): Point[] => {
      const sorted = valuesOf(place, metric)
        .map(({ value }) => value)
        .toSorted((a, b) => a - b);
      if (sorted.length === 0) return [];
      const { case: caseId, variant } = place;
      const interval = medianInterval(sorted);
      return [
        { x: parameter.of(caseId), case: caseId, variant, median: medianOf(sorted), interval },
      ];
    })
    .toSorted((a, b) => a.x - b.x);
}

function bottom(x: Scale, { key, unit }: Parameter): Child {
  const foot = topPx + heightPx;
  return [
    element('path', { class: 'axis', d: `M${leftPx} ${foot}h${plotPx}` }),
    roundTicks(x.from, x.to, 6).map((value) =>
      element(
        'text',
        { x: x(value), y: foot + 16, class: 'middle tick' },
        `${value} ${unit}`.trim(),
      ),
    ),
    element('text', { x: leftPx + plotPx / 2, y: foot + 34, class: 'middle small' }, key),
  ];
}

function curve(points: readonly Point[], number: number, x: Scale, y: Scale): Child {
  const line = points.map((point) => `${x(point.x)} ${y(point.median)}`).join('L');
  const bars = points.flatMap((point) =>
    point.interval === undefined
      ? []
      : `M${x(point.x)} ${y(point.interval[0])}V${y(point.interval[1])}m-4 0h8M${x(point.x) - 4} ${y(point.interval[0])}h8`,
  );
  const dots = points.map((point) => `M${x(point.x)} ${y(point.median)}h0`).join('');
  return [
    element('path', { class: `line s${number}`, d: `M${line}` }),
    element('path', { class: `bar s${number}`, d: bars.join('') }),
    element('path', { class: `point s${number}`, d: dots }),
  ];
}
