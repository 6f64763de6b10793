import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../../src/base/property-runs.conformance.ts';
import { createWakeUpTime, noteWakeUp } from './wake-up-time.ts';

test('nothing is known of wake-ups before the first', (t) => {
  t.is(createWakeUpTime().leastNs, 0);
});

test('the least of the last 64 is told, and older ones are forgotten', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 300 }),
        (all) => {
          const time = createWakeUpTime();
          for (const tookNs of all) noteWakeUp(time, tookNs);
          return time.leastNs === Math.min(...all.slice(-64));
        },
      ),
      propertyRuns(200),
    ),
  );
});
