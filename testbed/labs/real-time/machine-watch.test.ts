import test from 'ava';
import { MachineWatch } from './machine-watch.ts';

test('it tells how late it woke, and wakes no more', async (t) => {
  await using watch = new MachineWatch();
  watch.begin();
  const { ticks, p50Ns, p99Ns, worstNs } = await watch.settle();
  t.true(ticks >= 0);
  t.true(p50Ns <= p99Ns && p99Ns <= worstNs);
});

test('what nobody began has nothing to tell', async (t) => {
  await using watch = new MachineWatch();
  t.is((await watch.settle()).ticks, 0);
});

test('it ends when nobody asks it', async (t) => {
  const watch = new MachineWatch();
  await t.notThrowsAsync(watch[Symbol.asyncDispose]());
});
