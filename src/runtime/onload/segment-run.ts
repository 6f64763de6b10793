/**
 * Segments of one flow that follow each other and could be one: a device, or the kernel in its place, cuts
 * them apart again. VIRTIO 1.2, 5.1.6.2: the segment size, the length of the headers, where the checksum goes.
 */
import { readU16, readU32, writeU16 } from '../../base/bytes.ts';
import type { VirtioHeader } from '../../linux/tun.ts';
import { foldChecksum, pseudoHeaderSum, updateChecksum } from '../../wire/checksum.ts';
import { ethernetHeaderBytes, ethernetOffset, etherType } from '../../wire/ethernet.ts';
import { ipProtocol } from '../../wire/ip-protocol.ts';
import { ipv4HeaderBytes, ipv4Offset } from '../../wire/ipv4.ts';
import { ipv6HeaderBytes, ipv6Offset } from '../../wire/ipv6.ts';
import { tcpFlag, tcpOffset } from '../../wire/tcp.ts';

const ip = ethernetHeaderBytes;
/** VIRTIO_NET_HDR_GSO_TCPV4, VIRTIO_NET_HDR_GSO_TCPV6. */
const segmentType = { 4: 1, 6: 4 } as const;
const mostIpBytes = 65_535;
const plainFlags = tcpFlag.ack | tcpFlag.psh;

/** Of a data segment with no flags but ACK and PSH. */
export interface SegmentShape {
  readonly family: 4 | 6;
  readonly tcpAt: number;
  readonly payloadAt: number;
}

/** Undefined: it must leave as it is. */
export function shapeOf(frame: Uint8Array): SegmentShape | undefined {
  const type = readU16(frame, ethernetOffset.type);
  const family = type === etherType.ipv4 ? 4 : type === etherType.ipv6 ? 6 : undefined;
  if (family === undefined || protocolIn(frame, family) !== ipProtocol.tcp) return undefined;
  const tcpAt = ip + (family === 4 ? ipv4HeaderBytes : ipv6HeaderBytes);
  const flags = frame[tcpAt + tcpOffset.flags]!;
  const payloadAt = tcpAt + (frame[tcpAt + tcpOffset.dataOffset]! >>> 4) * 4;
  if ((flags & ~plainFlags) !== 0 || payloadAt >= frame.length) return undefined;
  return { family, tcpAt, payloadAt };
}

function protocolIn(frame: Uint8Array, family: 4 | 6): number | undefined {
  if (family === 6) return frame[ip + ipv6Offset.nextHeader];
  return frame[ip] === 0x45 ? frame[ip + ipv4Offset.protocol] : undefined;
}

/** What is gathered in the shared memory, and may grow until the kernel is told. */
export interface SegmentRun {
  readonly shape: SegmentShape;
  readonly segmentBytes: number;
  frameBytes: number;
  segments: number;
}

export function startRun(shape: SegmentShape, frameBytes: number): SegmentRun {
  return { shape, segmentBytes: frameBytes - shape.payloadAt, frameBytes, segments: 1 };
}

/** Whether `frame` goes on where the run, whose first headers are in `head`, ends. */
export function continuesRun(
  run: SegmentRun,
  head: Uint8Array,
  frame: Uint8Array,
  shape: SegmentShape,
): boolean {
  const { payloadAt, tcpAt, family } = run.shape;
  const gathered = run.frameBytes - payloadAt;
  if (shape.family !== family || shape.payloadAt !== payloadAt) return false;
  if (gathered % run.segmentBytes !== 0 || frame.length - payloadAt > run.segmentBytes)
    return false;
  if (run.frameBytes + frame.length - payloadAt - ip > mostIpBytes) return false;
  if ((head[tcpAt + tcpOffset.flags]! & tcpFlag.psh) !== 0) return false;
  const sequence = (readU32(head, tcpAt + tcpOffset.sequence) + gathered) >>> 0;
  if (readU32(frame, tcpAt + tcpOffset.sequence) !== sequence) return false;
  return isSameHead(head, frame, family, tcpAt, payloadAt);
}

/** All but lengths, identification, checksums, sequence number and flags. */
function isSameHead(
  head: Uint8Array,
  frame: Uint8Array,
  family: 4 | 6,
  tcpAt: number,
  payloadAt: number,
): boolean {
  const addressesAt = ip + (family === 4 ? ipv4Offset.source : ipv6Offset.source);
  return (
    isSame(head, frame, 0, ip + 2) &&
    isSame(head, frame, addressesAt, tcpAt + tcpOffset.sequence) &&
    isSame(head, frame, tcpAt + tcpOffset.acknowledgment, tcpAt + tcpOffset.flags) &&
    isSame(head, frame, tcpAt + tcpOffset.window, tcpAt + tcpOffset.checksum) &&
    isSame(head, frame, tcpAt + tcpOffset.checksum + 2, payloadAt)
  );
}

function isSame(one: Uint8Array, other: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (one[at] !== other[at]) return false;
  return true;
}

/** Writes the headers of a run that has grown; what the device is to be told of it. */
export function closeRun(run: SegmentRun, head: Uint8Array, lastFlags: number): VirtioHeader {
  const { family, tcpAt, payloadAt } = run.shape;
  head[tcpAt + tcpOffset.flags] = head[tcpAt + tcpOffset.flags]! | lastFlags;
  writeLength(head, family, run.frameBytes);
  const sum = pseudoHeaderSum(head, ip, ipProtocol.tcp, run.frameBytes - tcpAt);
  writeU16(head, tcpAt + tcpOffset.checksum, ~foldChecksum(sum) & 0xffff);
  return {
    needsChecksum: true,
    segmentType: segmentType[family],
    headerBytes: payloadAt,
    segmentBytes: run.segmentBytes,
    checksumStart: tcpAt,
    checksumOffset: tcpOffset.checksum,
  };
}

function writeLength(head: Uint8Array, family: 4 | 6, frameBytes: number): void {
  if (family === 6) {
    writeU16(head, ip + ipv6Offset.payloadLength, frameBytes - ip - ipv6HeaderBytes);
    return;
  }
  const before = readU16(head, ip + ipv4Offset.totalLength);
  const checksum = readU16(head, ip + ipv4Offset.checksum);
  writeU16(head, ip + ipv4Offset.totalLength, frameBytes - ip);
  writeU16(head, ip + ipv4Offset.checksum, updateChecksum(checksum, before, frameBytes - ip));
}
