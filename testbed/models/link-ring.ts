/** Frames in order, each with a time: a ring that grows by doubling and allocates nothing per frame. */
import type { Frame } from '../../src/base/frame.ts';
import { never } from '../../src/base/time.ts';

export interface FrameRing {
  frames: Frame[];
  timesNs: Float64Array;
  head: number;
  count: number;
  /** Of all frames together. */
  bytes: number;
}

const firstRoom = 8;

export function createRing(): FrameRing {
  return { frames: [], timesNs: new Float64Array(firstRoom), head: 0, count: 0, bytes: 0 };
}

/** The time of the first frame; `never` where there is none. */
export function firstTimeNs(ring: FrameRing): number {
  return ring.count === 0 ? never : ring.timesNs[ring.head]!;
}

export function pushFrame(ring: FrameRing, frame: Frame, timeNs: number): void {
  if (ring.count === ring.timesNs.length) growRing(ring);
  const at = (ring.head + ring.count) & (ring.timesNs.length - 1);
  ring.frames[at] = frame;
  ring.timesNs[at] = timeNs;
  ring.count++;
  ring.bytes += frame.length;
}

/** Puts a frame behind those that are not later than it. */
export function insertFrame(ring: FrameRing, frame: Frame, timeNs: number): void {
  pushFrame(ring, frame, timeNs);
  const mask = ring.timesNs.length - 1;
  for (let place = ring.count - 1; place > 0; place--) {
    const at = (ring.head + place) & mask;
    const ahead = (at - 1) & mask;
    if (ring.timesNs[ahead]! <= timeNs) return;
    ring.frames[at] = ring.frames[ahead]!;
    ring.timesNs[at] = ring.timesNs[ahead]!;
    ring.frames[ahead] = frame;
    ring.timesNs[ahead] = timeNs;
  }
}

/** The first frame; the caller knows that there is one. */
export function shiftFrame(ring: FrameRing): Frame {
  const frame = ring.frames[ring.head]!;
  ring.head = (ring.head + 1) & (ring.timesNs.length - 1);
  ring.count--;
  ring.bytes -= frame.length;
  return frame;
}

/** The last frame; the caller knows that there is one. */
export function popFrame(ring: FrameRing): Frame {
  ring.count--;
  const frame = ring.frames[(ring.head + ring.count) & (ring.timesNs.length - 1)]!;
  ring.bytes -= frame.length;
  return frame;
}

function growRing(ring: FrameRing): void {
  const room = ring.timesNs.length;
  const timesNs = new Float64Array(room * 2);
  const frames: Frame[] = [];
  for (let place = 0; place < ring.count; place++) {
    const at = (ring.head + place) & (room - 1);
    frames.push(ring.frames[at]!);
    timesNs[place] = ring.timesNs[at]!;
  }
  ring.frames = frames;
  ring.timesNs = timesNs;
  ring.head = 0;
}
