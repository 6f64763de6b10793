/**
 * One-way delays, one datagram at a time: from just before it is sent to when the receiving kernel took
 * it, on the same wall clock. The sender's way down through its stack is in it, some microseconds.
 */

import { anyIpv4 } from '../../../../src/base/address.ts';
import { readArrivalFacts } from '../../../../src/linux/control-message.ts';
import { closeDescriptor, waitReadable } from '../../../../src/linux/descriptor.ts';
import { read64 } from '../../../../src/linux/layout.ts';
import { MessageBatch } from '../../../../src/linux/message-batch.ts';
import { runInNamespace } from '../../../../src/linux/network-namespace.ts';
import { bindSocket, openSocket, setOption, socketOption } from '../../../../src/linux/socket.ts';
import { addressFamily } from '../../../../src/linux/socket-address.ts';
import { bindCall } from '../../../../src/linux/system-call.ts';
import type { CableEnd } from './cable.ts';

const timeCall = bindCall('clock_gettime', 'int', ['int', 'bytes']);
const wallClock = 0;
const port = 7_100;
const patienceMs = 2_000;
/** Between an arrival and the next datagram. */
const pauseMs = 2;
/** The first ones find the neighbours. */
const uncounted = 5;

/** Sorted; what did not come within two seconds is left out. */
export function measureOneWayNs(from: CableEnd, to: CableEnd, count: number): number[] {
  const sender = openIn(from);
  const receiver = openIn(to);
  bindSocket(receiver, { address: anyIpv4, port });
  setOption(receiver, socketOption.timestampNs, 1);
  const out = new MessageBatch(1, 64);
  const into = new MessageBatch(1, 2_048);
  const delays: number[] = [];
  for (let number = 0; number < count + uncounted; number++) {
    const sentNs = wallClockNs();
    out.put(0, new Uint8Array(32).fill(number % 256), { address: to.address, port });
    out.sendFirst(sender);
    // One that was given up may come yet, and is not the one that is awaited.
    while (waitReadable(receiver, patienceMs) && into.receive(receiver) === 1) {
      if (into.payload(0)[0] !== number % 256) continue;
      if (number >= uncounted) delays.push(arrivalNs(into) - sentNs);
      break;
    }
    waitReadable(receiver, pauseMs);
  }
  for (const fd of [sender, receiver]) closeDescriptor(fd);
  return delays.toSorted((a, b) => a - b);
}

export function quantileOf(sorted: readonly number[], ratio: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * ratio) - 1)] ?? Number.NaN;
}

export function openIn({ namespace }: CableEnd): number {
  return runInNamespace(namespace, () => openSocket(addressFamily.ipv4, 'datagram'));
}

/** Within the day, so that nanoseconds are exact. */
const secondsADay = 86_400;

function wallClockNs(): number {
  timeCall(wallClock, time);
  return withinDay(read64(time, 0), read64(time, 8));
}

const time = new Uint8Array(16);

function withinDay(seconds: number, nanoseconds: number): number {
  return (seconds % secondsADay) * 1e9 + nanoseconds;
}

/** Of a datagram in this slot, within the day. */
export function arrivalNs(batch: MessageBatch, slot = 0): number {
  const facts = { destination: anyIpv4, interfaceIndex: 0, ttl: 0, seconds: 0, nanoseconds: 0 };
  readArrivalFacts(batch.control, batch.controlAt(slot), batch.controlEnd(slot), facts);
  return withinDay(facts.seconds, facts.nanoseconds);
}
