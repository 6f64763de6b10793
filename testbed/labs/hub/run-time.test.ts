import test from 'ava';
import { nsSince, readMonotonic } from '../../../src/runtime/run-clock.ts';
import { createRunTime } from './run-time.ts';

test('it reads between two readings of the clock that it stands for, give or take 10 µs', (t) => {
  const start = readMonotonic();
  const nowNs = createRunTime(start);
  for (let left = 1_000; left > 0; left--) {
    const beforeNs = nsSince(start);
    const readNs = nowNs();
    const afterNs = nsSince(start);
    t.true(Number.isInteger(readNs));
    t.true(readNs >= beforeNs - 10_000 && readNs <= afterNs + 10_000, `${beforeNs} ${readNs}`);
  }
});
