import test from 'ava';
import { nsPerMs } from '../../base/time.ts';
import { errno } from '../../linux/system-call.ts';
import { XdpWire } from './xdp-wire.ts';

/** A kernel that takes so many frames with each kick, and a loop whose timers are called by hand. */
function wireWith(takes: number[], refusal?: number) {
  const kicks: number[] = [];
  const timers: { delayNs: number; call: () => void; isCancelled: boolean }[] = [];
  let untold = 0;
  let untaken = 0;
  const socket = {
    fd: -1,
    put: () => ++untold * 2_048,
    get untold() {
      return untold;
    },
    get untaken() {
      return untaken;
    },
    flush: () => {
      untaken += untold;
      untold = 0;
      const taken = Math.min(untaken, takes.shift() ?? untaken);
      untaken -= taken;
      kicks.push(taken);
      return taken === 0 ? refusal : undefined;
    },
    receive: () => 0,
    hasArrived: () => false,
    [Symbol.dispose]: () => undefined,
  };
  const loop = {
    watch: () => ({ want: () => undefined, close: () => undefined }),
    poll: () => ({ close: () => undefined }),
    after: (delayNs: number, call: () => void) => {
      const timer = { delayNs, call, isCancelled: false };
      timers.push(timer);
      return { cancel: () => void Object.assign(timer, { isCancelled: true }) };
    },
  };
  const wire = new XdpWire({ loop, socket }, { received: () => undefined, cut: () => undefined });
  const send = async (frames: number) => {
    for (let frame = 0; frame < frames; frame++) wire.send(new Uint8Array(60));
    await Promise.resolve();
  };
  return { wire, kicks, timers, send };
}

test('what the kernel takes at once is told once', async (t) => {
  const { kicks, timers, send } = wireWith([]);
  await send(10);
  t.deepEqual(kicks, [10]);
  t.deepEqual(timers, []);
});

test('of what the kernel leaves it is told again in the next turn, until it has taken all', async (t) => {
  const { kicks, timers, send } = wireWith([4, 4]);
  await send(10);
  t.is(timers[0]?.delayNs, 0);
  timers[0]!.call();
  t.is(timers[1]?.delayNs, 0);
  timers[1]!.call();
  t.deepEqual(kicks, [4, 4, 2]);
  t.is(timers.length, 2);
});

test('a kernel that takes nothing is asked again a millisecond later', async (t) => {
  const { kicks, timers, send } = wireWith([0]);
  await send(3);
  t.is(timers[0]?.delayNs, nsPerMs);
  timers[0]!.call();
  t.deepEqual(kicks, [0, 3]);
  t.is(timers.length, 1);
});

test('frames that follow take along what was left, and one timer runs at a time', async (t) => {
  const { kicks, timers, send } = wireWith([0, 0]);
  await send(3);
  await send(2);
  t.deepEqual(
    timers.map(({ isCancelled }) => isCancelled),
    [true, false],
  );
  timers[1]!.call();
  t.deepEqual(kicks, [0, 0, 5]);
});

test('an interface that is down is not asked again and again', async (t) => {
  const { timers, send } = wireWith([0], errno.ENETDOWN);
  await send(3);
  t.deepEqual(timers, []);
});

test('who is closed asks nothing any more', async (t) => {
  const { wire, timers, send } = wireWith([0, 0]);
  await send(3);
  wire.close();
  t.true(timers.every(({ isCancelled }) => isCancelled));
});
