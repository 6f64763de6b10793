import { spawnSync } from 'node:child_process';
import {
  closeDescriptor,
  openSocketPair,
  readDescriptor,
  writeDescriptor,
} from '../linux/descriptor.ts';
import { labTest as test } from '../linux/testing-lab.ts';
import { KernelLoop } from './kernel-loop.ts';
import { readMonotonic } from './run-clock.ts';

const byte = Uint8Array.of(1);

async function turnsUntil(loop: KernelLoop, condition: () => boolean): Promise<void> {
  while (!condition()) await loop.nextTurn();
}

test('who watches a descriptor is called when it is ready, and not inside a call of his own', async (t) => {
  await using loop = new KernelLoop();
  const [one, other] = openSocketPair('stream');
  let calls = 0;
  const watch = loop.watch(one, () => {
    calls += 1;
    readDescriptor(one, new Uint8Array(8));
  });
  writeDescriptor(other, byte);
  t.is(calls, 0);
  await turnsUntil(loop, () => calls === 1);
  watch.close();
  watch.close();
  for (const fd of [one, other]) closeDescriptor(fd);
});

test('a closed watch is not called, even where it was ready in the same turn', async (t) => {
  await using loop = new KernelLoop();
  const pairs = [openSocketPair('stream'), openSocketPair('stream')];
  const called: number[] = [];
  const watches = pairs.map(([fd], index) =>
    loop.watch(fd, () => {
      called.push(index);
      for (const watch of watches) watch.close();
    }),
  );
  for (const [, other] of pairs) writeDescriptor(other, byte);
  await turnsUntil(loop, () => called.length > 0);
  let isLater = false;
  loop.after(0, () => {
    isLater = true;
  });
  await turnsUntil(loop, () => isLater);
  t.is(called.length, 1);
  for (const fd of pairs.flat()) closeDescriptor(fd);
});

test('what is not read stays ready, and timers have their turn all the same', async (t) => {
  await using loop = new KernelLoop();
  const [one, other] = openSocketPair('stream');
  let calls = 0;
  const watch = loop.watch(one, () => {
    calls += 1;
  });
  writeDescriptor(other, byte);
  let isDue = false;
  loop.after(1_000_000, () => {
    isDue = true;
  });
  await turnsUntil(loop, () => isDue);
  t.true(calls > 1);
  watch.close();
  for (const fd of [one, other]) closeDescriptor(fd);
});

for (const spinNs of [0, 200_000]) {
  test(`no timer comes early, woken ${spinNs} ns before`, async (t) => {
    await using loop = new KernelLoop({ start: readMonotonic(), spinNs });
    const lateNs: number[] = [];
    for (const delayNs of [3_000_000, 100_000, 1_000, 0, 2_000_000]) {
      const dueNs = loop.nowNs() + delayNs;
      loop.after(delayNs, () => lateNs.push(loop.nowNs() - dueNs));
    }
    await turnsUntil(loop, () => lateNs.length === 5);
    t.true(lateNs.every((late) => late >= 0));
  });
}

test('an earlier timer that is asked for later comes first', async (t) => {
  await using loop = new KernelLoop();
  let calls = 0;
  const count = () => {
    calls += 1;
  };
  loop.after(60_000_000_000, () => t.fail());
  loop.after(0, count);
  await turnsUntil(loop, () => calls === 1);
  loop.after(1_000_000, count);
  await turnsUntil(loop, () => calls === 2);
  t.is(calls, 2);
});

test('a loop whose run began earlier counts from then', async (t) => {
  const { seconds, nanoseconds } = readMonotonic();
  await using loop = new KernelLoop({ start: { seconds: seconds - 5, nanoseconds } });
  t.true(loop.nowNs() >= 5_000_000_000);
  let firedNs = 0;
  const askedNs = loop.nowNs();
  loop.after(1_000_000, () => {
    firedNs = loop.nowNs();
  });
  await turnsUntil(loop, () => firedNs > 0);
  t.true(firedNs >= askedNs + 1_000_000);
});

test('a loop ends while its worker waits, and may be ended twice', async (t) => {
  const loop = new KernelLoop();
  loop.after(60_000_000_000, () => t.fail());
  await loop[Symbol.asyncDispose]();
  await t.notThrowsAsync(loop[Symbol.asyncDispose]());
});

test('a process that exits with a loop open does exit, and says the code', (t) => {
  const room = new URL('.', import.meta.url).href;
  const code = `import('${room}kernel-loop.ts').then(({ KernelLoop }) => {
    const loop = new KernelLoop();
    loop.nextTurn().then(() => setTimeout(() => process.exit(7), 20));
    loop.after(1e6, () => {});
  })`;
  const args = ['--no-warnings', '-e', code];
  const { status, stderr } = spawnSync(process.execPath, args, { timeout: 20_000 });
  t.is(status, 7, String(stderr));
});

test('what is put off comes once, behind the step that asked for it, and at once outside of a step', async (t) => {
  await using loop = new KernelLoop();
  const said: string[] = [];
  const putOff = () => said.push('put off');
  loop.after(0, () => {
    loop.atStepEnd(putOff);
    loop.atStepEnd(putOff);
    said.push('first');
  });
  loop.after(0, () => said.push('second'));
  await turnsUntil(loop, () => said.includes('second'));
  t.deepEqual(said, ['first', 'put off', 'second']);
  t.false(loop.isInStep);
  loop.atStepEnd(putOff);
  t.is(said.at(-1), 'put off');
});

test('what is put off by what was put off still belongs to the step', async (t) => {
  await using loop = new KernelLoop();
  const said: string[] = [];
  loop.after(0, () => {
    loop.atStepEnd(() => {
      said.push('put off');
      loop.atStepEnd(() => said.push('put off again'));
    });
  });
  loop.after(0, () => said.push('next step'));
  await turnsUntil(loop, () => said.includes('next step'));
  t.deepEqual(said, ['put off', 'put off again', 'next step']);
});

test('a loop that lingers hears the kernel, its timers, and Node', async (t) => {
  await using loop = new KernelLoop();
  loop.linger();
  const [one, other] = openSocketPair('stream');
  let heard = 0;
  const watch = loop.watch(one, () => {
    heard += 1;
    readDescriptor(one, new Uint8Array(8));
    // Something comes in every stretch, so that it never goes back to the worker.
    loop.after(2_000_000, () => void writeDescriptor(other, byte));
  });
  writeDescriptor(other, byte);
  let immediates = 0;
  while (immediates < 5 || heard < 20) {
    await new Promise(setImmediate);
    immediates += 1;
  }
  t.true(heard >= 20);
  watch.close();
  for (const fd of [one, other]) closeDescriptor(fd);
});

/** Bytes come, one a millisecond, until `isEnough` says so; how often a poller was asked. */
async function countAsked(pollNs: number, isEnough: (asked: number, bytes: number) => boolean) {
  await using loop = new KernelLoop({ pollNs });
  const [one, other] = openSocketPair('stream');
  let [asked, bytes] = [0, 0];
  const poller = loop.poll(() => {
    asked += 1;
    return false;
  });
  const watch = loop.watch(one, () => {
    bytes += readDescriptor(one, new Uint8Array(8)) ?? 0;
  });
  const tick = () => {
    writeDescriptor(other, byte);
    if (!isEnough(asked, bytes)) loop.after(1_000_000, tick);
  };
  loop.after(0, tick);
  await turnsUntil(loop, () => isEnough(asked, bytes));
  watch.close();
  poller.close();
  for (const fd of [one, other]) closeDescriptor(fd);
  return asked;
}

test('a loop that polls asks in its own thread after something came; one that does not never asks', async (t) => {
  t.true((await countAsked(5_000_000, (asked) => asked > 10)) > 10);
  t.is(await countAsked(0, (_, bytes) => bytes > 10), 0);
});

test('what a poller finds keeps the loop asking, and descriptors and timers are seen to meanwhile', async (t) => {
  await using loop = new KernelLoop({ pollNs: 5_000_000 });
  const [one, other] = openSocketPair('stream');
  let [found, bytes, ticks] = [0, 0, 0];
  const poller = loop.poll(() => {
    found += 1;
    return found % 100 === 0;
  });
  const watch = loop.watch(one, () => {
    bytes += readDescriptor(one, new Uint8Array(8)) ?? 0;
  });
  const tick = () => {
    ticks += 1;
    writeDescriptor(other, byte);
    if (ticks < 20) loop.after(1_000_000, tick);
  };
  loop.after(0, tick);
  await turnsUntil(loop, () => bytes === 20);
  t.is(ticks, 20);
  watch.close();
  poller.close();
  for (const fd of [one, other]) closeDescriptor(fd);
});
