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
  /** For its owner: who stands behind it in a line of frames, and when it is due there. */
  behind?: Frame | undefined;
  timeNs?: number;
}

/**
 * Odd multiples of a cache line: with a power of two, thousands of frames under way would all begin
 * in the same few sets of the cache. The second holds what Ethernet carries without jumbo frames.
 */
const smallBytes = 320;
export const mediumBytes = 1_600;
const largeBytes = 65_600;

/** So many frames are cut from one piece of memory, for buffers of their own lie far apart. */
const framesASlab = 64;

/** Beyond so many idle frames of a class the rest is left to the collector. */
const keptSmall = 65_536;
const keptLarge = 256;

const scratchBytes = 128;

/** Where a pool's frames are cut from: who hands frames to a kernel must know the address of each. */
export type CutMemory = (bytes: number) => Uint8Array<ArrayBuffer>;

export interface FramePool {
  readonly small: Frame[];
  readonly medium: Frame[];
  readonly large: Frame[];
  /** For who handles a frame, until it has: one room for all machines, so that it stays in the cache. */
  readonly scratch: Uint8Array;
  readonly cut: CutMemory;
}

export function createFramePool(cut: CutMemory = (bytes) => new Uint8Array(bytes)): FramePool {
  return { small: [], medium: [], large: [], scratch: new Uint8Array(scratchBytes), cut };
}

/** A frame of `length` bytes whose content is arbitrary: write every byte. */
export function takeFrame(pool: FramePool, length: number): Frame {
  if (length > mediumBytes) return takeLarge(pool, length);
  const idle = length <= smallBytes ? pool.small : pool.medium;
  if (idle.length === 0) cutSlab(pool, idle, length <= smallBytes ? smallBytes : mediumBytes);
  const frame = idle.pop()!;
  frame.length = length;
  return frame;
}

function cutSlab(pool: FramePool, idle: Frame[], room: number): void {
  const { buffer, byteOffset } = pool.cut(framesASlab * room);
  for (let at = (framesASlab - 1) * room; at >= 0; at -= room) {
    idle.push(createFrame(new Uint8Array(buffer, byteOffset + at, room), 0));
  }
}

/** All frames have the same fields, and a time for which room is kept from the beginning. */
function createFrame(bytes: Uint8Array, length: number): Frame {
  return { bytes, length, behind: undefined, timeNs: Number.POSITIVE_INFINITY };
}

function takeLarge(pool: FramePool, length: number): Frame {
  const frame = pool.large.pop();
  if (frame === undefined || frame.bytes.length < length) {
    return createFrame(pool.cut(Math.max(length, largeBytes)), length);
  }
  frame.length = length;
  return frame;
}

export function releaseFrame(pool: FramePool, frame: Frame): void {
  const room = frame.bytes.length;
  if (room > mediumBytes) {
    if (pool.large.length < keptLarge) pool.large.push(frame);
    return;
  }
  const idle = room === smallBytes ? pool.small : pool.medium;
  if (idle.length < keptSmall) idle.push(frame);
}

export function copyFrame(pool: FramePool, frame: Frame): Frame {
  const copy = takeFrame(pool, frame.length);
  copy.bytes.set(frame.bytes.subarray(0, frame.length));
  return copy;
}
