/** Cutting packets that are larger than the link: RFC 791 3.2 (anywhere), RFC 8200 4.5 (at the source). */
import { readU16, writeU16 } from '../base/bytes.ts';
import { type Frame, type FramePool, releaseFrame, takeFrame } from '../base/frame.ts';
import { foldChecksum, sumWords } from '../wire/checksum.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { ipv4Fragment, ipv4HeaderBytes, ipv4Offset } from '../wire/ipv4.ts';
import { ipv6HeaderBytes, ipv6Offset } from '../wire/ipv6.ts';
import { emitIpv6Fragment, ipv6FragmentBytes } from '../wire/ipv6-fragment.ts';
import { ipAt } from './link-header.ts';

/** RFC 791 3.1: an option whose first bit is set goes into every fragment. */
const copiedOption = 0x80;
const endOfOptions = 0;
const noOperation = 1;

/** Packets of at most `mtuBytes`, a fragment's own place kept; the frame is used up. */
export function cutIpv4(pool: FramePool, whole: Frame, mtuBytes: number): Frame[] {
  const headerBytes = (whole.bytes[ipAt]! & 15) * 4;
  const first = readU16(whole.bytes, ipAt + ipv4Offset.fragment);
  const room = roomFor(mtuBytes - headerBytes);
  const end = whole.length;
  const frames: Frame[] = [];
  for (let at = ipAt + headerBytes; at < end; at += room) {
    const isFirst = frames.length === 0;
    const length = Math.min(room, end - at);
    const offset = (first & ipv4Fragment.offsetMask) + (at - ipAt - headerBytes) / 8;
    const more = at + length < end || (first & ipv4Fragment.more) !== 0;
    const word = (first & ipv4Fragment.dont) | (more ? ipv4Fragment.more : 0) | offset;
    frames.push(pieceOf(pool, whole, isFirst, at, length, word));
  }
  releaseFrame(pool, whole);
  return frames;
}

function pieceOf(
  pool: FramePool,
  whole: Frame,
  isFirst: boolean,
  at: number,
  length: number,
  fragmentWord: number,
): Frame {
  const wholeHeaderBytes = (whole.bytes[ipAt]! & 15) * 4;
  const options = isFirst ? undefined : copiedOptions(whole.bytes, wholeHeaderBytes);
  const headerBytes = options === undefined ? wholeHeaderBytes : ipv4HeaderBytes + options.length;
  const frame = takeFrame(pool, ipAt + headerBytes + length);
  const { bytes } = frame;
  bytes.set(whole.bytes.subarray(0, ipAt + ipv4HeaderBytes));
  bytes.set(
    options ?? whole.bytes.subarray(ipAt + ipv4HeaderBytes, ipAt + headerBytes),
    ipAt + ipv4HeaderBytes,
  );
  bytes.set(whole.bytes.subarray(at, at + length), ipAt + headerBytes);
  bytes[ipAt] = 0x40 | (headerBytes / 4);
  writeU16(bytes, ipAt + ipv4Offset.totalLength, headerBytes + length);
  writeU16(bytes, ipAt + ipv4Offset.fragment, fragmentWord);
  sealIpv4(bytes);
  return frame;
}

/** Offsets count in units of 8 bytes; a link too small for one gets one all the same. */
function roomFor(bytes: number): number {
  return Math.max(8, bytes & ~7);
}

/** The header checksum, anew. */
export function sealIpv4(bytes: Uint8Array): void {
  const headerBytes = (bytes[ipAt]! & 15) * 4;
  writeU16(bytes, ipAt + ipv4Offset.checksum, 0);
  const checksum = foldChecksum(sumWords(bytes, ipAt, ipAt + headerBytes));
  writeU16(bytes, ipAt + ipv4Offset.checksum, checksum);
}

function copiedOptions(bytes: Uint8Array, headerBytes: number): Uint8Array {
  const kept: number[] = [];
  const end = ipAt + headerBytes;
  for (let at = ipAt + ipv4HeaderBytes; at < end && bytes[at] !== endOfOptions; ) {
    const length = bytes[at] === noOperation ? 1 : Math.max(bytes[at + 1] ?? 0, 1);
    if ((bytes[at]! & copiedOption) !== 0)
      kept.push(...bytes.subarray(at, Math.min(at + length, end)));
    at += length;
  }
  const padded = new Uint8Array(Math.ceil(kept.length / 4) * 4);
  padded.set(kept);
  return padded;
}

/** For packets made here: they have no extension headers. The frame is used up. */
export function cutIpv6(
  pool: FramePool,
  whole: Frame,
  mtuBytes: number,
  identification: number,
): Frame[] {
  const nextHeader = whole.bytes[ipAt + ipv6Offset.nextHeader]!;
  const partsAt = ipAt + ipv6HeaderBytes;
  const room = roomFor(mtuBytes - ipv6HeaderBytes - ipv6FragmentBytes);
  const frames: Frame[] = [];
  for (let at = partsAt; at < whole.length; at += room) {
    const length = Math.min(room, whole.length - at);
    const frame = takeFrame(pool, partsAt + ipv6FragmentBytes + length);
    const { bytes } = frame;
    bytes.set(whole.bytes.subarray(0, partsAt));
    writeU16(bytes, ipAt + ipv6Offset.payloadLength, ipv6FragmentBytes + length);
    bytes[ipAt + ipv6Offset.nextHeader] = ipProtocol.fragment;
    const moreFragments = at + length < whole.length;
    const header = { nextHeader, fragmentOffset: at - partsAt, moreFragments, identification };
    const dataAt = emitIpv6Fragment(bytes, partsAt, header);
    bytes.set(whole.bytes.subarray(at, at + length), dataAt);
    frames.push(frame);
  }
  releaseFrame(pool, whole);
  return frames;
}
