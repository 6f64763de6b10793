import test from 'ava';
import { createPace, fits, notePace, startBudget } from './budget.ts';

function paceOf(totalMs: number) {
  const clock = { nowMs: 1_000 };
  const pace = createPace(startBudget(totalMs, '10 s', () => clock.nowMs));
  return { clock, pace };
}

test('the first sample is begun, how long it takes is not known yet', (t) => {
  t.true(fits(paceOf(10).pace, 1));
});

test('what the longest sample says does not fit is not begun', (t) => {
  const { clock, pace } = paceOf(10_000);
  notePace(pace, 3_000);
  notePace(pace, 1_000);
  clock.nowMs += 4_000;
  t.true(fits(pace, 2));
  t.false(fits(pace, 3));
});

test('nothing fits into a budget that is over, but nothing always does', (t) => {
  const { clock, pace } = paceOf(10_000);
  clock.nowMs += 10_000;
  t.false(fits(pace, 1));
  t.true(fits(pace, 0));
});

test('without a budget everything fits', (t) => {
  const pace = createPace(undefined);
  notePace(pace, 1e9);
  t.true(fits(pace, 1_000));
});
