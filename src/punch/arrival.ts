/**
 * Keeps the order of packets where the sender changed their path: the newer path may be the faster
 * one. What comes by it waits until the fence has come by the older one, behind its last packet.
 */
import { never } from '../base/time.ts';

interface Held {
  readonly counter: number;
  readonly epoch: number;
  readonly packet: Uint8Array;
}

export interface Arrival {
  /** How often the sender changed the path of what is handed on now. */
  epoch: number;
  held: Held[];
  /** When what waits is handed on without its fence. */
  deadlineNs: number;
  /** Came after packets that were sent later. */
  lateCount: number;
}

type HandOn = (packet: Uint8Array) => void;

/** More than that is no queue but an attack on memory. */
const mostHeld = 8_192;

export function createArrival(): Arrival {
  return { epoch: 0, held: [], deadlineNs: never, lateCount: 0 };
}

/** `patienceNs`: how long the fence may take behind a packet of the newer path. */
export function takePacket(
  arrival: Arrival,
  nowNs: number,
  epoch: number,
  counter: number,
  packet: Uint8Array,
  patienceNs: number,
  handOn: HandOn,
): void {
  if (isAhead(epoch, arrival.epoch) && arrival.held.length < mostHeld) {
    arrival.held.push({ counter, epoch, packet });
    if (arrival.deadlineNs === never) arrival.deadlineNs = nowNs + patienceNs;
    return;
  }
  if (epoch !== arrival.epoch) arrival.lateCount += 1;
  handOn(packet);
}

export function takeFence(arrival: Arrival, epoch: number, handOn: HandOn): void {
  if (isAhead(epoch, arrival.epoch)) release(arrival, epoch, handOn);
}

export function advanceArrival(arrival: Arrival, nowNs: number, handOn: HandOn): void {
  if (nowNs < arrival.deadlineNs) return;
  const newest = arrival.held.reduce(
    (epoch, held) => (isAhead(held.epoch, epoch) ? held.epoch : epoch),
    arrival.epoch,
  );
  release(arrival, newest, handOn);
}

function release(arrival: Arrival, epoch: number, handOn: HandOn): void {
  arrival.epoch = epoch;
  const ready = arrival.held.filter((held) => !isAhead(held.epoch, epoch));
  arrival.held = arrival.held.filter((held) => isAhead(held.epoch, epoch));
  if (arrival.held.length === 0) arrival.deadlineNs = never;
  for (const { packet } of ready.toSorted((a, b) => a.counter - b.counter)) handOn(packet);
}

/** Epochs are 16 bits and begin anew after the last. */
export function isAhead(epoch: number, other: number): boolean {
  const distance = (epoch - other) & 0xffff;
  return distance > 0 && distance < 0x8000;
}
