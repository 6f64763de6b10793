import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { closeDescriptor, openSocketPair, readDescriptor, writeDescriptor } from './descriptor.ts';
import { IoRing } from './io-ring.ts';
import { addressOf } from './layout.ts';
import { errno } from './system-call.ts';
import { labTest as test } from './testing-lab.ts';

const bufferBytes = 64;
const buffers = 4;

/** A ring with all its buffers given, over two sockets whose messages keep their ends. */
class Rig implements Disposable {
  readonly memory = new Uint8Array(buffers * bufferBytes);
  readonly #address = addressOf(this.memory);
  readonly ring = IoRing.open({ requests: 8, completions: 32, buffers })!;
  readonly near: number;
  readonly far: number;

  constructor() {
    [this.near, this.far] = openSocketPair('sequenced');
    this.ring.registerFiles([this.near]);
    for (let number = 0; number < buffers; number++) this.give(number);
  }

  give(number: number): void {
    this.ring.giveBuffer(number, this.#address + number * bufferBytes, bufferBytes);
  }

  addressOf(bytes: Uint8Array): number {
    this.memory.set(bytes);
    return this.#address;
  }

  [Symbol.dispose](): void {
    this.ring[Symbol.dispose]();
    closeDescriptor(this.near);
    closeDescriptor(this.far);
  }
}

const patienceNs = 5e9;

test('one call takes all that waits, each in a buffer of its own, until the buffers are used up', (t) => {
  using rig = new Rig();
  const { ring } = rig;
  ring.readMany(0, 7);
  ring.enter(0);
  t.is(ring.completed, 0);
  for (let at = 1; at <= buffers + 1; at++) writeDescriptor(rig.far, Uint8Array.of(at, at, at));
  ring.enter(patienceNs);
  t.is(ring.completed, buffers + 1);
  for (let at = 1; at <= buffers; at++) {
    t.is(ring.data, 7);
    t.is(ring.result, 3);
    t.true(ring.hasMore);
    t.is(rig.memory[ring.buffer * bufferBytes], at);
    ring.shift();
  }
  t.is(ring.result, -errno.ENOBUFS);
  t.false(ring.hasMore);
  ring.shift();
  rig.give(2);
  ring.readMany(0, 8);
  ring.enter(0);
  t.is(ring.data, 8);
  t.is(rig.memory[2 * bufferBytes], buffers + 1);
});

test('a write that succeeds is silent, and one that fails says why', (t) => {
  using rig = new Rig();
  const { ring } = rig;
  ring.write(0, rig.addressOf(Uint8Array.of(5, 6, 7)), 3, 1);
  ring.enter(0);
  t.is(ring.completed, 0);
  const into = new Uint8Array(8);
  t.is(readDescriptor(rig.far, into), 3);
  t.deepEqual([...into.subarray(0, 3)], [5, 6, 7]);
  ring.write(0, 1, 3, 2);
  ring.enter(0);
  t.is(ring.completed, 1);
  t.is(ring.data, 2);
  t.is(ring.result, -errno.EFAULT);
});

test('what a file is given aside lies where it was told to, and what it can not take says why', (t) => {
  using rig = new Rig();
  const { ring } = rig;
  const folder = mkdtempSync(join(tmpdir(), 'ring '));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = openSync(join(folder, 'file'), 'w');
  ring.writeAside(file, rig.addressOf(Uint8Array.of(5, 6, 7)), 3, 2, 1);
  ring.enter(Number.POSITIVE_INFINITY, 1);
  t.deepEqual([ring.data, ring.result], [1, 3]);
  ring.shift();
  closeSync(file);
  t.deepEqual([...readFileSync(join(folder, 'file'))], [0, 0, 5, 6, 7]);
  const full = openSync('/dev/full', 'w');
  ring.writeAside(full, rig.addressOf(Uint8Array.of(1)), 1, 0, 2);
  ring.enter(Number.POSITIVE_INFINITY, 1);
  t.deepEqual([ring.data, ring.result], [2, -errno.ENOSPC]);
  closeSync(full);
});

test('more requests than fit are handed over on the way', (t) => {
  using rig = new Rig();
  const address = rig.addressOf(Uint8Array.of(1));
  for (let left = 20; left > 0; left--) rig.ring.write(0, address, 1, 0);
  t.true(rig.ring.room > 0);
  rig.ring.enter(0);
  let count = 0;
  while (readDescriptor(rig.far, new Uint8Array(1)) === 1) count += 1;
  t.is(count, 20);
});

test('sleep ends when the time is up, and when a descriptor becomes readable, again and again', (t) => {
  using rig = new Rig();
  const { ring } = rig;
  ring.pollMany(rig.near, 9);
  const before = process.hrtime.bigint();
  ring.enter(2e6);
  t.true(process.hrtime.bigint() - before >= 2_000_000n);
  t.is(ring.completed, 0);
  for (const round of [1, 2]) {
    writeDescriptor(rig.far, Uint8Array.of(round));
    ring.enter(Number.POSITIVE_INFINITY);
    t.is(ring.data, 9);
    t.true(ring.hasMore);
    ring.shift();
    readDescriptor(rig.near, new Uint8Array(1));
  }
});
