/** `links.lte.delay=10ms..100ms` as a key and the values that it takes. */
import { InputError } from '../../src/base/errors.ts';

export interface Span {
  readonly key: string;
  readonly values: readonly string[];
}

export function readSpan(text: string, steps: number): Span {
  const [, key, said] = /^([^=]+)=(.+)$/.exec(text.trim()) ?? [];
  if (key === undefined || said === undefined) throw unreadable(text);
  const ends = /^(-?[\d.]+)\s*(\D*?)\.\.(-?[\d.]+)\s*(\D.*)?$/.exec(said);
  if (ends === null) return { key, values: said.split(',').map((value) => value.trim()) };
  const [from, to] = [Number(ends[1]), Number(ends[3])];
  const unit = (ends[4] ?? ends[2] ?? '').trim();
  const first = (ends[2] ?? '').trim();
  if (
    !Number.isFinite(from) ||
    !Number.isFinite(to) ||
    (first !== '' && first !== unit) ||
    steps < 2
  )
    throw unreadable(text);
  const values = Array.from({ length: steps }, (_, at) => {
    const value = from + ((to - from) * at) / (steps - 1);
    return `${Number(value.toPrecision(6))}${unit === '' ? '' : ` ${unit}`}`;
  });
  return { key, values: [...new Set(values)] };
}

function unreadable(text: string): InputError {
  return new InputError({
    code: 'unreadable-span',
    message: `${JSON.stringify(text)} is no parameter with values`,
    hint: "write a key and a list or a range in one unit: 'links.lte.delay=10ms..100ms'",
  });
}
