/**
 * One direction of a link: queue, transmitter, wire.
 *
 *   offerFrame ─▶ [ queue ] ─▶ transmitter (rate) ─▶ wire (delay, loss, …) ─▶ advanceLink ─▶ sink
 *
 * The README of this folder says what a change does to frames that are under way.
 */
import { type Frame, type FramePool, releaseFrame } from '../../src/base/frame.ts';
import { never } from '../../src/base/time.ts';
import type { DirectionSettings } from '../schema/link-settings.ts';
import { cutLine, firstTimeNs, shiftFrame } from './link-line.ts';
import { isPlain, offerPlainly, takePlainly } from './link-plain.ts';
import { createLinkSlab, type LinkSlab, linkNumber } from './link-slab.ts';
import {
  createCodel,
  type DropReason,
  dropFrame,
  ethernetHeaderBytes,
  LinkDirection,
  type LinkSeed,
} from './link-state.ts';
import {
  acceptFrame,
  pauseTransmitter,
  resumeTransmitter,
  serveUntil,
} from './link-transmitter.ts';
import { takeArrived } from './link-wire.ts';

export type { DropReason, LinkDirection, LinkSeed } from './link-state.ts';

export interface LinkSink {
  /** The frame is the sink's from now on. Called by `advanceLink` only, so that nothing recurs. */
  deliver(frame: Frame): void;
  /** For reading during the call: the link releases the frame afterwards. */
  dropped(frame: Frame, reason: DropReason): void;
}

/** Links that carry traffic side by side share a slab. */
export function createLink(
  settings: DirectionSettings,
  seed: LinkSeed,
  pool: FramePool,
  slab: LinkSlab = createLinkSlab(1),
): LinkDirection {
  const link = new LinkDirection(settings, seed, pool, slab);
  adoptSettings(link, settings);
  return link;
}

/** Takes the frame over. */
export function offerFrame(link: LinkDirection, nowNs: number, frame: Frame, sink: LinkSink): void {
  const { numbers, row } = link;
  numbers[row + linkNumber.offeredFrames]! += 1;
  numbers[row + linkNumber.offeredBytes]! += frame.length;
  if (offerPlainly(link, nowNs, frame)) return;
  serveUntil(link, nowNs);
  if (!link.settings.up) dropFrame(link, frame, 'down');
  else if (frame.length - ethernetHeaderBytes > link.settings.mtuBytes) {
    dropFrame(link, frame, 'oversized');
  } else acceptFrame(link, nowNs, frame);
  settleLink(link, sink);
}

/** Delivers what has arrived by `nowNs`. */
export function advanceLink(link: LinkDirection, nowNs: number, sink: LinkSink): void {
  for (;;) {
    const frame = takePlainly(link, nowNs);
    if (frame === undefined) break;
    deliver(link, frame, sink);
  }
  if (link.deadlineNs > nowNs) return;
  serveUntil(link, nowNs);
  if (link.hasUntold) tellDrops(link, sink);
  for (;;) {
    const frame = takeArrived(link, nowNs);
    if (frame === undefined) break;
    deliver(link, frame, sink);
  }
  settleLink(link, sink);
}

function deliver(link: LinkDirection, frame: Frame, sink: LinkSink): void {
  const { numbers, row } = link;
  numbers[row + linkNumber.deliveredFrames]! += 1;
  numbers[row + linkNumber.deliveredBytes]! += frame.length;
  sink.deliver(frame);
}

/** From `nowNs` on these settings hold; those that the patch leaves out stay. */
export function changeLink(
  link: LinkDirection,
  nowNs: number,
  patch: Partial<DirectionSettings>,
  sink: LinkSink,
): void {
  serveUntil(link, nowNs);
  const before = link.settings;
  const after = { ...before, ...patch };
  const repaced = before.rateBps !== after.rateBps || before.trace !== after.trace;
  if (repaced) pauseTransmitter(link, nowNs);
  if (before.queue.discipline.kind !== after.queue.discipline.kind) link.codel = createCodel();
  adoptSettings(link, after);
  if (!after.up) dropAll(link);
  dropTail(link);
  if (repaced) resumeTransmitter(link, nowNs);
  settleLink(link, sink);
}

/** Queued, on the transmitter, or on the wire. */
export function framesInside(link: LinkDirection): number {
  const sending = link.current === undefined ? 0 : 1;
  return sending + (link.queue?.count ?? 0) + (link.wire?.count ?? 0) + (link.held?.count ?? 0);
}

/** For who makes a `LinkDirection` without `createLink`, and for `changeLink`. */
export function adoptSettings(link: LinkDirection, settings: DirectionSettings): void {
  const { loss, queue, trace } = settings;
  if (loss.model === 'list') link.listedLosses = new Set(loss.frames);
  link.wakesAtService =
    loss.model !== 'none' || trace !== undefined || queue.discipline.kind === 'codel';
  link.isPlain = isPlain(settings);
  link.settings = settings;
}

function dropAll(link: LinkDirection): void {
  if (link.current !== undefined) dropFrame(link, link.current, 'down');
  link.current = undefined;
  link.serviceNs = never;
  for (const line of [link.held, link.wire, link.queue]) {
    while (line !== undefined && line.count > 0) dropFrame(link, shiftFrame(line), 'down');
  }
  link.wireDueNs = never;
  link.lastDueNs = 0;
  link.codel = createCodel();
}

function dropTail(link: LinkDirection): void {
  const { queue } = link;
  if (queue === undefined) return;
  const { limitFrames, limitBytes } = link.settings.queue;
  if (queue.count <= limitFrames && queue.bytes <= limitBytes) return;
  for (const frame of cutLine(queue, limitFrames, limitBytes)) dropFrame(link, frame, 'overflowed');
}

/** The sink is called last: it may offer frames and change this very link. */
function settleLink(link: LinkDirection, sink: LinkSink): void {
  link.deadlineNs = nextDeadlineNs(link);
  if (link.hasUntold) tellDrops(link, sink);
}

function nextDeadlineNs(link: LinkDirection): number {
  const { delayNs, jitterNs } = link.settings;
  const { held, serviceNs, wireDueNs } = link;
  const arrivalNs = held === undefined ? wireDueNs : Math.min(wireDueNs, firstTimeNs(held));
  if (serviceNs === never) return arrivalNs;
  const shortestNs = link.wakesAtService ? 0 : Math.max(0, delayNs - jitterNs);
  return Math.min(arrivalNs, serviceNs + shortestNs);
}

function tellDrops(link: LinkDirection, sink: LinkSink): void {
  while (link.toldCount < link.untoldFrames.length) {
    const frame = link.untoldFrames[link.toldCount]!;
    const reason = link.untoldReasons[link.toldCount]!;
    link.toldCount++;
    sink.dropped(frame, reason);
    releaseFrame(link.pool, frame);
  }
  link.hasUntold = false;
  link.untoldFrames.length = 0;
  link.untoldReasons.length = 0;
  link.toldCount = 0;
}
