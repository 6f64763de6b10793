/** Segments of a connection, written and handed to the sink. Hot: nothing allocates. */
import { type Ip, isIpv4 } from '../base/address.ts';
import { writeU16, writeU32 } from '../base/bytes.ts';
import { never, nsPerMs } from '../base/time.ts';
import { foldChecksum, sumWords } from '../wire/checksum.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { tcpFlag, tcpHeaderBytes, tcpOffset } from '../wire/tcp.ts';
import { tcpOptionKind } from '../wire/tcp-options.ts';
import { copyRing } from './byte-ring.ts';
import type { Connection } from './connection.ts';
import type { TcpMachine } from './machine-state.ts';
import { writeSackBlocks } from './sack-blocks.ts';
import { headerBytesTo } from './segment-size.ts';
import { wrapSequence } from './sequence.ts';
import type { TcpSink } from './sink.ts';
import { offerWindow } from './window.ts';

const largestOptions = 40;
/** RFC 3168 5. */
const ect0 = 2;

/** RFC 7323 5.4: milliseconds, from an offset of the connection's own. */
export function timestampNow(connection: Connection, nowNs: number): number {
  return (connection.options.timestampOffset + Math.floor(nowNs / nsPerMs)) >>> 0;
}

/**
 * Sends `count` bytes of the send buffer from `sequence` on, with these flags. Every segment but the
 * first SYN acknowledges all that came.
 */
export function emitSegment(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  sequence: number,
  count: number,
  flags: number,
  sink: TcpSink,
): void {
  const { local, remote, send, counts } = connection;
  const bytes = roomFor(machine, tcpHeaderBytes + largestOptions + count);
  const isSyn = (flags & tcpFlag.syn) !== 0;
  writeU16(bytes, tcpOffset.sourcePort, local.port);
  writeU16(bytes, tcpOffset.destinationPort, remote.port);
  writeU32(bytes, tcpOffset.sequence, wrapSequence(sequence));
  const hasAck = (flags & tcpFlag.ack) !== 0;
  writeU32(bytes, tcpOffset.acknowledgment, hasAck ? wrapSequence(connection.receive.nxt) : 0);
  writeU16(bytes, tcpOffset.window, offerWindow(connection, isSyn));
  writeU16(bytes, tcpOffset.urgentPointer, 0);
  const payloadAt = isSyn
    ? writeSynOptions(machine, connection, nowNs, bytes, hasAck)
    : writeOptions(machine, connection, nowNs, bytes, sequence, count, flags);
  bytes[tcpOffset.dataOffset] = (payloadAt >>> 2) << 4;
  if (count > 0) copyRing(send.buffer, sequence - send.bufferedFrom, count, bytes, payloadAt);
  bytes[tcpOffset.flags] = flags | ecnFlags(connection, sequence, count, flags);
  if (hasAck) noteAckSent(connection);
  counts.segmentsSent++;
  const ecn = ecnFieldFor(connection, sequence, count);
  handOver(machine, local.address, remote.address, payloadAt + count, ecn, sink);
}

/** A segment of no connection: a reset, a SYN-ACK with a cookie. `options` stand behind the header already. */
export function emitBare(
  machine: TcpMachine,
  source: { readonly address: Ip; readonly port: number },
  destination: { readonly address: Ip; readonly port: number },
  header: {
    readonly sequence: number;
    readonly acknowledgment: number;
    readonly flags: number;
    readonly window?: number;
    readonly optionBytes?: number;
  },
  sink: TcpSink,
): void {
  const bytes = roomFor(machine, tcpHeaderBytes + largestOptions);
  const end = tcpHeaderBytes + (header.optionBytes ?? 0);
  writeU16(bytes, tcpOffset.sourcePort, source.port);
  writeU16(bytes, tcpOffset.destinationPort, destination.port);
  writeU32(bytes, tcpOffset.sequence, wrapSequence(header.sequence));
  writeU32(bytes, tcpOffset.acknowledgment, wrapSequence(header.acknowledgment));
  bytes[tcpOffset.dataOffset] = (end >>> 2) << 4;
  bytes[tcpOffset.flags] = header.flags;
  writeU16(bytes, tcpOffset.window, header.window ?? 0);
  writeU16(bytes, tcpOffset.urgentPointer, 0);
  handOver(machine, source.address, destination.address, end, 0, sink);
}

/** Where the options of the next bare segment are to be written. */
export function optionRoom(machine: TcpMachine): Uint8Array {
  return roomFor(machine, tcpHeaderBytes + largestOptions);
}

function roomFor(machine: TcpMachine, bytes: number): Uint8Array {
  const { outgoing } = machine;
  if (outgoing.bytes.length < bytes) outgoing.bytes = new Uint8Array(bytes * 2);
  return outgoing.bytes;
}

function handOver(
  machine: TcpMachine,
  source: Ip,
  destination: Ip,
  end: number,
  ecn: number,
  sink: TcpSink,
): void {
  const { outgoing } = machine;
  const { bytes } = outgoing;
  writeU16(bytes, tcpOffset.checksum, 0);
  const seed = sumAddress(source) + sumAddress(destination) + ipProtocol.tcp + end;
  writeU16(bytes, tcpOffset.checksum, foldChecksum(sumWords(bytes, 0, end, seed)));
  outgoing.source = source;
  outgoing.destination = destination;
  outgoing.at = 0;
  outgoing.end = end;
  outgoing.ecn = ecn;
  sink.transmit(outgoing);
}

function sumAddress(address: Ip): number {
  if (isIpv4(address)) return (address >>> 16) + (address & 0xffff);
  let sum = 0;
  for (let group = 0; group < 8; group++) sum += address.charCodeAt(group);
  return sum;
}

/** RFC 9293 3.2, RFC 7323 2.2, RFC 2018 2; an answer offers only what was offered. */
function writeSynOptions(
  machine: TcpMachine,
  connection: Connection,
  nowNs: number,
  bytes: Uint8Array,
  isAnswer: boolean,
): number {
  const { options, settings, send, remote } = connection;
  let at = tcpHeaderBytes;
  bytes[at] = tcpOptionKind.maximumSegmentSize;
  bytes[at + 1] = 4;
  // RFC 6691: what the interface takes, whatever the path is known to take.
  writeU16(bytes, at + 2, Math.max(64, send.pathMtuBytes - headerBytesTo(remote.address)));
  at += 4;
  if (isAnswer ? options.hasSack : settings.usesSack) {
    bytes[at] = tcpOptionKind.sackPermitted;
    bytes[at + 1] = 2;
    bytes[at + 2] = tcpOptionKind.noOperation;
    bytes[at + 3] = tcpOptionKind.noOperation;
    at += 4;
  }
  if (isAnswer ? options.hasTimestamps : settings.usesTimestamps) {
    at = writeTimestamps(connection, nowNs, bytes, at, isAnswer);
  }
  if (isAnswer ? options.hasWindowScale : settings.usesWindowScale) {
    bytes[at] = tcpOptionKind.noOperation;
    bytes[at + 1] = tcpOptionKind.windowScale;
    bytes[at + 2] = 3;
    bytes[at + 3] = options.receiveShift;
    at += 4;
  }
  if (connection.multipath === 0 || machine.multipath === undefined) return at;
  return machine.multipath.writeSynOptions(connection, bytes, at, isAnswer);
}

function writeOptions(
  machine: TcpMachine,
  connection: Connection,
  nowNs: number,
  bytes: Uint8Array,
  sequence: number,
  count: number,
  flags: number,
): number {
  let at: number = tcpHeaderBytes;
  if (connection.options.hasTimestamps) {
    at = writeTimestamps(connection, nowNs, bytes, at, (flags & tcpFlag.ack) !== 0);
  }
  if (connection.multipath !== 0 && machine.multipath !== undefined) {
    const { toWrite } = machine;
    toWrite.nowNs = nowNs;
    toWrite.sequence = sequence;
    toWrite.count = count;
    toWrite.flags = flags;
    at = machine.multipath.writeOptions(connection, bytes, at, toWrite);
  }
  return connection.options.hasSack ? writeSackBlocks(connection.receive, bytes, at) : at;
}

function writeTimestamps(
  connection: Connection,
  nowNs: number,
  bytes: Uint8Array,
  at: number,
  hasAck: boolean,
): number {
  bytes[at] = tcpOptionKind.noOperation;
  bytes[at + 1] = tcpOptionKind.noOperation;
  bytes[at + 2] = tcpOptionKind.timestamps;
  bytes[at + 3] = 10;
  writeU32(bytes, at + 4, timestampNow(connection, nowNs));
  writeU32(bytes, at + 8, hasAck ? connection.options.recentTimestamp : 0);
  return at + 12;
}

/** RFC 3168 6.1.1 to 6.1.3. */
function ecnFlags(connection: Connection, sequence: number, count: number, flags: number): number {
  const { options, receive, send } = connection;
  if (!options.hasEcn) return 0;
  if ((flags & tcpFlag.syn) !== 0) {
    return (flags & tcpFlag.ack) !== 0 ? tcpFlag.ece : tcpFlag.ece | tcpFlag.cwr;
  }
  let added = receive.isEcnEchoOwed ? tcpFlag.ece : 0;
  if (!send.isReductionTold && count > 0 && sequence === send.nxt) {
    send.isReductionTold = true;
    added |= tcpFlag.cwr;
  }
  return added;
}

/** RFC 3168 6.1.4, 6.1.5: neither a pure ACK nor a retransmission nor a window probe is ECN-capable. */
function ecnFieldFor({ options, send }: Connection, sequence: number, count: number): number {
  return options.hasEcn && count > 0 && sequence === send.nxt && send.windowBytes > 0 ? ect0 : 0;
}

function noteAckSent({ receive, options, timers }: Connection): void {
  receive.isAckOwed = false;
  receive.unacknowledgedSegments = 0;
  receive.unacknowledgedBytes = 0;
  receive.duplicateLeft = -1;
  options.lastAckSent = receive.nxt;
  timers.delayedAckAtNs = never;
}
