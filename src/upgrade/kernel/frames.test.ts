import test from 'ava';
import fc from 'fast-check';
import { emitFrame, FrameReader } from './frames.ts';

test('messages are the same in pieces of any sizes', (t) => {
  const messages = fc.array(fc.string({ unit: 'grapheme', maxLength: 300 }), { maxLength: 8 });
  fc.assert(
    fc.property(messages, fc.array(fc.integer({ min: 1, max: 90 })), (said, sizes) => {
      let bytes = Buffer.concat(said.map(emitFrame));
      const reader = new FrameReader();
      const heard: unknown[] = [];
      for (const size of [...sizes, bytes.length]) {
        heard.push(...reader.read(bytes.subarray(0, size)));
        bytes = bytes.subarray(size);
      }
      t.deepEqual(heard, said);
    }),
    { seed: 1, numRuns: 300 },
  );
});
