/**
 * The transmitter: takes frames from the queue and sends them bit by bit at the link's rate, or byte
 * by byte at the opportunities of a trace. What happens at a time that has passed is worked out when
 * somebody asks next, so an undisturbed frame costs one wake-up: its arrival.
 */

import type { Frame } from '../../src/base/frame.ts';
import { never, nsPerSecond } from '../../src/base/time.ts';
import { takeByCodel } from './link-codel.ts';
import { createLine, pushFrame, shiftFrame } from './link-line.ts';
import {
  nextOpportunity,
  type OpportunityTrace,
  opportunityBits,
  seekOpportunity,
} from './link-opportunities.ts';
import { linkNumber } from './link-slab.ts';
import {
  countHighest,
  dropFrame,
  ethernetHeaderBytes,
  isEmpty,
  type LinkDirection,
} from './link-state.ts';
import { bitsBetween, lastBitNs } from './link-steps.ts';
import { enterWire } from './link-wire.ts';

/** Brings the transmitter up to `nowNs`. */
export function serveUntil(link: LinkDirection, nowNs: number): void {
  while (link.serviceNs <= nowNs) {
    const { trace } = link.settings;
    if (trace?.kind === 'mahimahi') useOpportunity(link, trace);
    else finishCurrent(link);
  }
}

/** A frame that comes to the transmitter, which is up to `nowNs`: sent, kept waiting or dropped. */
export function acceptFrame(link: LinkDirection, nowNs: number, frame: Frame): void {
  const { trace } = link.settings;
  const idle = link.current === undefined && isEmpty(link.queue);
  if (idle && trace?.kind !== 'mahimahi') {
    link.creditBitNs = 0;
    sendOrPass(link, nowNs, frame);
  } else if (idle || hasRoom(link, frame)) {
    enqueue(link, nowNs, frame);
    if (idle && trace?.kind === 'mahimahi') seekOpportunity(link, trace, nowNs);
  } else {
    dropFrame(link, frame, 'overflowed');
  }
}

/** Notes how much of the frame on the transmitter has left, before the rate changes. */
export function pauseTransmitter(link: LinkDirection, nowNs: number): void {
  const { trace, rateBps } = link.settings;
  if (link.current === undefined || trace?.kind === 'mahimahi') return;
  const sentBits =
    trace === undefined
      ? ((nowNs - link.sinceNs) * rateBps) / nsPerSecond
      : bitsBetween(trace, rateBps, link.sinceNs, nowNs);
  link.remainingBits = Math.max(0, link.remainingBits - sentBits);
}

/** Goes on under the new rate or trace. */
export function resumeTransmitter(link: LinkDirection, nowNs: number): void {
  const { trace } = link.settings;
  link.creditBitNs = 0;
  link.serviceNs = never;
  if (trace?.kind === 'mahimahi') {
    if (link.current !== undefined || !isEmpty(link.queue)) seekOpportunity(link, trace, nowNs);
  } else if (link.current === undefined) {
    sendNext(link, nowNs);
  } else {
    timeCurrent(link, nowNs);
  }
}

function finishCurrent(link: LinkDirection): void {
  const atNs = link.serviceNs;
  const frame = link.current!;
  link.current = undefined;
  link.serviceNs = never;
  enterWire(link, atNs, frame);
  sendNext(link, atNs);
}

function sendNext(link: LinkDirection, atNs: number): void {
  while (link.current === undefined) {
    const frame = takeWaiting(link, atNs);
    if (frame === undefined) return;
    sendOrPass(link, atNs, frame);
  }
}

/** A link without a rate has no transmitter to wait for. */
function sendOrPass(link: LinkDirection, atNs: number, frame: Frame): void {
  const { rateBps, trace } = link.settings;
  if (rateBps === never && trace === undefined) {
    enterWire(link, atNs, frame);
    return;
  }
  link.current = frame;
  link.remainingBits = frame.length * 8;
  timeCurrent(link, atNs);
}

function timeCurrent(link: LinkDirection, atNs: number): void {
  const { trace, rateBps } = link.settings;
  link.sinceNs = atNs;
  link.serviceNs =
    trace?.kind === 'steps'
      ? lastBitNs(trace, rateBps, link.remainingBits, atNs)
      : atNs + sendingNs(link, rateBps);
}

/**
 * Rounded up, as `serialisationNs` does; but what rounding cost a frame is given to the one right
 * behind it, so that a busy line keeps its rate however many frames pass.
 */
function sendingNs(link: LinkDirection, rateBps: number): number {
  const bitNs = link.remainingBits * nsPerSecond - link.creditBitNs;
  const durationNs = bitNs > 0 ? Math.ceil(bitNs / rateBps) : 0;
  link.creditBitNs = durationNs > 0 && durationNs < never ? durationNs * rateBps - bitNs : 0;
  return durationNs;
}

function useOpportunity(link: LinkDirection, trace: OpportunityTrace): void {
  const atNs = link.serviceNs;
  let leftBits = opportunityBits;
  while (leftBits > 0) {
    const frame = link.current ?? loadNext(link, atNs);
    if (frame === undefined) break;
    const usedBits = Math.min(leftBits, link.remainingBits);
    leftBits -= usedBits;
    link.remainingBits -= usedBits;
    if (link.remainingBits > 0) break;
    link.current = undefined;
    enterWire(link, atNs, frame);
  }
  if (link.current !== undefined || !isEmpty(link.queue)) nextOpportunity(link, trace);
  else link.serviceNs = never;
}

/** Mahimahi counts IP packets, so the Ethernet header rides for nothing. */
function loadNext(link: LinkDirection, atNs: number): Frame | undefined {
  link.current = takeWaiting(link, atNs);
  if (link.current === undefined) return undefined;
  link.remainingBits = Math.max(1, link.current.length - ethernetHeaderBytes) * 8;
  return link.current;
}

function takeWaiting(link: LinkDirection, atNs: number): Frame | undefined {
  const { discipline } = link.settings.queue;
  if (discipline.kind === 'codel') return takeByCodel(link, atNs, discipline);
  return isEmpty(link.queue) ? undefined : shiftFrame(link.queue!);
}

const empty = { count: 0, bytes: 0 };

function hasRoom(link: LinkDirection, frame: Frame): boolean {
  const { limitFrames, limitBytes } = link.settings.queue;
  const { count, bytes } = link.queue ?? empty;
  return count < limitFrames && bytes + frame.length <= limitBytes;
}

function enqueue(link: LinkDirection, nowNs: number, frame: Frame): void {
  link.queue ??= createLine();
  const { queue } = link;
  pushFrame(queue, frame, nowNs);
  countHighest(link, linkNumber.highestQueueFrames, queue.count);
  countHighest(link, linkNumber.highestQueueBytes, queue.bytes);
}
