/**
 * Frames in order, each with a time. They are chained to each other, because a frame is at hand anyway:
 * among thousands of links each array is some cache misses more.
 */
import type { Frame } from '../../src/base/frame.ts';
import { never } from '../../src/base/time.ts';

export interface FrameLine {
  first: Frame | undefined;
  last: Frame | undefined;
  count: number;
  /** Of all frames together. */
  bytes: number;
}

export function createLine(): FrameLine {
  return { first: undefined, last: undefined, count: 0, bytes: 0 };
}

/** The time of the first frame; `never` where there is none. */
export function firstTimeNs({ first }: FrameLine): number {
  return first === undefined ? never : first.timeNs!;
}

export function pushFrame(line: FrameLine, frame: Frame, timeNs: number): void {
  frame.timeNs = timeNs;
  if (line.last === undefined) line.first = frame;
  else line.last.behind = frame;
  line.last = frame;
  line.count++;
  line.bytes += frame.length;
}

/** Puts a frame behind those that are not later than it. */
export function insertFrame(line: FrameLine, frame: Frame, timeNs: number): void {
  if (line.last === undefined || line.last.timeNs! <= timeNs) {
    pushFrame(line, frame, timeNs);
    return;
  }
  let ahead: Frame | undefined;
  let behind = line.first!;
  while (behind.timeNs! <= timeNs) {
    ahead = behind;
    behind = behind.behind!;
  }
  frame.timeNs = timeNs;
  frame.behind = behind;
  if (ahead === undefined) line.first = frame;
  else ahead.behind = frame;
  line.count++;
  line.bytes += frame.length;
}

/** The first frame; the caller knows that there is one. */
export function shiftFrame(line: FrameLine): Frame {
  const frame = line.first!;
  line.first = frame.behind;
  if (frame.behind === undefined) line.last = undefined;
  else frame.behind = undefined;
  line.count--;
  line.bytes -= frame.length;
  return frame;
}

/** Keeps the frames from the first on that are within both limits; those cut off, the last one first. */
export function cutLine(line: FrameLine, limitFrames: number, limitBytes: number): Frame[] {
  const frames: Frame[] = [];
  while (line.first !== undefined) frames.push(shiftFrame(line));
  let kept = 0;
  for (; kept < frames.length && kept < limitFrames; kept++) {
    const frame = frames[kept]!;
    if (line.bytes + frame.length > limitBytes) break;
    pushFrame(line, frame, frame.timeNs!);
  }
  return frames.slice(kept).reverse();
}
