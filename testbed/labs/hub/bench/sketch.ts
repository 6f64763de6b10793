/**
 * The anchor: what a loop without any model does. One worker, two TAP devices, ppoll, read, write, a
 * buffer that is there from the start. Every frame that is read from one device is written to the other.
 *
 *   node sketch.ts LEFT-NAMESPACE LEFT-DEVICE RIGHT-NAMESPACE RIGHT-DEVICE
 */
import process from 'node:process';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { write16, write32 } from '../../../../src/linux/layout.ts';
import { NetworkNamespace, runInNamespace } from '../../../../src/linux/network-namespace.ts';
import { bindCall } from '../../../../src/linux/system-call.ts';
import { TunDevice } from '../../../../src/linux/tun.ts';

const pollCall = bindCall('ppoll', 'int', ['bytes', 'long', 'bytes', 'bytes']);
const readCall = bindCall('read', 'long', ['int', 'bytes', 'size']);
const writeCall = bindCall('write', 'long', ['int', 'bytes', 'size']);
const processControl = bindCall('prctl', 'int', ['int', 'long']);

const setTimerSlack = 29;
const readable = 1;
/** Frames read from one device before the other has its turn. */
const budget = 64;

if (isMainThread) {
  new Worker(new URL(import.meta.url), { workerData: process.argv.slice(2) });
} else {
  pump(workerData as string[]);
}

function pump([leftPath, leftName, rightPath, rightName]: readonly string[]): void {
  const left = openIn(leftPath!, leftName!);
  const right = openIn(rightPath!, rightName!);
  processControl(setTimerSlack, 1);
  const polled = new Uint8Array(16);
  for (const [index, device] of [left, right].entries()) {
    write32(polled, index * 8, device.fd);
    write16(polled, index * 8 + 4, readable);
  }
  const buffer = new Uint8Array(2_048);
  process.stdout.write('ready\n');
  for (;;) {
    pollCall(polled, 2, null, null);
    if ((polled[6]! & readable) !== 0) carry(left.fd, right.fd, buffer);
    if ((polled[14]! & readable) !== 0) carry(right.fd, left.fd, buffer);
  }
}

function openIn(path: string, name: string): TunDevice {
  using namespace = NetworkNamespace.open(path);
  return runInNamespace(namespace, () => TunDevice.open({ name, kind: 'tap' }));
}

function carry(from: number, to: number, buffer: Uint8Array): void {
  for (let left = budget; left > 0; left--) {
    const length = readCall(from, buffer, buffer.length);
    if (length < 0) return;
    writeCall(to, buffer, length);
  }
}
