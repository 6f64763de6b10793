import test from 'ava';
import fc from 'fast-check';
import { quoteCommand, splitCommand } from './shell-words.ts';

test('a command that was written is read back as the same words', (t) => {
  const words = fc.array(fc.string({ minLength: 1 }));
  fc.assert(
    fc.property(words, (own) => {
      t.deepEqual(splitCommand(quoteCommand(own)), own);
    }),
    { seed: 1, numRuns: 500 },
  );
});
