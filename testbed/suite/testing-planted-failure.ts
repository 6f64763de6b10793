/** Tests that fail, as ava tells of a throw and of a value. */
import test from 'ava';

test('planted: this one fails', async () => {
  throw new Error('it ended with 1 and never said listening');
});

test('planted: this one is unequal', (t) => {
  t.deepEqual({ seen: 1 }, { seen: 2 });
});
