/**
 * Quantities as people write them: `10 ms`, `50 Mbit/s`, `64 KiB`, `0.5 %`. A time is nanoseconds, a
 * size bytes, a rate bits a second, a ratio a part of one. A number without its unit is an error.
 */
import {
  notANumber,
  type UnitProblem,
  unknownUnit,
  withoutUnit,
  wrongUnit,
} from './unit-problems.ts';
import { type QuantityKind, type Unit, units } from './unit-table.ts';

export type Reading = number | UnitProblem;

export function parseDuration(text: string): Reading {
  return parseQuantity('time', text);
}

export function parseRate(text: string): Reading {
  return parseQuantity('rate', text);
}

export function parseSize(text: string): Reading {
  return parseQuantity('size', text);
}

/** `0.5 %`, `50 ppm`, or the part of one itself: `0.005`. */
export function parseRatio(text: string): Reading {
  return parseQuantity('ratio', text);
}

export function parseQuantity(kind: QuantityKind, text: string): Reading {
  const parts = /^(\s*)([+-]?\d+(?:\.\d+)?)(\s*)(.*?)\s*$/.exec(text);
  if (!parts) return notANumber(kind, text);
  const [, lead, digits, gap, name] = parts as unknown as [string, string, string, string, string];
  const at = lead.length + digits.length + gap.length;
  if (name === '')
    return kind === 'ratio' ? Number(digits) : withoutUnit(kind, digits, lead.length);
  const found = units.get(name);
  if (found === undefined) return unknownUnit(kind, digits, name, at);
  if (found.kind !== kind) return wrongUnit(kind, found, name, at);
  return scale(digits, found, lead.length);
}

/** Times and sizes are whole nanoseconds and bytes, to the nearest. */
export function scale(digits: string, found: Unit, at: number): Reading {
  const exact = Number(`${digits}e${found.exponent}`) * found.factor;
  if (found.kind === 'ratio') return exact;
  const value = found.kind === 'rate' ? exact : Math.round(exact);
  const width = digits.length;
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) {
    const hint = `write a smaller ${found.kind}`;
    return { code: 'out-of-range', problem: 'is too large', hint, at, width };
  }
  if (value === 0 && exact !== 0) {
    const least = found.kind === 'time' ? '1 ns' : '1 B';
    const hint = `the smallest is ${least}`;
    return { code: 'out-of-range', problem: `is less than ${least}`, hint, at, width };
  }
  return value === 0 ? 0 : value;
}

/** Infinity is `never`. `digits`: round to so many significant ones; else the text is exact. */
export function formatDuration(ns: number, digits?: number): string {
  if (ns === Number.POSITIVE_INFINITY) return 'never';
  return formatDecimal(ns, digits, [
    [9, 's'],
    [6, 'ms'],
    [3, 'us'],
    [0, 'ns'],
  ]);
}

/** Infinity is `unlimited`. */
export function formatRate(bps: number, digits?: number): string {
  if (bps === Number.POSITIVE_INFINITY) return 'unlimited';
  return formatDecimal(bps, digits, [
    [9, 'Gbit/s'],
    [6, 'Mbit/s'],
    [3, 'kbit/s'],
    [0, 'bit/s'],
  ]);
}

/** Binary units where they come out short, decimal ones elsewhere, plain bytes below 10 000. */
export function formatSize(bytes: number, digits?: number): string {
  if (bytes === Number.POSITIVE_INFINITY) return 'unlimited';
  for (const [name, factor] of [
    ['GiB', 1_073_741_824],
    ['MiB', 1_048_576],
    ['KiB', 1_024],
  ] as const) {
    const scaled = bytes / factor;
    if (Math.abs(scaled) >= 1 && Number.isInteger(scaled * 8)) return `${scaled} ${name}`;
  }
  if (Math.abs(bytes) < 10_000) return formatDecimal(bytes, digits, [[0, 'B']]);
  return formatDecimal(bytes, digits, [
    [9, 'GB'],
    [6, 'MB'],
    [3, 'kB'],
  ]);
}

/** Percent, or parts in a million where percent would be all zeros. */
export function formatRatio(ratio: number, digits?: number): string {
  const tiny = ratio !== 0 && Math.abs(ratio) < 0.0001;
  return formatDecimal(ratio, digits, [tiny ? [-6, 'ppm'] : [-2, '%']]);
}

type Scale = readonly [exponent: number, name: string];

/** The first scale in which the value is at least 1, or else the last. */
function formatDecimal(
  value: number,
  digits: number | undefined,
  scales: readonly Scale[],
): string {
  const shown = digits === undefined ? value : Number(value.toPrecision(digits));
  const fits = ([exponent]: Scale) => Math.abs(shown) >= Number(`1e${exponent}`);
  const [exponent, name] = scales.find(fits) ?? scales.at(-1)!;
  return `${shiftPoint(shown, -exponent)} ${name}`;
}

/** `value` times 10^`places`, in decimal digits and without rounding. */
function shiftPoint(value: number, places: number): string {
  const [mantissa, power] = String(Math.abs(value)).split('e');
  const [whole, fraction = ''] = mantissa!.split('.');
  const digits = whole! + fraction;
  const point = whole!.length + Number(power ?? 0) + places;
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0');
  const split = Math.max(point, 1);
  const left = padded.slice(0, split).replace(/^0+(?=\d)/, '');
  const right = padded.slice(split).replace(/0+$/, '');
  return `${value < 0 ? '-' : ''}${left}${right === '' ? '' : `.${right}`}`;
}
