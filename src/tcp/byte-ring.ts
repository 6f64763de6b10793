/** Bytes in the order of a stream, in one buffer that grows by doubling and goes when it is empty. */

export interface ByteRing {
  /** A power of two long, or empty. */
  bytes: Uint8Array;
  /** Where the first byte stands. */
  start: number;
  /** How many bytes are held, holes counted. */
  length: number;
}

const smallestBytes = 1_024;
/** An empty ring keeps a buffer of this size, so that a small exchange does not allocate each time. */
const keptBytes = 4_096;
const none = new Uint8Array(0);

export function createByteRing(): ByteRing {
  return { bytes: none, start: 0, length: 0 };
}

/** Writes source[from, to) at `offset` from the first byte; may leave a hole before it. */
export function writeRing(
  ring: ByteRing,
  offset: number,
  source: Uint8Array,
  from: number,
  to: number,
): void {
  const end = offset + to - from;
  if (end > ring.bytes.length) growRing(ring, end);
  const { bytes } = ring;
  const at = (ring.start + offset) & (bytes.length - 1);
  const untilWrap = bytes.length - at;
  if (to - from <= untilWrap) {
    copyBytes(source, from, to, bytes, at);
  } else {
    copyBytes(source, from, from + untilWrap, bytes, at);
    copyBytes(source, from + untilWrap, to, bytes, 0);
  }
  if (end > ring.length) ring.length = end;
}

/** Copies `count` bytes from `offset` on to target[at...]. */
export function copyRing(
  ring: ByteRing,
  offset: number,
  count: number,
  target: Uint8Array,
  at: number,
): void {
  const { bytes } = ring;
  const from = (ring.start + offset) & (bytes.length - 1);
  const untilWrap = bytes.length - from;
  if (count <= untilWrap) {
    copyBytes(bytes, from, from + count, target, at);
  } else {
    copyBytes(bytes, from, bytes.length, target, at);
    copyBytes(bytes, 0, count - untilWrap, target, at + untilWrap);
  }
}

/** The bytes from the first on that stand in one piece, at most `most`; valid until the ring changes. */
export function peekRing(ring: ByteRing, most: number): Uint8Array {
  const count = Math.min(most, ring.length, ring.bytes.length - ring.start);
  return ring.bytes.subarray(ring.start, ring.start + count);
}

export function dropRing(ring: ByteRing, count: number): void {
  ring.length -= count;
  if (ring.length === 0) {
    ring.start = 0;
    if (ring.bytes.length > keptBytes) ring.bytes = none;
    return;
  }
  ring.start = (ring.start + count) & (ring.bytes.length - 1);
}

export function emptyRing(ring: ByteRing): void {
  ring.bytes = none;
  ring.start = 0;
  ring.length = 0;
}

function growRing(ring: ByteRing, needed: number): void {
  let room = Math.max(ring.bytes.length * 2, smallestBytes);
  while (room < needed) room *= 2;
  const grown = new Uint8Array(room);
  if (ring.length > 0) copyRing(ring, 0, ring.length, grown, 0);
  ring.bytes = grown;
  ring.start = 0;
}

/** `set` of a view that is made for it costs more than a short copy. */
function copyBytes(
  source: Uint8Array,
  from: number,
  to: number,
  target: Uint8Array,
  at: number,
): void {
  if (to - from > 64) {
    target.set(source.subarray(from, to), at);
    return;
  }
  for (let each = from; each < to; each++) target[at++] = source[each]!;
}
