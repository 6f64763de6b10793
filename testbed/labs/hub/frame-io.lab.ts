import process from 'node:process';
import type { ExecutionContext } from 'ava';
import { createFramePool, type Frame, takeFrame } from '../../../src/base/frame.ts';
import {
  closeDescriptor,
  openSocketPair,
  readDescriptor,
  writeDescriptor,
} from '../../../src/linux/descriptor.ts';
import { errno } from '../../../src/linux/system-call.ts';
import { labTest as test } from '../../../src/linux/testing-lab.ts';
import { EpollIo } from './epoll-io.ts';
import { FrameArena } from './frame-arena.ts';
import type { FrameIo, FrameIoOptions } from './frame-io.ts';
import { RingIo } from './ring-io.ts';

type Open = (options: FrameIoOptions) => FrameIo;
const kinds: Readonly<Record<string, Open>> = {
  io_uring: (options) => RingIo.open(options)!,
  epoll: (options) => new EpollIo(options),
};

const patienceNs = 5e9;

/** Devices that are sockets, whose far ends the test has. */
class Rig implements Disposable {
  readonly io: FrameIo;
  readonly far: readonly number[];
  readonly control: number;
  readonly refusals: (readonly [device: number, reason: number])[] = [];
  readonly gone: number[] = [];
  readonly pool;
  readonly #near: readonly number[];

  constructor(open: Open, devices: number) {
    const arena = new FrameArena();
    const pairs = Array.from({ length: devices + 1 }, () => openSocketPair('sequenced'));
    this.pool = createFramePool(arena.cut);
    this.#near = pairs.map(([near]) => near);
    this.far = pairs.map(([, far]) => far);
    this.control = this.far[devices]!;
    this.io = open({
      devices: this.#near.slice(0, devices),
      controlFd: this.#near[devices]!,
      pool: this.pool,
      arena,
      mtusBytes: Array.from({ length: devices }, () => 1_500),
      events: {
        refused: (device, reason) => this.refusals.push([device, reason]),
        gone: (device) => this.gone.push(device),
      },
    });
  }

  readControl(): void {
    readDescriptor(this.#near.at(-1)!, new Uint8Array(8));
  }

  /** First bytes of what arrives, by device, until so many have. */
  take(count: number): number[][] {
    const taken: number[][] = this.far.map(() => []);
    for (let left = count; left > 0; ) {
      this.io.exchange(patienceNs, 1);
      if (this.io.arrivedCount === 0 && !this.io.controlReady) throw new Error('nothing arrived');
      for (let at = 0; at < this.io.arrivedCount; at++) {
        const frame: Frame = this.io.arrivedFrames[at]!;
        taken[this.io.arrivedDevices[at]!]!.push(frame.bytes[0]! * 1_000 + frame.length);
        left -= 1;
      }
    }
    return taken;
  }

  frame(first: number, length: number): Frame {
    const frame = takeFrame(this.pool, length);
    frame.bytes.fill(first, 0, length);
    return frame;
  }

  [Symbol.dispose](): void {
    this.io[Symbol.dispose]();
    for (const fd of [...this.#near, ...this.far]) closeDescriptor(fd);
  }
}

function forEach(title: string, check: (t: ExecutionContext, open: Open) => void): void {
  for (const [name, open] of Object.entries(kinds))
    test(`${name}: ${title}`, (t) => check(t, open));
}

forEach('frames arrive in order, whole, with the device that they came by', (t, open) => {
  using rig = new Rig(open, 2);
  for (const [first, length] of [
    [1, 60],
    [2, 1_514],
    [3, 14],
  ] as const) {
    writeDescriptor(rig.far[1]!, new Uint8Array(length).fill(first));
  }
  t.deepEqual(rig.take(3).slice(0, 2), [[], [1_060, 2_000 + 1_514, 3_014]]);
});

forEach('frames that are written leave, each by its device', (t, open) => {
  using rig = new Rig(open, 2);
  rig.io.write(0, rig.frame(7, 100));
  rig.io.write(1, rig.frame(8, 200));
  rig.io.exchange(0, 1);
  t.is(rig.io.pending, 0);
  const into = new Uint8Array(2_000);
  for (const [device, first, length] of [
    [0, 7, 100],
    [1, 8, 200],
  ] as const) {
    t.is(readDescriptor(rig.far[device]!, into), length);
    t.true(into.subarray(0, length).every((byte) => byte === first));
  }
});

forEach('a device that never falls silent does not keep others waiting', (t, open) => {
  using rig = new Rig(open, 3);
  const refill = () => {
    while (writeDescriptor(rig.far[0]!, new Uint8Array(60)) !== undefined);
  };
  refill();
  writeDescriptor(rig.far[2]!, new Uint8Array(99).fill(1));
  let heard = 0;
  for (let rounds = 0; rounds < 20 && heard === 0; rounds++) {
    rig.io.exchange(patienceNs, 1);
    for (let at = 0; at < rig.io.arrivedCount; at++) {
      if (rig.io.arrivedDevices[at] === 2) heard = rig.io.arrivedFrames[at]!.length;
    }
    refill();
  }
  t.is(heard, 99);
});

forEach('a frame that is not taken is told with its device and the reason', (t, open) => {
  using rig = new Rig(open, 2);
  const sent = 2_000;
  for (let left = sent; left > 0; left--) rig.io.write(1, rig.frame(1, 1_000));
  rig.io.exchange(0, 1);
  t.true(rig.refusals.length > 0 && rig.refusals.length < sent);
  for (const refusal of rig.refusals) t.deepEqual(refusal, [1, errno.EAGAIN]);
});

forEach('a word on the control descriptor wakes it, every time', (t, open) => {
  using rig = new Rig(open, 1);
  for (const word of [1, 2]) {
    writeDescriptor(rig.control, Uint8Array.of(word));
    rig.io.exchange(Number.POSITIVE_INFINITY, 1);
    t.true(rig.io.controlReady);
    rig.readControl();
  }
});

forEach('a sleep ends when its time is up', (t, open) => {
  using rig = new Rig(open, 1);
  const before = process.hrtime.bigint();
  rig.io.exchange(300_000, 1);
  t.true(process.hrtime.bigint() - before >= 300_000n);
  t.is(rig.io.arrivedCount, 0);
});

forEach(
  'giants fit after room was made for them, and what is cut before that is refused',
  (t, open) => {
    using rig = new Rig(open, 1);
    rig.io.exchange(0, 1);
    writeDescriptor(rig.far[0]!, new Uint8Array(5_000).fill(1));
    rig.io.exchange(patienceNs, 1);
    t.is(rig.io.arrivedCount, 0);
    t.deepEqual(rig.refusals, [[0, errno.EMSGSIZE]]);
    rig.io.makeRoom(9_000);
    for (let left = 200; left > 0; left--) {
      writeDescriptor(rig.far[0]!, new Uint8Array(60).fill(1));
      rig.take(1);
    }
    writeDescriptor(rig.far[0]!, new Uint8Array(9_014).fill(1));
    t.deepEqual(rig.take(1)[0], [10_014]);
  },
);
