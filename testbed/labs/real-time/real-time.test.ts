import test from 'ava';
import { createFakeTime, drive, type FakeTime, scheduleAt } from '../../../src/host/fake-time.ts';
import { RealTime } from './real-time.ts';

const { signal } = new AbortController();

function bench(): { readonly fake: FakeTime; readonly time: RealTime } {
  const fake = createFakeTime();
  const after = (delayNs: number, callback: () => void) =>
    scheduleAt(fake, fake.nowNs + delayNs, callback);
  return { fake, time: new RealTime({ nowNs: () => fake.nowNs, after }) };
}

test('an action is called when it is due, and at once if that has passed', (t) => {
  const { fake, time } = bench();
  const seen: number[] = [];
  drive(fake, 10);
  time.at(25, () => seen.push(time.nowNs()));
  time.at(5, () => seen.push(time.nowNs()));
  drive(fake, 100);
  t.deepEqual(seen, [10, 25]);
});

test('a stretch of time ends when it is halted, and the next one goes on', async (t) => {
  const { fake, time } = bench();
  time.at(10, () => time.halt());
  const first = time.drive(100, signal);
  drive(fake, 10);
  t.is(await first, 'halted');
  const second = time.drive(100, signal);
  drive(fake, 90);
  t.is(await second, 'limit');
});

test('an interrupt ends it, and none begins after one', async (t) => {
  const { time } = bench();
  const controller = new AbortController();
  const stretch = time.drive(100, controller.signal);
  controller.abort();
  t.is(await stretch, 'interrupted');
  t.is(await time.drive(100, controller.signal), 'interrupted');
});

test('what an action throws, and what broke outside, is thrown to who lets time pass', async (t) => {
  const { fake, time } = bench();
  time.at(10, () => {
    throw new Error('broken action');
  });
  const stretch = time.drive(100, signal);
  drive(fake, 10);
  await t.throwsAsync(stretch, { message: 'broken action' });
  const other = bench().time;
  other.fail(new Error('the hub is gone'));
  await t.throwsAsync(other.drive(100, signal), { message: 'the hub is gone' });
});

test('the worst lateness of all actions is told', (t) => {
  const fake = createFakeTime();
  const lateNs = [3, 40, 7];
  const after = (delayNs: number, callback: () => void) =>
    scheduleAt(fake, fake.nowNs + delayNs + lateNs.shift()!, callback);
  const time = new RealTime({ nowNs: () => fake.nowNs, after });
  for (const dueNs of [100, 200, 300]) time.at(dueNs, () => {});
  drive(fake, 1_000);
  t.deepEqual(time.lateness(), { actions: 3, worstNs: 40 });
});
