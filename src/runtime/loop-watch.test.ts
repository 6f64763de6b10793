import test from 'ava';
import { createFakeTime, drive, scheduleAt } from '../host/fake-time.ts';
import { LoopWatch } from './loop-watch.ts';

/** A loop whose timers are late by these, one after the other; then on time. */
function watchLoop(lateNs: readonly number[]) {
  const time = createFakeTime();
  const waiting = [...lateNs];
  const after = (delayNs: number, callback: () => void) =>
    scheduleAt(time, time.nowNs + delayNs + (waiting.shift() ?? 0), callback);
  return { time, watch: new LoopWatch({ nowNs: () => time.nowNs, after }) };
}

test('a loop on time is not late', (t) => {
  const { time, watch } = watchLoop([]);
  drive(time, 1_000_000_000);
  t.deepEqual(watch.end(), { ticks: 50, p50Ns: 0, p99Ns: 0, worstNs: 0 });
});

test('a stall shows as the worst, and what is usual stays usual', (t) => {
  const { time, watch } = watchLoop([
    ...Array(80).fill(100_000),
    300_000_000,
    ...Array(19).fill(200_000),
  ]);
  drive(time, 3_000_000_000);
  const { ticks, p50Ns, p99Ns, worstNs } = watch.end();
  t.true(ticks >= 100);
  t.is(worstNs, 300_000_000);
  t.true(p50Ns >= 100_000 && p50Ns < 112_000, `${p50Ns}`);
  t.true(p99Ns >= 200_000 && p99Ns < 224_000, `${p99Ns}`);
});

test('what was never due has no lateness', (t) => {
  const { watch } = watchLoop([]);
  t.deepEqual(watch.end(), { ticks: 0, p50Ns: 0, p99Ns: 0, worstNs: 0 });
});
