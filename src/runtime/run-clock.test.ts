import test from 'ava';
import { monotonicAt, nsSince, readMonotonic } from './run-clock.ts';

for (const { title, sinceNs, at } of [
  { title: 'the start itself', sinceNs: 0, at: { seconds: 100, nanoseconds: 999_999_999 } },
  { title: 'a carry', sinceNs: 1, at: { seconds: 101, nanoseconds: 0 } },
  { title: 'seconds and a carry', sinceNs: 2_000_000_002, at: { seconds: 103, nanoseconds: 1 } },
]) {
  test(`a time since the start is found on the monotonic clock: ${title}`, (t) => {
    t.deepEqual(monotonicAt({ seconds: 100, nanoseconds: 999_999_999 }, sinceNs), at);
  });
}

test('time since the start does not go back, and is a whole number', (t) => {
  const start = readMonotonic();
  const seen = Array.from({ length: 100 }, () => nsSince(start));
  t.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  );
  t.true(seen.every((ns) => Number.isSafeInteger(ns) && ns >= 0));
});
