/** A segment as it came, its options flattened: one object for all segments, so that none allocates. */
import { type Ip, readIpv4, readIpv6 } from '../base/address.ts';
import { readU16, readU32 } from '../base/bytes.ts';
import { ipv4Offset } from '../wire/ipv4.ts';
import { ipv6Offset } from '../wire/ipv6.ts';
import { tcpHeaderBytes, tcpOffset } from '../wire/tcp.ts';
import { tcpOptionKind } from '../wire/tcp-options.ts';

const mostBlocks = 4;
/** The shortest has three bytes and forty are there; more than a few in one segment is nonsense. */
const mostMultipath = 4;

export interface ArrivedSegment {
  source: Ip;
  destination: Ip;
  sourcePort: number;
  destinationPort: number;
  /** SEG.SEQ and SEG.ACK as on the wire. */
  wireSequence: number;
  wireAcknowledgment: number;
  /** The same, counted on past 2^32, once the connection is known. */
  sequence: number;
  acknowledgment: number;
  flags: number;
  window: number;
  /** The payload stands in bytes[payloadAt, end). */
  bytes: Uint8Array;
  payloadAt: number;
  end: number;
  /** RFC 3168 5: 3 is CE. */
  ecn: number;
  /** -1: the option is not there; so below. */
  mssBytes: number;
  windowShift: number;
  isSackPermitted: boolean;
  hasTimestamps: boolean;
  timestampValue: number;
  timestampEcho: number;
  /** Blocks of SACK, left and right edges in turn, as on the wire. */
  blockCount: number;
  readonly blocks: Float64Array;
  /** Where options of kind 30 begin in `bytes`: the first few. */
  multipathCount: number;
  readonly multipathAt: Int32Array;
}

const none = new Uint8Array(0);

export function createArrivedSegment(): ArrivedSegment {
  return {
    source: 0 as Ip,
    destination: 0 as Ip,
    sourcePort: 0,
    destinationPort: 0,
    wireSequence: 0,
    wireAcknowledgment: 0,
    sequence: 0,
    acknowledgment: 0,
    flags: 0,
    window: 0,
    bytes: none,
    payloadAt: 0,
    end: 0,
    ecn: 0,
    mssBytes: -1,
    windowShift: -1,
    isSackPermitted: false,
    hasTimestamps: false,
    timestampValue: 0,
    timestampEcho: 0,
    blockCount: 0,
    blocks: new Float64Array(mostBlocks * 2),
    multipathCount: 0,
    multipathAt: new Int32Array(mostMultipath),
  };
}

/** Reads the segment in [at, end) of the IP packet at `ipAt`. False: malformed. */
export function readSegment(
  segment: ArrivedSegment,
  bytes: Uint8Array,
  ipAt: number,
  at: number,
  end: number,
): boolean {
  if (end - at < tcpHeaderBytes) return false;
  const payloadAt = at + (bytes[at + tcpOffset.dataOffset]! >>> 4) * 4;
  if (payloadAt < at + tcpHeaderBytes || payloadAt > end) return false;
  readAddresses(segment, bytes, ipAt);
  segment.sourcePort = readU16(bytes, at + tcpOffset.sourcePort);
  segment.destinationPort = readU16(bytes, at + tcpOffset.destinationPort);
  segment.wireSequence = readU32(bytes, at + tcpOffset.sequence);
  segment.wireAcknowledgment = readU32(bytes, at + tcpOffset.acknowledgment);
  segment.flags = bytes[at + tcpOffset.flags]!;
  segment.window = readU16(bytes, at + tcpOffset.window);
  segment.bytes = bytes;
  segment.payloadAt = payloadAt;
  segment.end = end;
  return readOptions(segment, bytes, at + tcpOffset.options, payloadAt);
}

function readAddresses(segment: ArrivedSegment, bytes: Uint8Array, ipAt: number): void {
  if (bytes[ipAt]! >>> 4 === 4) {
    segment.source = readIpv4(bytes, ipAt + ipv4Offset.source);
    segment.destination = readIpv4(bytes, ipAt + ipv4Offset.destination);
    segment.ecn = bytes[ipAt + ipv4Offset.trafficClass]! & 3;
  } else {
    segment.source = readIpv6(bytes, ipAt + ipv6Offset.source);
    segment.destination = readIpv6(bytes, ipAt + ipv6Offset.destination);
    segment.ecn = (bytes[ipAt + 1]! >>> 4) & 3;
  }
}

/** RFC 9293 3.1: options of a wrong length are not heeded; a list that runs past its end is malformed. */
function readOptions(segment: ArrivedSegment, bytes: Uint8Array, at: number, end: number): boolean {
  segment.mssBytes = -1;
  segment.windowShift = -1;
  segment.isSackPermitted = false;
  segment.hasTimestamps = false;
  segment.blockCount = 0;
  segment.multipathCount = 0;
  while (at < end) {
    const kind = bytes[at]!;
    if (kind === tcpOptionKind.endOfList) return true;
    if (kind === tcpOptionKind.noOperation) {
      at += 1;
      continue;
    }
    const length = at + 1 < end ? bytes[at + 1]! : 0;
    if (length < 2 || at + length > end) return false;
    readOption(segment, bytes, kind, at + 2, length - 2);
    at += length;
  }
  return true;
}

function readOption(
  segment: ArrivedSegment,
  bytes: Uint8Array,
  kind: number,
  at: number,
  bodyBytes: number,
): void {
  if (kind === tcpOptionKind.timestamps && bodyBytes === 8) {
    segment.hasTimestamps = true;
    segment.timestampValue = readU32(bytes, at);
    segment.timestampEcho = readU32(bytes, at + 4);
  } else if (kind === tcpOptionKind.sack && bodyBytes % 8 === 0) {
    segment.blockCount = Math.min(bodyBytes / 8, mostBlocks);
    for (let edge = 0; edge < segment.blockCount * 2; edge++) {
      segment.blocks[edge] = readU32(bytes, at + edge * 4);
    }
  } else if (kind === tcpOptionKind.maximumSegmentSize && bodyBytes === 2) {
    segment.mssBytes = readU16(bytes, at);
  } else if (kind === tcpOptionKind.windowScale && bodyBytes === 1) {
    segment.windowShift = bytes[at]!;
  } else if (kind === tcpOptionKind.sackPermitted && bodyBytes === 0) {
    segment.isSackPermitted = true;
  } else if (kind === tcpOptionKind.mptcp && segment.multipathCount < mostMultipath) {
    segment.multipathAt[segment.multipathCount++] = at - 2;
  }
}
