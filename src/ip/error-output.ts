/** ICMP errors that this machine sends, and about what it never sends any (RFC 1122 3.2.2, RFC 4443 2.4). */
import {
  type Ip,
  isLinkLocal,
  isMulticast,
  isUnspecified,
  readIpv4,
  readIpv6,
} from '../base/address.ts';
import { writeU16 } from '../base/bytes.ts';
import { nsPerSecond } from '../base/time.ts';
import { icmpType } from '../wire/icmp.ts';
import { icmpv6Checksum, icmpv6Offset } from '../wire/icmpv6.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { ipv4Offset } from '../wire/ipv4.ts';
import { ipv6Offset } from '../wire/ipv6.ts';
import { destinationOf, isLoopback, ownerOf } from './destinations.ts';
import { type ArrivedErrorKind, heedError } from './error-input.ts';
import { type ErrorKind, errorV4, errorV6, type PacketView } from './error-message.ts';
import { ipAt } from './link-header.ts';
import { beginPacket, chooseWay, defaultTtl, finishPacket, payloadAt } from './packet-output.ts';
import { recordDiscard } from './records.ts';
import type { IpSink } from './sink.ts';
import { chooseSource } from './source-choice.ts';
import type { ErrorBudget, IpInterface, IpMachine } from './state.ts';
import { findUpperLayer } from './upper-layer.ts';

/** RFC 4443 2.4 (f) asks for a token bucket; these are Linux' figures (icmp_msgs_per_sec, _burst). */
const errorsPerSecond = 1_000;
const errorBurst = 50;

export function createErrorBudget(): ErrorBudget {
  return { tokens: errorBurst, filledNs: 0 };
}

/** Tells the sender of a packet what became of it; `arrivedOn` undefined: it was sent from here. */
export function reportError(
  machine: IpMachine,
  nowNs: number,
  kind: ErrorKind,
  mtuBytes: number,
  about: PacketView,
  arrivedOn: IpInterface | undefined,
  sink: IpSink,
): void {
  const isV4 = about.bytes[about.at]! >>> 4 === 4;
  const sender = sourceOf(about, isV4);
  const receiver = destinationIn(about, isV4);
  if (arrivedOn === undefined) {
    const error = { kind: arrivedKind(kind), reporter: sender, mtuBytes };
    heedError(machine, nowNs, error, about.bytes, about.at, about.end, sink);
    return;
  }
  if (!mayReport(machine, about, sender, receiver)) return;
  const only = isLinkLocal(sender) ? arrivedOn.index : undefined;
  const own = ownerOf(machine, receiver) === undefined ? undefined : receiver;
  const way = chooseWay(machine, sender, own, only);
  if (typeof way === 'string') return;
  const source = own ?? chooseSource(machine, way);
  if (source === undefined) return;
  if (!spendToken(machine.errorBudget, nowNs)) {
    recordDiscard(sink, arrivedOn, 'too many ICMP errors a second');
    return;
  }
  const header = { source, destination: sender, ttl: defaultTtl, dontFragment: false };
  const content = isV4 ? errorV4(kind, mtuBytes, about) : errorV6(kind, mtuBytes, about);
  const protocol = isV4 ? ipProtocol.icmp : ipProtocol.icmpv6;
  const frame = beginPacket(machine, nowNs, way, { ...header, protocol }, content.length);
  if (frame === undefined) return;
  const at = payloadAt(sender);
  frame.bytes.set(content, at);
  if (!isV4) {
    const checksum = icmpv6Checksum(frame.bytes, ipAt, at, frame.length);
    writeU16(frame.bytes, at + icmpv6Offset.checksum, checksum);
  }
  finishPacket(machine, nowNs, way, frame, false, sink);
}

function arrivedKind(kind: ErrorKind): ArrivedErrorKind {
  return kind === 'reassembly-time-exceeded' ? 'time-exceeded' : kind;
}

function sourceOf(about: PacketView, isV4: boolean): Ip {
  const { bytes, at } = about;
  return isV4 ? readIpv4(bytes, at + ipv4Offset.source) : readIpv6(bytes, at + ipv6Offset.source);
}

function destinationIn(about: PacketView, isV4: boolean): Ip {
  const { bytes, at } = about;
  if (isV4) return readIpv4(bytes, at + ipv4Offset.destination);
  return readIpv6(bytes, at + ipv6Offset.destination);
}

/** RFC 1122 3.2.2, RFC 4443 2.4 (e): else errors would breed errors. */
function mayReport(machine: IpMachine, about: PacketView, sender: Ip, receiver: Ip): boolean {
  if (isMulticast(receiver) || isGroupOrNobody(machine, sender)) return false;
  if (destinationOf(machine, receiver, undefined).kind === 'broadcast') return false;
  const upper = findUpperLayer(about.bytes, about.at, about.end);
  if (upper === undefined || upper.isLater) return false;
  return !isIcmpError(upper.protocol, about.bytes[upper.at]);
}

function isGroupOrNobody(machine: IpMachine, sender: Ip): boolean {
  if (isUnspecified(sender) || isMulticast(sender) || isLoopback(sender)) return true;
  return destinationOf(machine, sender, undefined).kind === 'broadcast';
}

function isIcmpError(protocol: number, type: number | undefined): boolean {
  if (protocol === ipProtocol.icmpv6) return type === undefined || type < 128 || type === 137;
  if (protocol !== ipProtocol.icmp) return false;
  return type !== icmpType.echoRequest && type !== icmpType.echoReply;
}

function spendToken(budget: ErrorBudget, nowNs: number): boolean {
  const earned = ((nowNs - budget.filledNs) * errorsPerSecond) / nsPerSecond;
  budget.tokens = Math.min(errorBurst, budget.tokens + earned);
  budget.filledNs = nowNs;
  if (budget.tokens < 1) return false;
  budget.tokens--;
  return true;
}
