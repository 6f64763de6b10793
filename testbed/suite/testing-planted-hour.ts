/** A test that may take an hour, and takes none of it. */
import test from 'ava';

test('planted: this one asks for an hour', (t) => {
  t.timeout(3_600_000);
  t.pass();
});
