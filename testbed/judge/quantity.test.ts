import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { nsPerMs, nsPerSecond } from '../../src/base/time.ts';
import type { QuantityDimension } from '../schema/metric-table.ts';
import { type Arithmetic, calculate, combineDimensions, compare, slackOf } from './quantity.ts';

const dimensions = ['time', 'size', 'rate', 'plain'] as const;

/** Every pair that makes sense; the others do not. */
const products: Readonly<Record<string, QuantityDimension>> = {
  'time time +': 'time',
  'size size +': 'size',
  'rate rate +': 'rate',
  'plain plain +': 'plain',
  'time time -': 'time',
  'size size -': 'size',
  'rate rate -': 'rate',
  'plain plain -': 'plain',
  'time rate *': 'size',
  'rate time *': 'size',
  'plain time *': 'time',
  'plain size *': 'size',
  'plain rate *': 'rate',
  'plain plain *': 'plain',
  'time plain *': 'time',
  'size plain *': 'size',
  'rate plain *': 'rate',
  'time plain /': 'time',
  'size plain /': 'size',
  'rate plain /': 'rate',
  'plain plain /': 'plain',
  'time time /': 'plain',
  'size size /': 'plain',
  'rate rate /': 'plain',
  'size time /': 'rate',
  'size rate /': 'time',
};

for (const operator of ['+', '-', '*', '/'] as const) {
  test(`dimensions under ${operator}: what can be joined, and nothing else`, (t) => {
    for (const left of dimensions) {
      for (const right of dimensions) {
        const name = `${left} ${right} ${operator}`;
        t.is(combineDimensions(operator, left, right), products[name], name);
      }
    }
  });
}

const sums: readonly (readonly [
  [number, QuantityDimension],
  Arithmetic,
  [number, QuantityDimension],
  number | undefined,
])[] = [
  // 50 Mbit/s for 20 ms are a million bits.
  [[50e6, 'rate'], '*', [20 * nsPerMs, 'time'], 125_000],
  [[20 * nsPerMs, 'time'], '*', [50e6, 'rate'], 125_000],
  [[125_000, 'size'], '/', [20 * nsPerMs, 'time'], 50e6],
  [[125_000, 'size'], '/', [50e6, 'rate'], 20 * nsPerMs],
  [[3, 'plain'], '*', [20 * nsPerMs, 'time'], 60 * nsPerMs],
  [[3, 'plain'], '*', [4, 'plain'], 12],
  [[20 * nsPerMs, 'time'], '/', [4, 'plain'], 5 * nsPerMs],
  [[1 * nsPerSecond, 'time'], '/', [250 * nsPerMs, 'time'], 4],
  [[7, 'size'], '-', [9, 'size'], -2],
  [[1, 'plain'], '/', [0, 'plain'], undefined],
  [[1, 'time'], '+', [1, 'rate'], undefined],
];

test('values follow their dimensions', (t) => {
  for (const [left, operator, right, expected] of sums) {
    const quantity = ([value, dimension]: [number, QuantityDimension]) =>
      ({ kind: 'value', value, dimension }) as const;
    const result = calculate(operator, quantity(left), quantity(right));
    t.is(result?.value, expected, `${left} ${operator} ${right}`);
  }
});

test('a comparison holds exactly where its slack says so', (t) => {
  const operators = fc.constantFrom('<', '<=', '>', '>=', '==', '!=' as const);
  const strict = ['<', '>', '!='];
  const number = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, max: 1e300 }));
  const property = fc.property(operators, number, number, (operator, left, right) => {
    const slack = slackOf(operator, left, right);
    t.is(compare(operator, left, right), strict.includes(operator) ? slack > 0 : slack >= 0);
  });
  fc.assert(property, propertyRuns(500));
});
