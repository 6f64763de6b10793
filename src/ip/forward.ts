/** Packets for others (RFC 1812 5, RFC 8200): the slow way, with all that may be in the way. */
import { isLinkLocal, isUnspecified, readIpv4, readIpv6 } from '../base/address.ts';
import { readU16, writeU16 } from '../base/bytes.ts';
import { type Frame, releaseFrame } from '../base/frame.ts';
import { updateChecksum } from '../wire/checksum.ts';
import { ipv4Fragment, ipv4Offset } from '../wire/ipv4.ts';
import { ipv6Offset } from '../wire/ipv6.ts';
import type { ErrorKind } from './error-message.ts';
import { reportError } from './error-output.ts';
import { cutIpv4 } from './fragment.ts';
import { ipAt } from './link-header.ts';
import { mustBeAsked } from './neighbours.ts';
import { quoteAsSent } from './quote.ts';
import { recordDiscard } from './records.ts';
import type { IpSink } from './sink.ts';
import type { Destination, IpInterface, IpMachine } from './state.ts';
import { transmitPacket } from './transmit.ts';

/** What is known about a packet beside its bytes. */
export interface Passage {
  readonly arrivedOn: IpInterface;
  /** A middlebox may have rewritten it; its head was kept before. */
  readonly isRewritten: boolean;
  /** What pieces it came in, where it was put together here: the largest packet; else Infinity. */
  readonly largestFragmentBytes: number;
}

/** Takes the frame over. */
export function forwardPacket(
  machine: IpMachine,
  nowNs: number,
  frame: Frame,
  to: Destination,
  passage: Passage,
  sink: IpSink,
): void {
  const { bytes } = frame;
  const isV4 = bytes[ipAt]! >>> 4 === 4;
  const obstacle = findObstacle(frame, isV4, to);
  if (obstacle !== undefined) {
    if (obstacle === 'of-the-link') {
      recordDiscard(sink, passage.arrivedOn, 'an address of the link only');
    } else complain(machine, nowNs, obstacle, to.iface?.mtuBytes ?? 0, frame, passage, sink);
    releaseFrame(machine.pool, frame);
    return;
  }
  if (isV4) decrementTtl(bytes);
  else bytes[ipAt + ipv6Offset.hopLimit]!--;
  if (!passes(machine, nowNs, frame, passage, to.iface!)) {
    releaseFrame(machine.pool, frame);
    return;
  }
  const limit = Math.min(to.iface!.mtuBytes, passage.largestFragmentBytes);
  const { arrivedOn } = passage;
  const quote = quoteForLater(machine, frame, to, passage);
  if (!isV4 || frame.length - ipAt <= limit) {
    transmitPacket(machine, nowNs, to, frame, arrivedOn, quote, sink);
    return;
  }
  for (const [index, piece] of cutIpv4(machine.pool, frame, limit).entries()) {
    const ownQuote = index === 0 ? quote : undefined;
    transmitPacket(machine, nowNs, to, piece, arrivedOn, ownQuote, sink);
  }
}

/** A packet that has to wait for its neighbour may have to be spoken of when others have come since. */
function quoteForLater(
  machine: IpMachine,
  frame: Frame,
  to: Destination,
  passage: Passage,
): Uint8Array | undefined {
  const mustWait = to.neighbour !== undefined && mustBeAsked(to.neighbour);
  return passage.isRewritten && mustWait ? quoteAsSent(machine, frame) : undefined;
}

function findObstacle(
  frame: Frame,
  isV4: boolean,
  to: Destination,
): ErrorKind | 'of-the-link' | undefined {
  const { bytes } = frame;
  const source = sourceOf(bytes, isV4);
  if (isLinkLocal(to.address) || isLinkLocal(source) || isUnspecified(source)) return 'of-the-link';
  const ttl = bytes[ipAt + (isV4 ? ipv4Offset.ttl : ipv6Offset.hopLimit)]!;
  if (ttl <= 1) return 'time-exceeded';
  if (to.iface === undefined) return 'network-unreachable';
  const mayCut = isV4 && (readU16(bytes, ipAt + ipv4Offset.fragment) & ipv4Fragment.dont) === 0;
  if (frame.length - ipAt > to.iface.mtuBytes && !mayCut) return 'packet-too-big';
  return undefined;
}

function sourceOf(bytes: Uint8Array, isV4: boolean) {
  return isV4
    ? readIpv4(bytes, ipAt + ipv4Offset.source)
    : readIpv6(bytes, ipAt + ipv6Offset.source);
}

function complain(
  machine: IpMachine,
  nowNs: number,
  kind: ErrorKind,
  mtuBytes: number,
  frame: Frame,
  passage: Passage,
  sink: IpSink,
): void {
  const { arrivedOn, isRewritten } = passage;
  recordDiscard(sink, arrivedOn, kind);
  const bytes = isRewritten ? quoteAsSent(machine, frame) : frame.bytes;
  const about = isRewritten
    ? { bytes, at: 0, end: bytes.length }
    : { bytes, at: ipAt, end: frame.length };
  reportError(machine, nowNs, kind, mtuBytes, about, arrivedOn, sink);
}

/** Hot. RFC 1624: TTL is the high half of the word that it shares with the protocol. */
export function decrementTtl(bytes: Uint8Array): void {
  const word = readU16(bytes, ipAt + ipv4Offset.ttl);
  const checksum = readU16(bytes, ipAt + ipv4Offset.checksum);
  bytes[ipAt + ipv4Offset.ttl]!--;
  writeU16(bytes, ipAt + ipv4Offset.checksum, updateChecksum(checksum, word, word - 0x100));
}

function passes(
  machine: IpMachine,
  nowNs: number,
  frame: Frame,
  passage: Passage,
  iface: IpInterface,
): boolean {
  const { middlebox } = machine;
  if (middlebox === undefined) return true;
  const { bytes, length } = frame;
  const from = passage.arrivedOn.index;
  return middlebox.afterRouting(nowNs, bytes, ipAt, length, from, iface.index) === 'accept';
}
