import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { fromWire, toWire } from './data-numbers.ts';

const uint32 = fc.nat(2 ** 32 - 1);
const facts = fc.record({ token: uint32, idsnHigh: uint32, idsnLow: uint32 });

test('a number survives the wire, whole and halved, while it is within 2 GiB of what is expected', (t) => {
  fc.assert(
    fc.property(
      facts,
      fc.nat(2 ** 50),
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      fc.boolean(),
      (side, near, distance, isWide) => {
        const number = toWire(side, near + distance, isWide);
        t.is(fromWire(side, number, near), near + distance);
      },
    ),
    propertyRuns(500),
  );
});

test('the first byte after an IDSN of all ones wraps both halves', (t) => {
  const side = { token: 0, idsnHigh: 0xffff_ffff, idsnLow: 0xffff_ffff };
  t.deepEqual(toWire(side, 0, true), { high: 0, low: 0 });
  t.deepEqual(toWire(side, -1, true), { high: 0xffff_ffff, low: 0xffff_ffff });
});

test('a whole number of another quarter of the space is not taken for one near by', (t) => {
  const side = { token: 0, idsnHigh: 1, idsnLow: 0 };
  t.is(fromWire(side, { high: 2, low: 1 }, 0), undefined);
  t.is(fromWire(side, { high: 1, low: 1 }, 0), 0);
});
