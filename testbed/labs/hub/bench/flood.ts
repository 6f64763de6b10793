/** Numbered datagrams at even distances, faster than they can be carried or not, and when each came. */
import process from 'node:process';
import { anyIpv4 } from '../../../../src/base/address.ts';
import { nsPerMs } from '../../../../src/base/time.ts';
import { closeDescriptor, waitReadable } from '../../../../src/linux/descriptor.ts';
import { MessageBatch } from '../../../../src/linux/message-batch.ts';
import {
  bindSocket,
  enlargeReceiveBuffer,
  setOption,
  socketOption,
} from '../../../../src/linux/socket.ts';
import type { CableEnd } from './cable.ts';
import { arrivalNs, measureOneWayNs, openIn } from './one-way.ts';

export interface Flood {
  readonly count: number;
  readonly payloadBytes: number;
  readonly intervalNs: number;
}

export interface Arrival {
  /** Counted from 0 as they were sent. */
  readonly n: number;
  /** When the receiving kernel took it. */
  readonly atNs: number;
}

const port = 7_101;
const slots = 64;
/** After so long without an arrival nothing more is awaited. */
const patienceMs = 1_500;
const leastBytes = 4;

/** In the order in which they came. */
export function flood(from: CableEnd, to: CableEnd, asked: Flood): Arrival[] {
  // The first datagrams of all find the neighbours.
  measureOneWayNs(from, to, 1);
  const sender = openIn(from);
  const receiver = openIn(to);
  bindSocket(receiver, { address: anyIpv4, port });
  setOption(receiver, socketOption.timestampNs, 1);
  enlargeReceiveBuffer(receiver, 4e6);
  const arrivals: Arrival[] = [];
  const hear = hearer(receiver, arrivals);
  const startNs = process.hrtime.bigint();
  const send = sendingTo(sender, to, asked);
  for (let n = 0; n < asked.count; ) {
    const passedNs = Number(process.hrtime.bigint() - startNs);
    for (; n < asked.count && n * asked.intervalNs <= passedNs; n++) send(n);
    hear();
    const waitNs = n * asked.intervalNs - Number(process.hrtime.bigint() - startNs);
    if (waitNs >= nsPerMs) waitReadable(receiver, Math.floor(waitNs / nsPerMs));
  }
  while (arrivals.length < asked.count && waitReadable(receiver, patienceMs)) hear();
  for (const fd of [sender, receiver]) closeDescriptor(fd);
  return arrivals;
}

function sendingTo(fd: number, { address }: CableEnd, asked: Flood): (n: number) => void {
  const payload = new Uint8Array(Math.max(leastBytes, asked.payloadBytes));
  const view = new DataView(payload.buffer);
  const batch = new MessageBatch(1, payload.length);
  return (n) => {
    view.setUint32(0, n);
    batch.put(0, payload, { address, port });
    batch.sendFirst(fd);
  };
}

function hearer(fd: number, into: Arrival[]): () => void {
  const batch = new MessageBatch(slots, 2_048);
  return () => {
    for (let count = batch.receive(fd); count > 0; count = batch.receive(fd)) {
      for (let slot = 0; slot < count; slot++) {
        const { buffer, byteOffset } = batch.payload(slot);
        const n = new DataView(buffer, byteOffset).getUint32(0);
        into.push({ n, atNs: arrivalNs(batch, slot) });
      }
    }
  };
}

const headerBytes = 14 + 20 + 8;

/** Of frames with their Ethernet headers, between the first arrival and the last. */
export function rateBps(arrivals: readonly Arrival[], { payloadBytes }: Flood): number {
  const spanNs = arrivals.at(-1)!.atNs - arrivals[0]!.atNs;
  return ((arrivals.length - 1) * (payloadBytes + headerBytes) * 8e9) / spanNs;
}

/** How many came after one that was sent later. */
export function countOvertaken(arrivals: readonly Arrival[]): number {
  let latest = -1;
  let overtaken = 0;
  for (const { n } of arrivals) {
    if (n < latest) overtaken++;
    latest = Math.max(latest, n);
  }
  return overtaken;
}
