import test from 'ava';
import { nsPerMs, nsPerSecond } from '../../../src/base/time.ts';
import { createNodeClock, readClock, runTimeOf, skewClock } from './node-clock.ts';

test('a clock that nobody touched shows the time of the run', (t) => {
  t.is(readClock(createNodeClock(), 123_456_789), 123_456_789);
});

test('a clock that runs 50 ppm fast gains 50 µs a second from then on', (t) => {
  const clock = createNodeClock();
  skewClock(clock, nsPerSecond, 50e-6, 0);
  t.is(readClock(clock, nsPerSecond), nsPerSecond);
  t.is(readClock(clock, 2 * nsPerSecond), 2 * nsPerSecond + 50_000);
});

test('a step back makes the clock stand still, not go back', (t) => {
  const clock = createNodeClock();
  skewClock(clock, nsPerSecond, 0, -3 * nsPerMs);
  t.is(readClock(clock, nsPerSecond + nsPerMs), nsPerSecond);
  t.is(readClock(clock, nsPerSecond + 4 * nsPerMs), nsPerSecond + nsPerMs);
});

test('taking a skew back keeps what was gained and runs true again', (t) => {
  const clock = createNodeClock();
  skewClock(clock, 0, 0.5, 0);
  skewClock(clock, nsPerSecond, 0, 0);
  t.is(readClock(clock, 2 * nsPerSecond), 2.5 * nsPerSecond);
});

test('a timer on a fast clock takes less of the time of the run', (t) => {
  const clock = createNodeClock();
  skewClock(clock, 0, 0.25, 0);
  t.is(runTimeOf(clock, nsPerSecond), 0.8 * nsPerSecond);
});
