import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from './property-runs.conformance.ts';
import type { QuantityKind } from './unit-table.ts';
import {
  formatDuration,
  formatRate,
  formatRatio,
  formatSize,
  parseDuration,
  parseQuantity,
  parseRate,
  parseRatio,
  parseSize,
} from './units.ts';

const read: readonly (readonly [QuantityKind, string, number])[] = [
  ['time', '30 ms', 30_000_000],
  ['time', '30ms', 30_000_000],
  ['time', '0.1 us', 100],
  ['time', '1.5 µs', 1_500],
  ['time', '2 s', 2_000_000_000],
  ['time', '1.5 min', 90_000_000_000],
  ['time', '1 h', 3_600_000_000_000],
  ['time', '-5 ms', -5_000_000],
  ['time', '0 s', 0],
  ['rate', '50 Mbit/s', 50_000_000],
  ['rate', '50 Mbps', 50_000_000],
  ['rate', '9.6 kbit/s', 9_600],
  ['rate', '1 Gbit/s', 1_000_000_000],
  ['rate', '1 bit/s', 1],
  ['size', '64 KiB', 65_536],
  ['size', '1.5 MiB', 1_572_864],
  ['size', '1 kB', 1_000],
  ['size', '1200 B', 1_200],
  ['size', '1.1 GiB', 1_181_116_006],
  ['ratio', '0.5 %', 0.005],
  ['ratio', '0.005', 0.005],
  ['ratio', '50 ppm', 0.00005],
  ['ratio', '100 %', 1],
  ['ratio', '0.1 %', 0.001],
];

for (const [kind, text, value] of read) {
  test(`"${text}" is a ${kind} of ${value}`, (t) => {
    t.is(parseQuantity(kind, text), value);
  });
}

const refused: readonly (readonly [QuantityKind, string, string, string, number, number])[] = [
  ['time', '30', 'has no unit', 'did you mean "30 ms"?', 0, 2],
  ['rate', '50', 'has no unit', 'did you mean "50 Mbit/s"?', 0, 2],
  ['size', '1200', 'has no unit', 'did you mean "1200 B"?', 0, 4],
  ['time', '30 sec', 'has the unknown unit "sec"', 'did you mean "30 s"?', 3, 3],
  ['time', '30 MS', 'has the unknown unit "MS"', 'did you mean "30 ms"?', 3, 2],
  ['time', '3 foo', 'has the unknown unit "foo"', 'units: ns, us, ms, s, min, h', 2, 3],
  ['rate', '50 mbps', 'has the unknown unit "mbps"', 'did you mean "50 Mbps"?', 3, 4],
  [
    'rate',
    '50 MB/s',
    'counts bytes; a rate is in bits a second',
    'did you mean "50 Mbit/s", or "400 Mbit/s" for 50 MB/s?',
    3,
    4,
  ],
  [
    'rate',
    '1 MiB/s',
    'counts bytes; a rate is in bits a second',
    'did you mean "1 Mbit/s", or "8.388608 Mbit/s" for 1 MiB/s?',
    2,
    5,
  ],
  ['time', '50 Mbit/s', 'is a rate, not a time', 'write a time: 30 ms', 3, 6],
  ['time', '1,5 ms', 'is not a time', 'did you mean "1.5 ms"?', 0, 6],
  ['time', '.5 s', 'is not a time', 'did you mean "0.5 s"?', 0, 4],
  ['time', 'soon', 'is not a time', 'write a number and a unit: 30 ms', 0, 4],
  ['time', '', 'is not a time', 'write a number and a unit: 30 ms', 0, 1],
  ['time', '0.1 ns', 'is less than 1 ns', 'the smallest is 1 ns', 0, 3],
  ['size', '99999999 GiB', 'is too large', 'write a smaller size', 0, 8],
];

for (const [kind, text, problem, hint, at, width] of refused) {
  test(`"${text}" as a ${kind} ${problem}`, (t) => {
    const reading = parseQuantity(kind, text);
    t.true(typeof reading === 'object');
    t.like(reading, { problem, hint, at, width });
  });
}

const written: readonly (readonly [string, string])[] = [
  [formatDuration(10_000_000), '10 ms'],
  [formatDuration(1_234_567), '1.234567 ms'],
  [formatDuration(90_000_000_000), '90 s'],
  [formatDuration(0), '0 ns'],
  [formatDuration(-5_000), '-5 us'],
  [formatDuration(Number.POSITIVE_INFINITY), 'never'],
  [formatDuration(214_333_333.3, 3), '214 ms'],
  [formatDuration(999_999.6, 3), '1 ms'],
  [formatRate(50_000_000), '50 Mbit/s'],
  [formatRate(9_600), '9.6 kbit/s'],
  [formatRate(0.5), '0.5 bit/s'],
  [formatRate(Number.POSITIVE_INFINITY), 'unlimited'],
  [formatSize(1_572_864), '1.5 MiB'],
  [formatSize(65_536), '64 KiB'],
  [formatSize(1_200), '1200 B'],
  [formatSize(62_500), '62.5 kB'],
  [formatSize(123_457), '123.457 kB'],
  [formatRatio(0.005), '0.5 %'],
  [formatRatio(1), '100 %'],
  [formatRatio(0), '0 %'],
  [formatRatio(0.00005), '50 ppm'],
  [formatRatio(0.0000001), '0.1 ppm'],
];

for (const [text, expected] of written) {
  test(`a quantity is printed as ${expected}`, (t) => {
    t.is(text, expected);
  });
}

const whole = fc.maxSafeInteger();
const ratio = fc.double({ min: 0, max: 1, noNaN: true });

test('a printed quantity reads back as exactly what it was', (t) => {
  const runs = propertyRuns(2_000);
  fc.assert(
    fc.property(whole, (ns) => parseDuration(formatDuration(ns)) === ns),
    runs,
  );
  fc.assert(
    fc.property(whole, (bps) => parseRate(formatRate(bps)) === bps),
    runs,
  );
  fc.assert(
    fc.property(whole, (bytes) => parseSize(formatSize(bytes)) === bytes),
    runs,
  );
  t.notThrows(() =>
    fc.assert(
      fc.property(ratio, (value) => parseRatio(formatRatio(value)) === value),
      runs,
    ),
  );
});

test('no text makes the reader throw, and a refusal points into the text', (t) => {
  const texts = fc.oneof(fc.string(), fc.stringMatching(/^[ -]?\d{0,4}[.,]?\d{0,3} ?[a-zA-Z%/]*$/));
  t.notThrows(() =>
    fc.assert(
      fc.property(texts, fc.constantFrom('time', 'size', 'rate', 'ratio'), (text, kind) => {
        const reading = parseQuantity(kind, text);
        if (typeof reading === 'number') return !Number.isNaN(reading);
        return reading.at >= 0 && reading.at <= text.length && reading.width >= 1;
      }),
      propertyRuns(2_000),
    ),
  );
});
