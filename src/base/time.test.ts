import test from 'ava';
import { never, serialisationNs } from './time.ts';

test('1250 bytes take a millisecond on a line of 10 Mbit/s', (t) => {
  t.is(serialisationNs(1_250, 10_000_000), 1_000_000);
});

test('a part of a nanosecond counts as a whole one: no line is faster than asked', (t) => {
  t.is(serialisationNs(1, 3_000_000_000), 3);
});

test('a line without a rate takes no time', (t) => {
  t.is(serialisationNs(1_500, never), 0);
});
