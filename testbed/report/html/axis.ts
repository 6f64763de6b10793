/** The line below a picture with round figures on it. */
import type { Metric } from '../../schema/result.ts';
import { formatMetric } from '../metric-text.ts';
import { type Child, element } from './element.ts';
import { roundTicks, type Scale } from './scale.ts';

export type Dimension = Extract<Metric, { kind: 'value' }>['dimension'];

/** With a thin line upwards from each. */
export function axisBelow(x: Scale, dimension: Dimension, top: number, bottom: number): Child {
  const ticks = roundTicks(x.from, x.to, 5);
  const texts = tickTexts(ticks, dimension);
  const lines = ticks.map((value) => `M${x(value)} ${top}V${bottom}`).join('');
  return [
    element('path', { class: 'grid', d: lines }),
    element('path', { class: 'axis', d: `M${x(x.from)} ${bottom}H${x(x.to)}` }),
    ticks.map((value, at) =>
      element('text', { x: x(value), y: bottom + 16, class: 'middle tick' }, texts[at]),
    ),
  ];
}

/** As few digits as tell them apart. */
function tickTexts(ticks: readonly number[], dimension: Dimension): string[] {
  for (const digits of [4, 6, 8]) {
    const texts = ticks.map((value) => formatMetric({ value, dimension }, digits));
    if (new Set(texts).size === ticks.length) return texts;
  }
  return ticks.map((value) => formatMetric({ value, dimension }, 12));
}

/** Upright, with few figures: lanes are low. */
export function axisLeft(
  y: Scale,
  dimension: Dimension,
  left: number,
  right: number,
  count = 2,
): Child {
  const ticks = roundTicks(y.from, y.to, count).filter((value) => value > y.from);
  return [
    element('path', {
      class: 'grid',
      d: ticks.map((value) => `M${left} ${y(value)}H${right}`).join(''),
    }),
    ticks.map((value) =>
      element(
        'text',
        { x: left - 6, y: y(value) + 4, class: 'end tick' },
        formatMetric({ value, dimension }),
      ),
    ),
  ];
}
