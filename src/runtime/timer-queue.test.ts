import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { never } from '../base/time.ts';
import { addTimer, cancelTimer, createTimerQueue, nextDueNs, takeDue } from './timer-queue.ts';

test('timers come in the order of their times, equals in the order of asking, cancelled ones never', (t) => {
  const wanted = fc.array(fc.record({ dueNs: fc.nat(20), cancelled: fc.boolean() }));
  const ordered = fc.property(wanted, (timers) => {
    const queue = createTimerQueue();
    const called: number[] = [];
    const kept = timers.map(({ dueNs }, index) => addTimer(queue, dueNs, () => called.push(index)));
    for (const [index, { cancelled }] of timers.entries()) if (cancelled) cancelTimer(kept[index]!);
    for (let nowNs = 0; nowNs <= 20; nowNs++) {
      for (let due = takeDue(queue, nowNs); due; due = takeDue(queue, nowNs)) due();
      t.true(nextDueNs(queue) > nowNs);
    }
    const expected = timers
      .map((timer, index) => ({ ...timer, index }))
      .filter(({ cancelled }) => !cancelled)
      .toSorted((a, b) => a.dueNs - b.dueNs || a.index - b.index);
    t.deepEqual(
      called,
      expected.map(({ index }) => index),
    );
  });
  t.notThrows(() => fc.assert(ordered, propertyRuns(200)));
});

test('an empty queue is never due, and neither is one whose timers are all cancelled', (t) => {
  const queue = createTimerQueue();
  t.is(nextDueNs(queue), never);
  cancelTimer(addTimer(queue, 5, () => t.fail()));
  t.is(nextDueNs(queue), never);
  t.is(takeDue(queue, 100), undefined);
});

test('a timer that was called is not called again by cancelling it', (t) => {
  const queue = createTimerQueue();
  let calls = 0;
  const timer = addTimer(queue, 5, () => {
    calls += 1;
  });
  takeDue(queue, 5)!();
  cancelTimer(timer);
  t.is(takeDue(queue, 100), undefined);
  t.is(calls, 1);
});
