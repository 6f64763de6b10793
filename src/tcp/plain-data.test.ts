import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { decodePlain, encodePlain, type Plain } from './plain-data.ts';

const leaf = fc.oneof(
  fc.constant(undefined),
  fc.boolean(),
  fc.integer(),
  fc.double(),
  fc.constantFrom(-0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 2 ** 53),
  fc.string({ unit: 'binary' }),
  fc.uint8Array(),
  fc.float64Array(),
);
const plain = fc.letrec<{ value: Plain }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('value')),
    fc.dictionary(fc.string(), tie('value'), { noNullPrototype: true }),
  ),
})).value;

test('what is encoded is decoded the same', (t) => {
  const same = fc.property(plain, (value) => {
    t.deepEqual(decodePlain(encodePlain(value)), value);
  });
  fc.assert(same, propertyRuns(200));
});

test('bytes cut short are refused', (t) => {
  const bytes = encodePlain({ list: [1, 'two', new Uint8Array(3)] });
  for (let end = 0; end < bytes.length; end++) {
    t.throws(() => decodePlain(bytes.subarray(0, end)), { instanceOf: RangeError });
  }
});
