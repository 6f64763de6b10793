import test from 'ava';
import { TurnFlush } from './turn-flush.ts';

function makeFlush(most: number) {
  let calls = 0;
  const flush = new TurnFlush(most, () => (calls += 1));
  return { flush, calls: () => calls };
}

test('what is put within a turn is told once, at its end', async (t) => {
  const { flush, calls } = makeFlush(16);
  for (let frame = 0; frame < 10; frame++) flush.add();
  t.is(calls(), 0);
  await Promise.resolve();
  t.is(calls(), 1);
});

test('much is told earlier, and the end of the turn tells the rest', async (t) => {
  const { flush, calls } = makeFlush(4);
  for (let frame = 0; frame < 9; frame++) flush.add();
  t.is(calls(), 2);
  await Promise.resolve();
  t.is(calls(), 3);
});

test('what was told is not told again', async (t) => {
  const { flush, calls } = makeFlush(16);
  flush.add();
  flush.now();
  flush.now();
  await Promise.resolve();
  t.is(calls(), 1);
});

test('each turn has its own end', async (t) => {
  const { flush, calls } = makeFlush(16);
  flush.add();
  await Promise.resolve();
  flush.add();
  await Promise.resolve();
  t.is(calls(), 2);
});

test('in a step of a loop the end of the step tells, whenever microtasks may run', async (t) => {
  const putOff: (() => void)[] = [];
  let calls = 0;
  const loop = { isInStep: true, atStepEnd: (action: () => void) => void putOff.push(action) };
  const flush = new TurnFlush(16, () => (calls += 1), loop);
  flush.add();
  flush.add();
  await Promise.resolve();
  t.is(calls, 0);
  for (const action of putOff.splice(0)) action();
  t.is(calls, 1);
  loop.isInStep = false;
  flush.add();
  await Promise.resolve();
  t.is(calls, 2);
});
