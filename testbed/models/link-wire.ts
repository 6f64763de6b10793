/**
 * The wire: what chance does to a frame whose last bit has left, and when it arrives. Every kind is
 * drawn for every frame from a stream of its own, so no kind moves the outcomes of another.
 */

import { copyFrame, type Frame } from '../../src/base/frame.ts';
import { drawBelow, drawChance, drawUnit } from '../../src/base/random.ts';
import { createLine, firstTimeNs, insertFrame, shiftFrame } from './link-line.ts';
import { drawLoss } from './link-loss.ts';
import { putOnWire } from './link-plain.ts';
import { linkNumber } from './link-slab.ts';
import {
  type Chance,
  chanceOf,
  count,
  dropFrame,
  ethernetHeaderBytes,
  type LinkDirection,
} from './link-state.ts';
import { stepAt } from './link-steps.ts';

export function enterWire(link: LinkDirection, atNs: number, frame: Frame): void {
  const { settings } = link;
  const dueNs = drawDueNs(link, atNs);
  const lost = drawAnyLoss(link, atNs);
  const corrupted = happens(link, 'corrupt', settings.corruptRatio) && turnBit(link, frame);
  const duplicated = happens(link, 'duplicate', settings.duplicateRatio);
  const held = happens(link, 'reorder', settings.reorder.ratio);
  if (lost) {
    dropFrame(link, frame, 'lost');
    return;
  }
  if (corrupted) count(link, linkNumber.corruptedFrames, 1);
  if (held) count(link, linkNumber.reorderedFrames, 1);
  const copy = duplicated ? copyFrame(link.pool, frame) : undefined;
  travel(link, frame, dueNs, held);
  if (copy === undefined) return;
  count(link, linkNumber.duplicatedFrames, 1);
  travel(link, copy, dueNs, held);
}

/** The next frame that has arrived. Of two that are due together, the one that was held back is first. */
export function takeArrived(link: LinkDirection, nowNs: number): Frame | undefined {
  const { held, wireDueNs } = link;
  if (held !== undefined && held.count > 0 && firstTimeNs(held) <= wireDueNs) {
    return firstTimeNs(held) <= nowNs ? shiftFrame(held) : undefined;
  }
  if (wireDueNs > nowNs) return undefined;
  const wire = link.wire!;
  const frame = shiftFrame(wire);
  link.wireDueNs = firstTimeNs(wire);
  return frame;
}

function travel(link: LinkDirection, frame: Frame, dueNs: number, held: boolean): void {
  if (!held) {
    putOnWire(link, frame, dueNs);
    return;
  }
  link.held ??= createLine();
  insertFrame(link.held, frame, dueNs + link.settings.reorder.holdNs);
}

function happens(link: LinkDirection, kind: Chance, ratio: number): boolean {
  return ratio > 0 && drawChance(chanceOf(link, kind), ratio);
}

/** Never before the frame ahead, whatever jitter or a shorter delay would say: order is kept. */
function drawDueNs(link: LinkDirection, atNs: number): number {
  const { delayNs, jitterNs, trace } = link.settings;
  const meanNs = trace?.kind === 'steps' ? (stepAt(trace, atNs).delayNs ?? delayNs) : delayNs;
  const dueNs = atNs + (jitterNs > 0 ? drawDelayNs(link, meanNs, jitterNs) : meanNs);
  if (dueNs > link.lastDueNs) link.lastDueNs = dueNs;
  return link.lastDueNs;
}

function drawDelayNs(link: LinkDirection, meanNs: number, jitterNs: number): number {
  const spreadNs = Math.floor(drawUnit(chanceOf(link, 'jitter')) * (2 * jitterNs + 1));
  return Math.max(0, meanNs - jitterNs + spreadNs);
}

function drawAnyLoss(link: LinkDirection, atNs: number): boolean {
  const { trace } = link.settings;
  const own = drawLoss(link);
  if (trace?.kind !== 'steps') return own;
  return happens(link, 'trace-loss', stepAt(trace, atNs).lossRatio ?? 0) || own;
}

/** Behind the Ethernet header, where checksums must catch it. */
function turnBit(link: LinkDirection, frame: Frame): boolean {
  const payloadBits = (frame.length - ethernetHeaderBytes) * 8;
  if (payloadBits <= 0) return false;
  const bit = drawBelow(chanceOf(link, 'corrupt'), payloadBits);
  const at = ethernetHeaderBytes + (bit >>> 3);
  frame.bytes[at] = frame.bytes[at]! ^ (0x80 >>> (bit & 7));
  return true;
}
