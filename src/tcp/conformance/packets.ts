/** Packets of the script: made of the words of a line. */
import { writeU16 } from '../../base/bytes.ts';
import { type EmptyPacket, makeIpPacket } from '../../ip/empty-packet.ts';
import { emitIcmp, type Icmp, icmpUnreachableCode, measureIcmp } from '../../wire/icmp.ts';
import { ipProtocol } from '../../wire/ip-protocol.ts';
import {
  emitTcp,
  measureTcpHeader,
  type TcpHeader,
  tcpChecksum,
  tcpFlag,
  tcpOffset,
} from '../../wire/tcp.ts';
import type { TcpOption } from '../../wire/tcp-options.ts';
import type { SegmentWords } from './segment-words.ts';
import { payloadOf, type WireSide } from './wire-side.ts';

/** A packet as the script says; the script's numbers move on. */
export function makePacket(side: WireSide, words: SegmentWords, nowNs: number): Uint8Array {
  const sequence = words.sequence ?? side.next;
  const isSyn = (words.flags & tcpFlag.syn) !== 0;
  const payload = payloadOf(isSyn ? sequence + 1 : sequence, words.lengthBytes ?? 0);
  const options = optionsOf(side, words, nowNs);
  const headerBytes = measureTcpHeader(options);
  const hasAck = (words.flags & tcpFlag.ack) !== 0;
  const acknowledgment = (side.iss ?? 0) + (words.acknowledgment ?? side.seen);
  const header: TcpHeader = {
    sourcePort: side.local.port,
    destinationPort: side.remote.port,
    sequence: (side.isn + sequence) >>> 0,
    acknowledgment: hasAck ? acknowledgment >>> 0 : 0,
    headerBytes,
    flags: words.flags | (payload.length > 0 ? tcpFlag.psh : 0),
    window: typeof words.window === 'number' ? words.window : 65_535,
    checksum: 0,
    urgentPointer: words.urgentPointer ?? 0,
    options,
  };
  const taken =
    payload.length + (words.flags & tcpFlag.syn ? 1 : 0) + (words.flags & tcpFlag.fin ? 1 : 0);
  if (sequence <= side.next && (words.flags & tcpFlag.rst) === 0) {
    side.next = Math.max(side.next, sequence + taken);
  }
  return wrapSegment(side, header, payload, words);
}

function wrapSegment(
  side: WireSide,
  header: TcpHeader,
  payload: Uint8Array,
  words: SegmentWords,
): Uint8Array {
  const bodyBytes = header.headerBytes + payload.length;
  const { packet, at } = packetOf(side, ipProtocol.tcp, bodyBytes, words.ecnField ?? 0);
  packet.set(payload, emitTcp(packet, at, header));
  const checksum = tcpChecksum(packet, 0, at, packet.length);
  writeU16(packet, at + tcpOffset.checksum, words.hasBadChecksum ? checksum ^ 0x0101 : checksum);
  return packet;
}

function packetOf(side: WireSide, protocol: number, bodyBytes: number, ecn: number): EmptyPacket {
  const way = { source: side.local.address, destination: side.remote.address };
  return makeIpPacket(way, protocol, bodyBytes, ecn);
}

function optionsOf(side: WireSide, words: SegmentWords, nowNs: number): TcpOption[] {
  const options: TcpOption[] = [];
  const isSyn = (words.flags & tcpFlag.syn) !== 0;
  if (typeof words.mssBytes === 'number')
    options.push({ kind: 'maximum-segment-size', mssBytes: words.mssBytes });
  if (words.sackPermitted) options.push({ kind: 'sack-permitted' });
  if (typeof words.windowShift === 'number')
    options.push({ kind: 'window-scale', shift: words.windowShift });
  if (isSyn && words.windowShift !== undefined) side.offersScale = true;
  if (isSyn && words.timestampValue !== undefined) side.offersTimestamps = true;
  const wantsStamp = words.timestampValue !== undefined || mayStamp(side, words);
  if (wantsStamp && !words.without.has('ts')) options.push(stampOf(side, words, nowNs));
  if (words.sack !== undefined) {
    const blocks = words.sack.map(([left, right]) => ({
      left: ((side.iss ?? 0) + left) >>> 0,
      right: ((side.iss ?? 0) + right) >>> 0,
    }));
    options.push({ kind: 'sack', blocks });
  }
  if (words.hasUnknownOption) options.push({ kind: 'other', number: 253, body: new Uint8Array(4) });
  return options;
}

/** Once both offered them, on all but resets (RFC 7323 3.2). */
function mayStamp(side: WireSide, words: SegmentWords): boolean {
  const isBare = (words.flags & (tcpFlag.syn | tcpFlag.rst)) !== 0;
  return !isBare && side.offersTimestamps && side.subjectStamps;
}

/** TSval counts milliseconds from 10000 at the beginning. */
function stampOf(side: WireSide, words: SegmentWords, nowNs: number): TcpOption {
  const clock = 10_000 + Math.floor((nowNs - side.startedAtNs) / 1e6);
  const value = typeof words.timestampValue === 'number' ? words.timestampValue : clock;
  return { kind: 'timestamps', value: value >>> 0, echo: words.echo ?? side.lastTsval };
}

/** An ICMP error about the last packet that the subject sent (RFC 792, RFC 1191; IPv4 only). */
export function makeIcmpError(
  side: WireSide,
  error: 'too-big' | 'port-unreachable',
  mtuBytes: number,
): Uint8Array {
  const { fragmentationNeeded, port } = icmpUnreachableCode;
  const icmp: Icmp = {
    kind: 'destination-unreachable',
    code: error === 'too-big' ? fragmentationNeeded : port,
    mtuBytes,
    quoted: (side.lastPacket ?? new Uint8Array(28)).slice(0, 28),
  };
  const { packet, at } = packetOf(side, ipProtocol.icmp, measureIcmp(icmp), 0);
  emitIcmp(packet, at, icmp);
  return packet;
}
