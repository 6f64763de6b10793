/**
 * Frames are pooled: a simulation that allocates for each packet spends its time collecting.
 *
 * Ownership: a frame has one owner. Handing it to a sink or to a `receive` function hands it over:
 * the new owner passes it on, or releases it when it is done. Nobody keeps a view of its bytes after
 * that; who needs the content longer copies it (`copyFrame`, `slice`). Nothing travels beside the
 * bytes: what a node does not read from the wire it does not know.
 */
export interface Frame {
  /** At least `length` long; what lies behind `length` is left over from earlier use. */
  readonly bytes: Uint8Array;
  length: number;
}

/** Holds Ethernet frames up to an MTU of 2 034; larger ones are allocated to their size class. */
const smallBytes = 2_048;
const largeBytes = 65_600;

/** Beyond so many idle frames of a class the rest is left to the collector. */
const keptSmall = 65_536;
const keptLarge = 256;

export interface FramePool {
  readonly small: Frame[];
  readonly large: Frame[];
}

export function createFramePool(): FramePool {
  return { small: [], large: [] };
}

/** A frame of `length` bytes whose content is arbitrary: write every byte. */
export function takeFrame(pool: FramePool, length: number): Frame {
  const small = length <= smallBytes;
  const frame = (small ? pool.small : pool.large).pop();
  if (frame === undefined || frame.bytes.length < length) {
    const room = small ? smallBytes : Math.max(length, largeBytes);
    return { bytes: new Uint8Array(room), length };
  }
  frame.length = length;
  return frame;
}

export function releaseFrame(pool: FramePool, frame: Frame): void {
  if (frame.bytes.length === smallBytes) {
    if (pool.small.length < keptSmall) pool.small.push(frame);
  } else if (pool.large.length < keptLarge) {
    pool.large.push(frame);
  }
}

export function copyFrame(pool: FramePool, frame: Frame): Frame {
  const copy = takeFrame(pool, frame.length);
  copy.bytes.set(frame.bytes.subarray(0, frame.length));
  return copy;
}
