/** From figures to places in a drawing, and back to round figures for an axis. */

export interface Scale {
  (value: number): number;
  readonly from: number;
  readonly to: number;
}

export function linearScale(
  [from, to]: readonly [number, number],
  [start, end]: readonly [number, number],
): Scale {
  const span = to - from || 1;
  const place = (value: number): number => round(start + ((value - from) / span) * (end - start));
  return Object.assign(place, { from, to });
}

/** A hundredth of a pixel is finer than any screen, and short to write. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** About `count` of them, each 1, 2 or 5 times a power of ten apart. */
export function roundTicks(from: number, to: number, count: number): number[] {
  const step = roundStep((to - from) / count);
  if (!(step > 0) || !Number.isFinite(step)) return [from];
  const ticks: number[] = [];
  for (let at = Math.ceil(from / step - 1e-9); at * step <= to + step * 1e-9; at++) {
    ticks.push(Number((at * step).toPrecision(12)));
  }
  return ticks;
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((one) => one * power >= rough) ?? 10;
  return factor * power;
}

/** Of any number of values: there may be more than a call has room for. */
export function extremesOf(values: readonly number[]): [least: number, most: number] {
  return [
    values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  ];
}

/** A little room on both sides, so that no mark stands on the edge. */
export function roomyRange(values: readonly number[]): [from: number, to: number] {
  const [least, most] = extremesOf(values);
  if (!Number.isFinite(least)) return [0, 1];
  const room = (most - least) * 0.06 || Math.abs(most) * 0.05 || 1;
  const from = least - room;
  return [least >= 0 && from < 0 ? 0 : from, most + room];
}
