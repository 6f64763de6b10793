/**
 * A listener with too many half-open connections keeps no state for more: what it must know of a SYN
 * comes back with the ACK (RFC 4987 3.6).
 *
 *   ISS     24 bits of a keyed hash | 5 bits of time | 3 bits of MSS
 *   TSval   the clock without its last 6 bits | ECN, SACK | 4 bits of window shift
 */
import { createHash } from 'node:crypto';
import { writeIp } from '../base/address.ts';
import { writeU16, writeU32 } from '../base/bytes.ts';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import { tcpFlag, tcpHeaderBytes } from '../wire/tcp.ts';
import { tcpOptionKind } from '../wire/tcp-options.ts';
import { adopt, heedSyn } from './adopt.ts';
import { arriveAck } from './arrive-ack.ts';
import { localOf, remoteOf } from './arrive-closed.ts';
import { acceptText } from './arrive-text.ts';
import type { ArrivedSegment } from './arrived-segment.ts';
import type { Connection } from './connection.ts';
import { shiftFor } from './create-connection.ts';
import { emitBare, optionRoom } from './emit.ts';
import { chooseTimestampOffset } from './initial-sequence.ts';
import type { Listener, TcpMachine } from './machine-state.ts';
import { flush } from './output.ts';
import { headerBytesTo } from './segment-size.ts';
import type { ConnectionSettings } from './settings.ts';
import type { TcpSink } from './sink.ts';
import { endConnection, enter } from './transition.ts';

const tickNs = 64 * nsPerSecond;
/** A cookie is good for this tick and the one before. */
const ticksValid = 2;
const mssTable = [536, 1_220, 1_300, 1_360, 1_400, 1_440, 1_460, 8_940] as const;
const noShift = 15;
const sackBit = 16;
const ecnBit = 32;

export function answerWithCookie(
  machine: TcpMachine,
  nowNs: number,
  listener: Listener,
  segment: ArrivedSegment,
  sink: TcpSink,
): void {
  listener.cookiesUntilNs = nowNs + ticksValid * tickNs;
  const { settings } = listener;
  const tick = Math.floor(nowNs / tickNs);
  const mssIndex = mssIndexOf(segment.mssBytes);
  const sequence = makeCookie(machine.secret, segment, segment.wireSequence, tick, mssIndex);
  emitBare(
    machine,
    localOf(segment),
    remoteOf(segment),
    {
      sequence,
      acknowledgment: segment.wireSequence + 1,
      flags: tcpFlag.syn | tcpFlag.ack | (takesEcn(settings, segment) ? tcpFlag.ece : 0),
      window: Math.min(65_535, settings.receiveBufferBytes),
      optionBytes: writeCookieOptions(machine, nowNs, settings, segment),
    },
    sink,
  );
}

/** True: the ACK brought a cookie of ours back, and the connection stands. */
export function acceptCookie(
  machine: TcpMachine,
  nowNs: number,
  listener: Listener,
  segment: ArrivedSegment,
  sink: TcpSink,
): boolean {
  if (nowNs >= listener.cookiesUntilNs || (segment.flags & tcpFlag.syn) !== 0) return false;
  const cookie = (segment.wireAcknowledgment - 1) >>> 0;
  const irs = (segment.wireSequence - 1) >>> 0;
  const mssBytes = checkCookie(machine.secret, nowNs, segment, irs, cookie);
  if (mssBytes === undefined) return false;
  const { flags } = segment;
  const connection = adopt(machine, nowNs, listener, segment, cookie);
  const { send, receive, settings } = connection;
  recallSyn(segment, settings, mssBytes, irs);
  heedSyn(connection, nowNs, segment);
  receive.offeredTo = receive.nxt + Math.min(65_535, settings.receiveBufferBytes);
  send.nxt = send.iss + 1;
  segment.flags = flags;
  segment.sequence = receive.nxt;
  segment.acknowledgment = send.nxt;
  listener.halfOpen++;
  enter(connection, 'syn-received', sink);
  if (arriveAck(machine, nowNs, connection, segment, sink)) {
    acceptText(machine, nowNs, connection, segment, sink);
    flush(machine, nowNs, connection, sink);
  }
  return true;
}

/**
 * True: the SYN came twice, was answered by a cookie and then by a connection, and the other side took the
 * cookie. It goes on with that; what it never answers is forgotten.
 */
export function preferCookie(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  segment: ArrivedSegment,
  sink: TcpSink,
): boolean {
  const listener = machine.listeners[connection.listener ?? -1];
  if (listener === undefined || nowNs >= listener.cookiesUntilNs) return false;
  const wanted = segment.flags & (tcpFlag.ack | tcpFlag.syn | tcpFlag.rst);
  if (wanted !== tcpFlag.ack || segment.acknowledgment === connection.send.nxt) return false;
  const cookie = (segment.wireAcknowledgment - 1) >>> 0;
  const irs = (segment.wireSequence - 1) >>> 0;
  if (checkCookie(machine.secret, nowNs, segment, irs, cookie) === undefined) return false;
  endConnection(machine, connection, 'refused', sink);
  return acceptCookie(machine, nowNs, listener, segment, sink);
}

/** What the SYN said, as far as the cookie and the echoed timestamp remember it. */
function recallSyn(
  segment: ArrivedSegment,
  settings: ConnectionSettings,
  mssBytes: number,
  irs: number,
): void {
  const echo = segment.hasTimestamps && settings.usesTimestamps ? segment.timestampEcho : noShift;
  const shift = echo & 15;
  segment.mssBytes = mssBytes;
  segment.windowShift = shift === noShift ? -1 : shift;
  segment.isSackPermitted = (echo & sackBit) !== 0;
  segment.flags = (echo & ecnBit) !== 0 ? tcpFlag.ece | tcpFlag.cwr : 0;
  segment.wireSequence = irs;
}

function writeCookieOptions(
  machine: TcpMachine,
  nowNs: number,
  settings: ConnectionSettings,
  segment: ArrivedSegment,
): number {
  const bytes = optionRoom(machine);
  const { noOperation } = tcpOptionKind;
  const remote = segment.source;
  bytes.set([tcpOptionKind.maximumSegmentSize, 4], tcpHeaderBytes);
  writeU16(bytes, tcpHeaderBytes + 2, machine.mtuTo(remote) - headerBytesTo(remote));
  if (!segment.hasTimestamps || !settings.usesTimestamps) return 4;
  const hasShift = segment.windowShift >= 0 && settings.usesWindowScale;
  const hasSack = segment.isSackPermitted && settings.usesSack;
  let bits = hasShift ? Math.min(segment.windowShift, 14) : noShift;
  if (hasSack) bits |= sackBit;
  if (takesEcn(settings, segment)) bits |= ecnBit;
  let at = tcpHeaderBytes + 4;
  bytes.set([noOperation, noOperation, tcpOptionKind.timestamps, 10], at);
  writeU32(bytes, at + 4, cookieTimestamp(machine, nowNs, segment, bits));
  writeU32(bytes, at + 8, segment.timestampValue);
  at += 12;
  if (hasSack) {
    bytes.set([noOperation, noOperation, tcpOptionKind.sackPermitted, 2], at);
    at += 4;
  }
  if (hasShift) {
    const shift = shiftFor(settings.receiveBufferBytes);
    bytes.set([noOperation, tcpOptionKind.windowScale, 3, shift], at);
    at += 4;
  }
  return at - tcpHeaderBytes;
}

/** Never ahead of the clock that the connection will show. */
function cookieTimestamp(
  machine: TcpMachine,
  nowNs: number,
  segment: ArrivedSegment,
  bits: number,
): number {
  const offset = chooseTimestampOffset(machine.secret, localOf(segment), remoteOf(segment));
  const clock = (offset + Math.floor(nowNs / nsPerMs)) >>> 0;
  const marked = ((clock & ~63) | bits) >>> 0;
  return ((marked - clock) | 0) > 0 ? (marked - 64) >>> 0 : marked;
}

function takesEcn({ ecn }: ConnectionSettings, { flags }: ArrivedSegment): boolean {
  const both = tcpFlag.ece | tcpFlag.cwr;
  return ecn !== 'off' && (flags & both) === both;
}

function mssIndexOf(mssBytes: number): number {
  const index = mssTable.findLastIndex((each) => each <= mssBytes);
  return Math.max(index, 0);
}

function checkCookie(
  secret: Uint8Array,
  nowNs: number,
  segment: ArrivedSegment,
  irs: number,
  cookie: number,
): number | undefined {
  const mssIndex = cookie & 7;
  const now = Math.floor(nowNs / tickNs);
  for (let tick = now; tick > now - ticksValid && tick >= 0; tick--) {
    if (makeCookie(secret, segment, irs, tick, mssIndex) === cookie) return mssTable[mssIndex]!;
  }
  return undefined;
}

function makeCookie(
  secret: Uint8Array,
  { source, destination, sourcePort, destinationPort }: ArrivedSegment,
  irs: number,
  tick: number,
  mssIndex: number,
): number {
  const covered = new Uint8Array(45);
  writeIp(covered, 0, source);
  writeIp(covered, 16, destination);
  writeU16(covered, 32, sourcePort);
  writeU16(covered, 34, destinationPort);
  writeU32(covered, 36, irs);
  writeU32(covered, 40, tick);
  covered[44] = mssIndex;
  const digest = createHash('sha256').update(secret).update(covered).digest();
  return ((digest.readUIntLE(0, 3) << 8) | ((tick & 31) << 3) | mssIndex) >>> 0;
}
