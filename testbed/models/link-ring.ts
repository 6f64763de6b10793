/**
 * Frames in order, each with a time; nothing is allocated per frame. The first one stands in the ring
 * itself: most links carry one frame at a time, and among thousands of links each array is a cache miss.
 */
import type { Frame } from '../../src/base/frame.ts';
import { never } from '../../src/base/time.ts';

export interface FrameRing {
  first: Frame | undefined;
  firstNs: number;
  count: number;
  /** Of all frames together. */
  bytes: number;
  /** Made when a second frame comes. */
  rest: Rest | undefined;
}

/** A ring that grows by doubling: the frames behind the first. */
interface Rest {
  frames: Frame[];
  timesNs: Float64Array;
  head: number;
}

const firstRoom = 8;

export function createRing(): FrameRing {
  return { first: undefined, firstNs: never, count: 0, bytes: 0, rest: undefined };
}

/** The time of the first frame; `never` where there is none. */
export function firstTimeNs(ring: FrameRing): number {
  return ring.firstNs;
}

export function pushFrame(ring: FrameRing, frame: Frame, timeNs: number): void {
  if (ring.count === 0) {
    ring.first = frame;
    ring.firstNs = timeNs;
  } else {
    const rest = roomyRest(ring);
    write(rest, ring.count - 1, frame, timeNs);
  }
  ring.count++;
  ring.bytes += frame.length;
}

/** Puts a frame behind those that are not later than it. */
export function insertFrame(ring: FrameRing, frame: Frame, timeNs: number): void {
  if (ring.count > 0 && timeNs < ring.firstNs) {
    pushAhead(ring, frame, timeNs);
    return;
  }
  pushFrame(ring, frame, timeNs);
  for (let place = ring.count - 2; place > 0; place--) {
    const { frames, timesNs } = ring.rest!;
    const ahead = placeIn(ring.rest!, place - 1);
    if (timesNs[ahead]! <= timeNs) return;
    write(ring.rest!, place, frames[ahead]!, timesNs[ahead]!);
    write(ring.rest!, place - 1, frame, timeNs);
  }
}

function pushAhead(ring: FrameRing, frame: Frame, timeNs: number): void {
  const rest = roomyRest(ring);
  rest.head = placeIn(rest, -1);
  write(rest, 0, ring.first!, ring.firstNs);
  ring.first = frame;
  ring.firstNs = timeNs;
  ring.count++;
  ring.bytes += frame.length;
}

/** The first frame; the caller knows that there is one. */
export function shiftFrame(ring: FrameRing): Frame {
  const frame = ring.first!;
  ring.count--;
  ring.bytes -= frame.length;
  if (ring.count > 0) {
    const rest = ring.rest!;
    ring.first = rest.frames[rest.head]!;
    ring.firstNs = rest.timesNs[rest.head]!;
    rest.head = placeIn(rest, 1);
  } else {
    ring.first = undefined;
    ring.firstNs = never;
  }
  return frame;
}

/** The last frame; the caller knows that there is one. */
export function popFrame(ring: FrameRing): Frame {
  if (ring.count === 1) return shiftFrame(ring);
  ring.count--;
  const rest = ring.rest!;
  const frame = rest.frames[placeIn(rest, ring.count - 1)]!;
  ring.bytes -= frame.length;
  return frame;
}

function placeIn(rest: Rest, place: number): number {
  return (rest.head + place) & (rest.timesNs.length - 1);
}

function write(rest: Rest, place: number, frame: Frame, timeNs: number): void {
  const at = placeIn(rest, place);
  rest.frames[at] = frame;
  rest.timesNs[at] = timeNs;
}

/** With room for one frame more. */
function roomyRest(ring: FrameRing): Rest {
  ring.rest ??= { frames: new Array(firstRoom), timesNs: new Float64Array(firstRoom), head: 0 };
  if (ring.count > ring.rest.timesNs.length) growRest(ring.rest);
  return ring.rest;
}

function growRest(rest: Rest): void {
  const room = rest.timesNs.length;
  const timesNs = new Float64Array(room * 2);
  const frames: Frame[] = new Array(room * 2);
  for (let place = 0; place < room; place++) {
    const at = placeIn(rest, place);
    frames[place] = rest.frames[at]!;
    timesNs[place] = rest.timesNs[at]!;
  }
  rest.frames = frames;
  rest.timesNs = timesNs;
  rest.head = 0;
}
