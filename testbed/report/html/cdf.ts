/** Which share of the samples is at most so large: a step line for each variant and case. */
import type { Result } from '../../schema/result.ts';
import { axisBelow } from './axis.ts';
import { type Drawing, idOf } from './drawing.ts';
import { type Child, element } from './element.ts';
import { columnOf, dimensionOf, nameOf, placesIn, valuesOf } from './places.ts';
import { extremesOf, linearScale, roomyRange, type Scale } from './scale.ts';

const leftPx = 46;
const plotPx = 460;
/** Half of the widest text below stands beyond the last tick. */
const rightPx = 44;
const topPx = 8;
const heightPx = 150;
const fewest = 5;
const mostLines = 6;

interface Line {
  readonly name: string;
  readonly case: string;
  readonly variant: string;
  readonly sorted: readonly number[];
}

/** Undefined where there are too few samples for a shape, or all are equal. */
export function drawCdf(result: Result, metric: string): Drawing | undefined {
  const dimension = dimensionOf(result, metric);
  const lines = linesOf(result, metric);
  const all = lines.flatMap(({ sorted }) => sorted);
  if (dimension === undefined || lines.length === 0 || lines.length > mostLines) return undefined;
  const [least, most] = extremesOf(all);
  if (least === most) return undefined;
  const x = linearScale(roomyRange(all), [leftPx, leftPx + plotPx]);
  const y = linearScale([0, 1], [topPx + heightPx, topPx]);
  return {
    id: idOf('cdf', metric),
    title: `${metric}: share of samples up to a value`,
    about: `The cumulative distribution of ${metric} for ${lines.map(({ name }) => name).join(', ')}.`,
    width: leftPx + plotPx + rightPx,
    height: topPx + heightPx + 28,
    content: [
      axisBelow(x, dimension, topPx, topPx + heightPx),
      shares(y),
      lines.map(({ sorted }, at) =>
        element('path', { class: `line s${at + 1}`, d: stepPath(sorted, x, y) }),
      ),
    ],
    legend: lines.map(({ name }, at) => ({ className: `s${at + 1}`, text: name })),
    data: () => ({
      heads: ['case', 'variant', columnOf('value', dimension), 'share'],
      rows: lines.flatMap((line) =>
        line.sorted.map((value, at) => [
          ...[line.case, line.variant, value],
          (at + 1) / line.sorted.length,
        ]),
      ),
    }),
  };
}

function linesOf(result: Result, metric: string): Line[] {
  return placesIn(result)
    .map((place) => ({
      name: nameOf(place, 'all samples'),
      case: place.case,
      variant: place.variant,
      sorted: valuesOf(place, metric)
        .map(({ value }) => value)
        .toSorted((a, b) => a - b),
    }))
    .filter(({ sorted }) => sorted.length >= fewest);
}

function shares(y: Scale): Child {
  return [0, 0.5, 0.9, 1].map((share) => [
    element('path', { class: 'grid', d: `M${leftPx} ${y(share)}h${plotPx}` }),
    element('text', { x: leftPx - 6, y: y(share) + 4, class: 'end tick' }, `${share * 100} %`),
  ]);
}

function stepPath(sorted: readonly number[], x: Scale, y: Scale): string {
  // A step for each place on the screen is as fine as it can be seen.
  const ends = sorted.flatMap((value, at) =>
    x(value) === x(sorted[at + 1] ?? Number.NaN) ? [] : [at],
  );
  const steps = ends.map((at) => `H${x(sorted[at]!)}V${y((at + 1) / sorted.length)}`);
  return `M${leftPx} ${y(0)}${steps.join('')}H${leftPx + plotPx}`;
}
