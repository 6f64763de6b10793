/** ICMP and ICMPv6 messages for this machine: echoes answered, errors heeded, the rest handed on. */
import { type Ip, isLinkLocal, readIpv4, readIpv6 } from '../base/address.ts';
import { readU16, readU32, writeU16 } from '../base/bytes.ts';
import type { Frame } from '../base/frame.ts';
import { foldChecksum, sumWords } from '../wire/checksum.ts';
import { icmpHeaderBytes, icmpOffset, icmpType } from '../wire/icmp.ts';
import { icmpv6Checksum, icmpv6Offset, icmpv6Type, verifyIcmpv6Checksum } from '../wire/icmpv6.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { ipv4Offset } from '../wire/ipv4.ts';
import { ipv6Offset } from '../wire/ipv6.ts';
import { isNeighborDiscovery } from '../wire/neighbor-discovery.ts';
import { receiveDiscovery } from './discovery-input.ts';
import { errorKindV4, errorKindV6, heedError } from './error-input.ts';
import { ipAt } from './link-header.ts';
import { beginPacket, chooseWay, defaultTtl, finishPacket, payloadAt } from './packet-output.ts';
import { recordDiscard } from './records.ts';
import type { IpSink } from './sink.ts';
import type { IpInterface, IpMachine } from './state.ts';

/** RFC 4861 4.5: a redirect is no error in spite of what quotes it; we follow none. */
const redirectV6 = 137;

/** True: nothing here handles it, somebody else may (an echo reply, an error about TCP). */
export function receiveIcmp(
  machine: IpMachine,
  nowNs: number,
  iface: IpInterface | undefined,
  frame: Frame,
  at: number,
  toGroup: boolean,
  sink: IpSink,
): boolean {
  const { bytes, length } = frame;
  if (length - at < icmpHeaderBytes || foldChecksum(sumWords(bytes, at, length)) !== 0) {
    recordDiscard(sink, iface, 'ICMP: the length or the checksum is wrong');
    return false;
  }
  const type = bytes[at]!;
  const code = bytes[at + icmpOffset.code]!;
  switch (type) {
    case icmpType.echoRequest:
      if (!toGroup) echo(machine, nowNs, iface, frame, at, icmpType.echoReply, sink);
      return false;
    case icmpType.destinationUnreachable:
    case icmpType.timeExceeded:
    case icmpType.parameterProblem: {
      const reporter: Ip = readIpv4(bytes, ipAt + ipv4Offset.source);
      const mtuBytes = readU16(bytes, at + icmpOffset.nextHopMtu);
      const error = { kind: errorKindV4(type, code), reporter, mtuBytes };
      return heedError(machine, nowNs, error, bytes, at + icmpOffset.body, length, sink);
    }
    default:
      return type !== icmpType.redirect;
  }
}

/** As `receiveIcmp`; Neighbor Discovery belongs to the link that it came from. */
export function receiveIcmpv6(
  machine: IpMachine,
  nowNs: number,
  iface: IpInterface | undefined,
  frame: Frame,
  at: number,
  toGroup: boolean,
  sink: IpSink,
): boolean {
  const { bytes, length } = frame;
  if (length - at < icmpHeaderBytes || !verifyIcmpv6Checksum(bytes, ipAt, at, length)) {
    recordDiscard(sink, iface, 'ICMPv6: the length or the checksum is wrong');
    return false;
  }
  const type = bytes[at]!;
  if (isNeighborDiscovery(type)) {
    if (iface !== undefined) receiveDiscovery(machine, nowNs, iface, bytes, at, length, sink);
    return false;
  }
  if (type === icmpv6Type.echoRequest) {
    if (!toGroup) echo(machine, nowNs, iface, frame, at, icmpv6Type.echoReply, sink);
    return false;
  }
  if (type >= 128) return type !== redirectV6;
  const reporter: Ip = readIpv6(bytes, ipAt + ipv6Offset.source);
  const mtuBytes = readU32(bytes, at + icmpv6Offset.mtu);
  const kind = errorKindV6(type, bytes[at + icmpv6Offset.code]!);
  const error = { kind, reporter, mtuBytes };
  return heedError(machine, nowNs, error, bytes, at + icmpv6Offset.body, length, sink);
}

/** RFC 1122 3.2.2.6, RFC 4443 4.2: the same message back, from the address that was asked. */
function echo(
  machine: IpMachine,
  nowNs: number,
  iface: IpInterface | undefined,
  frame: Frame,
  at: number,
  replyType: number,
  sink: IpSink,
): void {
  const isV4 = frame.bytes[ipAt]! >>> 4 === 4;
  const source = addressIn(frame.bytes, isV4, 'destination');
  const destination = addressIn(frame.bytes, isV4, 'source');
  const only = isLinkLocal(destination) ? iface?.index : undefined;
  const way = chooseWay(machine, destination, source, only);
  if (typeof way === 'string') {
    recordDiscard(sink, iface, `echo: ${way}`);
    return;
  }
  const protocol = isV4 ? ipProtocol.icmp : ipProtocol.icmpv6;
  const header = { source, destination, protocol, ttl: defaultTtl, dontFragment: false };
  const reply = beginPacket(machine, nowNs, way, header, frame.length - at);
  if (reply === undefined) return;
  const to = payloadAt(destination);
  reply.bytes.set(frame.bytes.subarray(at, frame.length), to);
  reply.bytes[to] = replyType;
  writeU16(reply.bytes, to + icmpOffset.checksum, 0);
  const checksum = isV4
    ? foldChecksum(sumWords(reply.bytes, to, reply.length))
    : icmpv6Checksum(reply.bytes, ipAt, to, reply.length);
  writeU16(reply.bytes, to + icmpOffset.checksum, checksum);
  finishPacket(machine, nowNs, way, reply, true, sink);
}

function addressIn(bytes: Uint8Array, isV4: boolean, which: 'source' | 'destination'): Ip {
  return isV4
    ? readIpv4(bytes, ipAt + ipv4Offset[which])
    : readIpv6(bytes, ipAt + ipv6Offset[which]);
}
