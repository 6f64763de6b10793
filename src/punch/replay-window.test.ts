import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { createReplayWindow, isFresh, noteCounter, replayWindowSize } from './replay-window.ts';

test('the window holds the 2 048 packets that it must, and more', (t) => {
  t.true(replayWindowSize >= 2_048);
});

test('each counter is accepted once, in any order, as an endless list of them would have it', (t) => {
  const counters = fc.array(fc.nat(40_000), { minLength: 1, maxLength: 300 });
  const property = fc.property(counters, (counters) => {
    const window = createReplayWindow();
    const seen = new Set<number>();
    let highest = -1;
    for (const counter of counters) {
      const isNew = !seen.has(counter) && counter > highest - replayWindowSize;
      t.is(isFresh(window, counter), isNew, `${counter} after ${highest}`);
      if (!isNew) continue;
      noteCounter(window, counter);
      seen.add(counter);
      highest = Math.max(highest, counter);
    }
  });
  fc.assert(property, propertyRuns(200));
});
