/** What is wrong with a quantity, and what was probably meant. */
import { nearestWord } from './nearest.ts';
import { examples, type QuantityKind, type Unit, unitNames, units } from './unit-table.ts';

/** Why a text is not the quantity that was asked for; `problem` goes on after the quoted text. */
export interface UnitProblem {
  readonly code:
    | 'missing-unit'
    | 'unknown-unit'
    | 'wrong-unit'
    | 'bytes-a-second'
    | 'not-a-quantity'
    | 'out-of-range';
  readonly problem: string;
  readonly hint: string;
  /** Where in the text the trouble begins, and how much of it is meant. */
  readonly at: number;
  readonly width: number;
}

export function notANumber(kind: QuantityKind, text: string): UnitProblem {
  const at = text.length - text.trimStart().length;
  const width = Math.max(1, text.trim().length);
  const mended = text
    .trim()
    .replace(/^(\d+),(\d)/, '$1.$2')
    .replace(/^\./, '0.');
  const name = /^[+-]?\d+(?:\.\d+)?\s*(\S+)$/.exec(mended)?.[1] ?? '';
  const mends = mended !== text.trim() && units.get(name)?.kind === kind;
  const hint = mends ? `did you mean "${mended}"?` : `write a number and a unit: ${examples[kind]}`;
  return { code: 'not-a-quantity', problem: `is not a ${kind}`, hint, at, width };
}

const usualUnit: Readonly<Record<QuantityKind, string>> = {
  time: 'ms',
  size: 'B',
  rate: 'Mbit/s',
  ratio: '%',
};

export function withoutUnit(kind: QuantityKind, digits: string, at: number): UnitProblem {
  const hint = `did you mean "${digits} ${usualUnit[kind]}"?`;
  return { code: 'missing-unit', problem: 'has no unit', hint, at, width: digits.length };
}

export function unknownUnit(
  kind: QuantityKind,
  digits: string,
  name: string,
  at: number,
): UnitProblem {
  const width = name.length;
  const bytes = /^([kKMG])i?B(?:\/s|ps)$/.exec(name);
  if (bytes && kind === 'rate') return bytesASecond(digits, name, bytes[1]!.replace('K', 'k'), at);
  if (name.startsWith(',')) return notANumber(kind, `${digits}${name}`);
  const known = unitNames(kind);
  const suggested = spelledOut.get(name.toLowerCase()) ?? nearestWord(name, units.keys());
  const fits = suggested !== undefined && units.get(suggested)?.kind === kind;
  const hint = fits ? `did you mean "${digits} ${suggested}"?` : `units: ${known.join(', ')}`;
  return { code: 'unknown-unit', problem: `has the unknown unit "${name}"`, hint, at, width };
}

const spelledOut: ReadonlyMap<string, string> = new Map([
  ['sec', 's'],
  ['second', 's'],
  ['seconds', 's'],
  ['msec', 'ms'],
  ['millis', 'ms'],
  ['milliseconds', 'ms'],
  ['minutes', 'min'],
  ['hours', 'h'],
  ['mbit', 'Mbit/s'],
  ['gbit', 'Gbit/s'],
  ['kbit', 'kbit/s'],
  ['mb/s', 'Mbit/s'],
  ['bytes', 'B'],
  ['percent', '%'],
]);

/** The one mistake that is off by eight and looks right. */
function bytesASecond(digits: string, name: string, prefix: string, at: number): UnitProblem {
  const step = { k: 1.024, M: 1.048_576, G: 1.073_741_824 }[prefix]!;
  const asBits = Number((Number(digits) * 8 * (name.includes('iB') ? step : 1)).toPrecision(12));
  const hint = `did you mean "${digits} ${prefix}bit/s", or "${asBits} ${prefix}bit/s" for ${digits} ${name}?`;
  const problem = `counts bytes; a rate is in bits a second`;
  return { code: 'bytes-a-second', problem, hint, at, width: name.length };
}

export function wrongUnit(kind: QuantityKind, found: Unit, name: string, at: number): UnitProblem {
  const problem = `is a ${found.kind}, not a ${kind}`;
  const hint = `write a ${kind}: ${examples[kind]}`;
  return { code: 'wrong-unit', problem, hint, at, width: name.length };
}
