/**
 * The payload of Ropewalk's own test traffic, over UDP.
 *
 *   0               4               8               12              16
 *   +---------------+---+---+-------+---------------+---------------+
 *   |    CRC-32     |52 |1 k| size  |     flow      |    number     |
 *   +---------------+---+---+-------+---------------+---------------+
 *   |      sent at (signed, ns)     |   zeros to the asked size …
 *   +-------------------------------+--------------------------------
 *
 * The CRC covers the rest of the header; what follows must be zeros, so that every turned bit shows
 * and a large datagram costs little. `1` is the version, `k` the kind; size is that of the datagram.
 * A flow is named by the CRC-32 of its name in UTF-8. Numbers count from 1 for each flow and kind;
 * that of an `end` is how many were sent. `sent at` is on the sender's clock; a response brings the
 * request's back.
 */
import { readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts';
import { crc32 } from '../base/crc32.ts';
import { type Malformed, malformed } from './malformed.ts';

const flowOffset = {
  checksum: 0,
  magic: 4,
  kind: 5,
  size: 6,
  flow: 8,
  number: 12,
  sentAt: 16,
} as const;
/** Where a datagram says how long it is. */
export const flowSizeAt = flowOffset.size;
/** The smallest datagram. */
export const flowHeaderBytes = 24;

const magic = 0x52;
const version = 0x10;

const kinds = [
  'open',
  'open-ack',
  'data',
  'end',
  'end-ack',
  'request',
  'response',
] as const satisfies readonly string[];
export type FlowKind = (typeof kinds)[number];

export interface FlowDatagram {
  readonly kind: FlowKind;
  /** `flowIdOf` its name. */
  readonly flow: number;
  readonly number: number;
  readonly sentAtNs: number;
  /** Of the whole datagram. */
  readonly bytes: number;
}

export function flowIdOf(name: string): number {
  const bytes = new TextEncoder().encode(name);
  return crc32(bytes, 0, bytes.length);
}

export function parseFlow(bytes: Uint8Array, at: number, end: number): FlowDatagram | Malformed {
  if (end - at < flowHeaderBytes) return malformed(`flow: ${end - at} of 24 header bytes`);
  if (bytes[at + flowOffset.magic] !== magic) return malformed('flow: another magic');
  const headerEnd = at + flowHeaderBytes;
  if (readU32(bytes, at) !== crc32(bytes, at + flowOffset.magic, headerEnd)) {
    return malformed('flow: the checksum is wrong');
  }
  const kind = kinds[bytes[at + flowOffset.kind]! - version - 1];
  if (kind === undefined) return malformed('flow: an unknown version or kind');
  if (readU16(bytes, at + flowOffset.size) !== end - at) return malformed('flow: another size');
  if (!isZero(bytes, headerEnd, end)) return malformed('flow: the filling is not zeros');
  return {
    kind,
    flow: readU32(bytes, at + flowOffset.flow),
    number: readU32(bytes, at + flowOffset.number),
    sentAtNs: readSigned64(bytes, at + flowOffset.sentAt),
    bytes: end - at,
  };
}

/** `bytes` is 24 at least, and what fits a UDP datagram at most. */
export function emitFlow(bytes: Uint8Array, at: number, datagram: FlowDatagram): number {
  const headerEnd = at + flowHeaderBytes;
  bytes[at + flowOffset.magic] = magic;
  bytes[at + flowOffset.kind] = version + kinds.indexOf(datagram.kind) + 1;
  writeU16(bytes, at + flowOffset.size, datagram.bytes);
  writeU32(bytes, at + flowOffset.flow, datagram.flow);
  writeU32(bytes, at + flowOffset.number, datagram.number);
  writeSigned64(bytes, at + flowOffset.sentAt, datagram.sentAtNs);
  writeU32(bytes, at, crc32(bytes, at + flowOffset.magic, headerEnd));
  const end = at + datagram.bytes;
  bytes.fill(0, headerEnd, end);
  return end;
}

export function describeFlow(datagram: FlowDatagram): string {
  const { kind, flow, number, bytes } = datagram;
  return `${kind} ${number} of flow ${flow.toString(16).padStart(8, '0')}, ${bytes} bytes`;
}

/** Exact for whole numbers up to 2^53; a skewed clock may stand before zero. */
function readSigned64(bytes: Uint8Array, at: number): number {
  return (readU32(bytes, at) | 0) * 4_294_967_296 + readU32(bytes, at + 4);
}

function writeSigned64(bytes: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / 4_294_967_296);
  writeU32(bytes, at, high);
  writeU32(bytes, at + 4, value - high * 4_294_967_296);
}

/** By words where there are some: most of what flows carry is filling, and all of it is looked at. */
function isZero(bytes: Uint8Array, at: number, end: number): boolean {
  const wordsAt = at + (-(bytes.byteOffset + at) & 3);
  const count = (end - wordsAt) >> 2;
  if (count <= 0) return isZeroByBytes(bytes, at, end);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + wordsAt, count);
  let seen = 0;
  for (let each = 0; each < count; each++) seen |= words[each]!;
  if (seen !== 0) return false;
  return isZeroByBytes(bytes, at, wordsAt) && isZeroByBytes(bytes, wordsAt + count * 4, end);
}

function isZeroByBytes(bytes: Uint8Array, at: number, end: number): boolean {
  let seen = 0;
  for (let next = at; next < end; next++) seen |= bytes[next]!;
  return seen === 0;
}
