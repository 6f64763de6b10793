import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { copyRing, createByteRing, dropRing, peekRing, writeRing } from './byte-ring.ts';

const step = fc.oneof(
  fc.record({ write: fc.uint8Array({ maxLength: 900 }), gap: fc.nat(300) }),
  fc.record({ drop: fc.nat(1_500) }),
);

test('a ring holds the bytes that were written, wherever they stand in it', (t) => {
  const same = fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    const ring = createByteRing();
    let model: number[] = [];
    for (const each of steps) {
      if ('drop' in each) {
        const count = Math.min(each.drop, ring.length);
        dropRing(ring, count);
        model = model.slice(count);
      } else {
        const offset = Math.max(0, ring.length - each.gap);
        writeRing(ring, offset, each.write, 0, each.write.length);
        model.splice(offset, each.write.length, ...each.write);
      }
      const held = new Uint8Array(ring.length);
      copyRing(ring, 0, ring.length, held, 0);
      t.deepEqual([...held], model);
      const peeked = peekRing(ring, 100);
      t.deepEqual([...peeked], model.slice(0, peeked.length));
    }
  });
  fc.assert(same, propertyRuns(200));
});

test('an empty ring that was large gives its memory back', (t) => {
  const ring = createByteRing();
  writeRing(ring, 0, new Uint8Array(100_000), 0, 100_000);
  dropRing(ring, 100_000);
  t.is(ring.bytes.length, 0);
});
