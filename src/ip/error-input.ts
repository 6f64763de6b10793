/** ICMP errors that come back about packets of ours (RFC 1122 3.2.2, RFC 4443 3), for the sockets that sent them. */
import { type Ip, readIpv4, readIpv6 } from '../base/address.ts';
import { readU16 } from '../base/bytes.ts';
import { icmpType, icmpUnreachableCode } from '../wire/icmp.ts';
import { icmpv6Type, icmpv6UnreachableCode } from '../wire/icmpv6.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { ipv4Offset } from '../wire/ipv4.ts';
import { ipv6HeaderBytes, ipv6Offset } from '../wire/ipv6.ts';
import { udpHeaderBytes, udpOffset } from '../wire/udp.ts';
import { hasAddress, isLoopback, ownerOf } from './destinations.ts';
import { learnPathMtu } from './path-mtu.ts';
import type { IcmpErrorArrival, IpSink } from './sink.ts';
import { socketsOf } from './socket-table.ts';
import type { DatagramSocketState, IpMachine } from './state.ts';
import { findUpperLayer } from './upper-layer.ts';

export type ArrivedErrorKind = IcmpErrorArrival['kind'];

export interface ArrivedError {
  readonly kind: ArrivedErrorKind;
  readonly reporter: Ip;
  /** With `packet-too-big`; 0: the router doesn't say. */
  readonly mtuBytes: number;
}

/** RFC 1122 3.2.2.1, RFC 1812 5.2.7.1. */
const unreachableV4: Readonly<Record<number, ArrivedErrorKind>> = {
  [icmpUnreachableCode.network]: 'network-unreachable',
  [icmpUnreachableCode.host]: 'host-unreachable',
  [icmpUnreachableCode.port]: 'port-unreachable',
  [icmpUnreachableCode.fragmentationNeeded]: 'packet-too-big',
  [icmpUnreachableCode.networkProhibited]: 'prohibited',
  [icmpUnreachableCode.hostProhibited]: 'prohibited',
  [icmpUnreachableCode.communicationProhibited]: 'prohibited',
};

/** RFC 4443 3.1. */
const unreachableV6: Readonly<Record<number, ArrivedErrorKind>> = {
  [icmpv6UnreachableCode.noRoute]: 'network-unreachable',
  [icmpv6UnreachableCode.prohibited]: 'prohibited',
  [icmpv6UnreachableCode.address]: 'host-unreachable',
  [icmpv6UnreachableCode.port]: 'port-unreachable',
};

export function errorKindV4(type: number, code: number): ArrivedErrorKind {
  if (type === icmpType.destinationUnreachable) return unreachableV4[code] ?? 'other';
  return type === icmpType.timeExceeded ? 'time-exceeded' : 'other';
}

export function errorKindV6(type: number, code: number): ArrivedErrorKind {
  if (type === icmpv6Type.destinationUnreachable) return unreachableV6[code] ?? 'other';
  if (type === icmpv6Type.packetTooBig) return 'packet-too-big';
  return type === icmpv6Type.timeExceeded ? 'time-exceeded' : 'other';
}

/**
 * The quoted packet, perhaps cut short, stands in [at, end). What is not about us is not heeded. True: it
 * is about a packet of ours that no socket here sent.
 */
export function heedError(
  machine: IpMachine,
  nowNs: number,
  error: ArrivedError,
  bytes: Uint8Array,
  at: number,
  end: number,
  sink: IpSink,
): boolean {
  const upper = findUpperLayer(bytes, at, end);
  if (upper === undefined) return false;
  const isV4 = bytes[at]! >>> 4 === 4;
  const { source, destination } = isV4 ? addressesV4(bytes, at) : addressesV6(bytes, at);
  if (ownerOf(machine, source) === undefined && !isLoopback(source)) return false;
  const isUdp = upper.protocol === ipProtocol.udp && !upper.isLater;
  const hasPorts = isUdp && upper.at + udpHeaderBytes <= end;
  const sender = hasPorts ? senderOf(machine, source, bytes, upper.at) : undefined;
  if (hasPorts && sender === undefined) return true;
  const mtuBytes = heedMtu(machine, nowNs, error, destination, packetBytesOf(bytes, at), sink);
  // A TCP machine will be told of errors about its segments here.
  if (sender === undefined) return true;
  const port = readU16(bytes, upper.at + udpOffset.destinationPort);
  sink.icmpError(sender.token, {
    kind: error.kind,
    reporter: error.reporter,
    source: { address: source, port: sender.port },
    destination: { address: destination, port },
    ...(mtuBytes === undefined ? {} : { mtuBytes }),
  });
  return false;
}

function heedMtu(
  machine: IpMachine,
  nowNs: number,
  error: ArrivedError,
  destination: Ip,
  packetBytes: number,
  sink: IpSink,
): number | undefined {
  if (error.kind !== 'packet-too-big') return undefined;
  return learnPathMtu(machine, nowNs, destination, { mtuBytes: error.mtuBytes, packetBytes }, sink);
}

function senderOf(
  machine: IpMachine,
  source: Ip,
  bytes: Uint8Array,
  udpAt: number,
): DatagramSocketState | undefined {
  const port = readU16(bytes, udpAt + udpOffset.sourcePort);
  const sockets = socketsOf(machine.sockets, typeof source === 'number' ? 4 : 6, port);
  return (
    sockets.find((socket) => socket.address === source) ??
    sockets.find((socket) => mayUse(machine, socket, source))
  );
}

/** An unbound socket, or one that named another source when it sent. */
function mayUse(machine: IpMachine, socket: DatagramSocketState, source: Ip): boolean {
  if (socket.interfaceIndex === undefined) return true;
  const iface = machine.interfaces[socket.interfaceIndex];
  return iface !== undefined && hasAddress(iface, source);
}

function addressesV4(bytes: Uint8Array, at: number) {
  return {
    source: readIpv4(bytes, at + ipv4Offset.source) as Ip,
    destination: readIpv4(bytes, at + ipv4Offset.destination) as Ip,
  };
}

function addressesV6(bytes: Uint8Array, at: number) {
  return {
    source: readIpv6(bytes, at + ipv6Offset.source) as Ip,
    destination: readIpv6(bytes, at + ipv6Offset.destination) as Ip,
  };
}

/** As the quoted header says, however little of the packet is quoted. */
function packetBytesOf(bytes: Uint8Array, at: number): number {
  if (bytes[at]! >>> 4 === 4) return readU16(bytes, at + ipv4Offset.totalLength);
  return ipv6HeaderBytes + readU16(bytes, at + ipv6Offset.payloadLength);
}
