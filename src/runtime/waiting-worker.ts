/**
 * The thread that blocks for the event loop. It waits on the loop's epoll, writes a byte into the
 * socket that the loop reads, and then for the loop to say that it has seen to everything. It knows
 * nothing of what the descriptors are, and touches none of them.
 */
import process from 'node:process';
import { parentPort, workerData } from 'node:worker_threads';
import { writeDescriptor } from '../linux/descriptor.ts';
import { waitForAny } from '../linux/epoll.ts';

/** What the loop starts the worker with. */
export interface WaitingOrder {
  readonly kind: 'ropewalk-waiting';
  readonly epollFd: number;
  readonly wakeFd: number;
  /** Three words: how many turns the loop has ended, whether to stop, whether the worker is at work. */
  readonly gate: SharedArrayBuffer;
  /** So long it asks again and again before it lets the kernel put it to sleep. */
  readonly spinNs: number;
}

export const gateWord = { endedTurns: 0, stop: 1, isAtWork: 2 } as const;
export const gateBytes = 12;

/** This file, as it is called where it runs: packed it ends in `.js`. */
export const waitingWorkerUrl = new URL(import.meta.url);

function waitForTurns({ epollFd, wakeFd, gate, spinNs }: WaitingOrder): void {
  const words = new Int32Array(gate);
  const wake = Uint8Array.of(1);
  Atomics.store(words, gateWord.isAtWork, 1);
  Atomics.notify(words, gateWord.isAtWork);
  for (let turn = 0; ; turn++) {
    while (!isReadyWithin(epollFd, spinNs)) waitForAny(epollFd, -1);
    if (Atomics.load(words, gateWord.stop) === 1) return;
    writeDescriptor(wakeFd, wake);
    Atomics.wait(words, gateWord.endedTurns, turn);
  }
}

function isReadyWithin(epollFd: number, spinNs: number): boolean {
  const [seconds, nanoseconds] = process.hrtime();
  for (;;) {
    if (waitForAny(epollFd, 0)) return true;
    const passed = process.hrtime([seconds, nanoseconds]);
    if (passed[0] * 1e9 + passed[1] >= spinNs) return false;
  }
}

const order = workerData as WaitingOrder | null | undefined;
if (parentPort !== null && order?.kind === 'ropewalk-waiting') waitForTurns(order);
