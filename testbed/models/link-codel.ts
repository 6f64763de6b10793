/** CoDel as RFC 8289 5 writes it: which waiting frame leaves next, and which are dropped before it. */
import type { Frame } from '../../src/base/frame.ts';
import { never } from '../../src/base/time.ts';
import { firstTimeNs, shiftFrame } from './link-line.ts';
import {
  type CodelState,
  dropFrame,
  ethernetHeaderBytes,
  type LinkDirection,
} from './link-state.ts';

export interface CodelTimes {
  readonly targetNs: number;
  readonly intervalNs: number;
}

/** RFC 8289 5.6. */
export function takeByCodel(
  link: LinkDirection,
  nowNs: number,
  times: CodelTimes,
): Frame | undefined {
  const { codel } = link;
  const frame = takeAndJudge(link, nowNs, times);
  if (codel.dropping) return continueDropping(link, nowNs, times, frame);
  if (!codel.okToDrop || frame === undefined) return frame;
  dropFrame(link, frame, 'codel');
  const next = takeAndJudge(link, nowNs, times);
  enterDropState(codel, nowNs, times.intervalNs);
  return next;
}

function continueDropping(
  link: LinkDirection,
  nowNs: number,
  times: CodelTimes,
  first: Frame | undefined,
): Frame | undefined {
  const { codel } = link;
  let frame = first;
  codel.dropping = codel.okToDrop;
  while (codel.dropping && nowNs >= codel.dropNextNs && frame !== undefined) {
    dropFrame(link, frame, 'codel');
    frame = takeAndJudge(link, nowNs, times);
    codel.dropping = codel.okToDrop;
    if (codel.dropping) scheduleNextDrop(codel, times.intervalNs);
  }
  return frame;
}

/** A drop that ends the drop state is not counted: it asked for no further one. */
function scheduleNextDrop(codel: CodelState, intervalNs: number): void {
  codel.count++;
  codel.dropNextNs = controlLaw(codel.dropNextNs, codel, intervalNs);
}

/** A return to the drop state soon after it was left starts at the rate that held the queue then. */
function enterDropState(codel: CodelState, nowNs: number, intervalNs: number): void {
  const dropsOfLastTime = codel.count - codel.lastCount;
  const recent = nowNs - codel.dropNextNs < 16 * intervalNs;
  codel.dropping = true;
  codel.count = dropsOfLastTime > 1 && recent ? dropsOfLastTime : 1;
  codel.lastCount = codel.count;
  codel.dropNextNs = controlLaw(nowNs, codel, intervalNs);
}

/** RFC 8289 5.4. */
function controlLaw(fromNs: number, codel: CodelState, intervalNs: number): number {
  return fromNs + intervalNs / Math.sqrt(codel.count);
}

/** RFC 8289 5.5, `dodequeue`: its `ok_to_drop` is left in the state. */
function takeAndJudge(link: LinkDirection, nowNs: number, times: CodelTimes): Frame | undefined {
  const { codel, queue } = link;
  codel.okToDrop = false;
  if (queue === undefined || queue.count === 0) {
    codel.firstAboveNs = never;
    return undefined;
  }
  const sojournNs = nowNs - firstTimeNs(queue);
  const frame = shiftFrame(queue);
  const largestFrameBytes = link.settings.mtuBytes + ethernetHeaderBytes;
  if (sojournNs < times.targetNs || queue.bytes <= largestFrameBytes) codel.firstAboveNs = never;
  else if (codel.firstAboveNs === never) codel.firstAboveNs = nowNs + times.intervalNs;
  else codel.okToDrop = nowNs >= codel.firstAboveNs;
  return frame;
}
