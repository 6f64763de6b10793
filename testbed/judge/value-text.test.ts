import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import type { Argument, Expression, Operator } from '../schema/expression.ts';
import { formatExpression } from '../schema/expression-text.ts';
import { parse } from './testing-samples.ts';
import { formatApart, formatValue } from './value-text.ts';

test('a value is shown in the unit of its dimension', (t) => {
  t.is(formatValue(214_000_000, 'time'), '214 ms');
  t.is(formatValue(214_123_456, 'time'), '214.1 ms');
  t.is(formatValue(48_500_000, 'rate'), '48.5 Mbit/s');
  t.is(formatValue(65_536, 'size'), '64 KiB');
  t.is(formatValue(3, 'plain'), '3');
  t.is(formatValue(1 / 3, 'plain'), '0.3333');
  t.is(formatValue(1_234_567, 'plain'), '1234567');
});

test('two values that differ never look the same', (t) => {
  t.deepEqual(formatApart(110_000_001, 110_000_000, 'time'), ['110.000001 ms', '110 ms']);
  t.deepEqual(formatApart(110_000_001.37, 110_000_000, 'time'), ['110.000001 ms', '110 ms']);
  t.deepEqual(formatApart(214_123_456, 110_000_000, 'time'), ['214.1 ms', '110 ms']);
  t.deepEqual(formatApart(5, 5, 'plain'), ['5', '5']);
});

const texts: readonly (readonly [string, string])[] = [
  ['gap<=2*rtt(phone,gateway via wifi)+50ms', 'gap <= 2 * rtt(phone, gateway via wifi) + 50 ms'],
  ['(a + b) * 2 >= -(c - d)', '(a + b) * 2 >= -(c - d)'],
  ['((a)) <= (b + (c))', 'a <= b + c'],
  ['a - (b - c) <= 0', 'a - (b - c) <= 0'],
  ['not (a < 1 and b < 2) or never(x)', 'not (a < 1 and b < 2) or never(x)'],
  ['rate(wifi toward phone) > 1000 kbit/s', 'rate(wifi toward phone) > 1 Mbit/s'],
];

test('an expression is printed with normalised units and only the brackets that it needs', (t) => {
  for (const [text, expected] of texts) t.is(formatExpression(parse(text)), expected);
});

const span = { start: 0, end: 0 };
const quantity = fc
  .integer({ min: 0, max: 1_000_000_000_000 })
  .chain((value) =>
    fc
      .constantFrom('time', 'rate', 'size', 'plain' as const)
      .map((dimension): Expression => ({ kind: 'number', value, dimension, span })),
  );
const name = fc
  .constantFrom(['gap'], ['download', 'lost'], ['kernel', 'gap'])
  .map((path): Expression => ({ kind: 'name', path, span }));
const place = fc
  .record({ via: fc.constantFrom(undefined, 'wifi'), toward: fc.constantFrom(undefined, 'phone') })
  .map((rest): Argument => ({ kind: 'place', name: 'lte', ...rest, span }));

const { value } = fc.letrec<{ value: Expression }>((tie) => {
  const binary = fc.record({
    kind: fc.constant('binary' as const),
    operator: fc.constantFrom<Operator>('+', '-', '*', '/'),
    left: tie('value'),
    right: tie('value'),
    span: fc.constant(span),
  });
  const call = fc
    .array(place, { minLength: 1, maxLength: 2 })
    .map((list): Expression => ({ kind: 'call', name: 'rtt', arguments: list, span }));
  const negate = tie('value').map((operand): Expression => ({ kind: 'negate', operand, span }));
  return { value: fc.oneof({ maxDepth: 4 }, quantity, name, call, negate, binary) };
});

test('what is printed is read as the same expression', (t) => {
  const bare = (expression: unknown) =>
    JSON.stringify(expression, (key, part) => (key === 'span' ? undefined : part));
  const property = fc.property(value, (expression) => {
    t.is(bare(parse(formatExpression(expression))), bare(expression));
  });
  fc.assert(property, propertyRuns(300));
});
