import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { samplesUpTo, scheduleSamples } from './schedule.ts';
import { sliceShard } from './shard.ts';

const whole = fc
  .record({
    cases: fc.nat({ max: 7 }),
    variants: fc.integer({ min: 1, max: 3 }),
    samples: fc.integer({ min: 1, max: 9 }),
  })
  .map(({ cases, variants, samples }) =>
    scheduleSamples({
      cases: samplesUpTo(cases).map((n) => `case ${n}`),
      variants: samplesUpTo(variants).map((n) => `variant ${n}`),
      samples: samplesUpTo(samples),
      seed: 7,
    }),
  );
const count = fc.integer({ min: 1, max: 20 });

function shardsOf(slots: ReturnType<typeof scheduleSamples>, of: number) {
  return samplesUpTo(of).map((index) => sliceShard(slots, { index, of }));
}

test('any number of shards takes each slot exactly once', (t) => {
  fc.assert(
    fc.property(whole, count, (slots, of) => {
      const taken = shardsOf(slots, of).flat();
      t.is(taken.length, slots.length);
      t.is(new Set(taken).size, slots.length);
    }),
    propertyRuns(200),
  );
});

test('the variants of one sample of a case are never torn apart', (t) => {
  fc.assert(
    fc.property(whole, count, (slots, of) => {
      const shards = shardsOf(slots, of);
      for (const { caseId, sample } of slots) {
        const holders = shards.filter((shard) =>
          shard.some((slot) => slot.caseId === caseId && slot.sample === sample),
        );
        t.is(holders.length, 1);
      }
    }),
    propertyRuns(50),
  );
});

test('no shard has more than one turn more than another', (t) => {
  fc.assert(
    fc.property(whole, count, (slots, of) => {
      const variants = new Set(slots.map(({ variant }) => variant)).size;
      const sizes = shardsOf(slots, of).map((shard) => shard.length);
      t.true(Math.max(...sizes) - Math.min(...sizes) <= variants);
    }),
    propertyRuns(200),
  );
});

test('more shards than turns leaves shards without any', (t) => {
  const slots = scheduleSamples({ cases: ['a'], variants: ['x', 'y'], samples: [1, 2], seed: 7 });
  t.deepEqual(
    shardsOf(slots, 3).map((shard) => shard.length),
    [2, 2, 0],
  );
});
