import test from 'ava';
import { addRange, createRanges } from '../tcp/ranges.ts';
import { demarcate, isSentOn } from './demarcation.ts';

function sideOf(nxt: number, ...early: readonly (readonly [number, number])[]) {
  const ranges = createRanges();
  for (const [left, right] of early) addRange(ranges, left, right);
  return { nxt, early: ranges };
}

test('system 5.4: with an empty queue the named number is the next expected one', (t) => {
  t.is(demarcate(sideOf(1_000)).named, 1_000);
});

test('system 5.4: with a hole it is one past the highest number in the queue', (t) => {
  t.is(demarcate(sideOf(1_000, [1_500, 2_000], [3_000, 3_100])).named, 3_100);
});

test('system 5.4: it is exact at the wrap', (t) => {
  const from = 2 ** 32 - 100;
  t.is(demarcate(sideOf(from, [2 ** 32 - 10, 2 ** 32 + 40])).named, 2 ** 32 + 40);
});

test('system 5.4: what lies behind the next expected number is sent on, and what fills a hole', (t) => {
  const marks = demarcate(sideOf(1_000, [1_500, 2_000]));
  t.false(isSentOn(marks, 500, 1_000));
  t.true(isSentOn(marks, 1_000, 1_500));
  t.true(isSentOn(marks, 2_000, 2_001));
  t.true(isSentOn(marks, 900, 900));
});
