/** An ICMP error about a segment of ours (RFC 9293 3.9.2.2, RFC 5927, RFC 1191, RFC 8201). */
import { type Ip, readIpv4, readIpv6 } from '../base/address.ts';
import { readU16, readU32 } from '../base/bytes.ts';
import { findUpperLayer } from '../ip/upper-layer.ts';
import { icmpType, icmpUnreachableCode } from '../wire/icmp.ts';
import { icmpv6Type, icmpv6UnreachableCode } from '../wire/icmpv6.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { ipv4Offset } from '../wire/ipv4.ts';
import { ipv6Offset } from '../wire/ipv6.ts';
import { tcpOffset } from '../wire/tcp.ts';
import type { Connection } from './connection.ts';
import { findConnection } from './connection-table.ts';
import type { TcpMachine } from './machine-state.ts';
import { lowerPathMtu } from './path-mtu.ts';
import { unwrapSequence } from './sequence.ts';
import type { TcpSink } from './sink.ts';
import { endConnection } from './transition.ts';

/** RFC 792: type, code, checksum, four bytes of which the last two may be an MTU; then the quote. */
const quoteAt = 8;
/** RFC 792: the quote holds at least the ports and the sequence number. */
const quotedTcpBytes = 8;

type ErrorKind = 'too-big' | 'hard' | 'soft' | 'none';

export function heedIcmp(
  machine: TcpMachine,
  nowNs: number,
  packet: Uint8Array,
  at: number,
  end: number,
  sink: TcpSink,
): void {
  const isV4 = packet[0]! >>> 4 === 4;
  const kind = isV4 ? kindV4(packet[at]!, packet[at + 1]!) : kindV6(packet[at]!, packet[at + 1]!);
  if (kind === 'none') return;
  const connection = quotedConnection(machine, packet, at + quoteAt, end, isV4);
  if (connection === undefined) return;
  if (kind === 'too-big') {
    const mtuBytes = isV4 ? readU16(packet, at + 6) : readU32(packet, at + 4);
    lowerPathMtu(machine, nowNs, connection, mtuBytes, sink);
    return;
  }
  // RFC 5927 5.2: in a synchronized state even a hard error is soft, for anybody could have sent it.
  if (connection.state !== 'syn-sent') return;
  if (kind === 'hard') endConnection(machine, connection, 'unreachable', sink);
  else connection.send.isUnreachable = true;
}

function kindV4(type: number, code: number): ErrorKind {
  if (type !== icmpType.destinationUnreachable) return 'none';
  if (code === icmpUnreachableCode.fragmentationNeeded) return 'too-big';
  // RFC 1122 4.2.3.9: protocol and port.
  return code === 2 || code === icmpUnreachableCode.port ? 'hard' : 'soft';
}

function kindV6(type: number, code: number): ErrorKind {
  if (type === icmpv6Type.packetTooBig) return 'too-big';
  if (type !== icmpv6Type.destinationUnreachable) return 'none';
  return code === icmpv6UnreachableCode.port ? 'hard' : 'soft';
}

/** RFC 5927 4.1: only if the quoted sequence number is in flight. */
function quotedConnection(
  machine: TcpMachine,
  packet: Uint8Array,
  at: number,
  end: number,
  isV4: boolean,
): Connection | undefined {
  const upper = findUpperLayer(packet, at, end);
  if (upper === undefined || upper.protocol !== ipProtocol.tcp || upper.isLater) return undefined;
  if (upper.at + quotedTcpBytes > end) return undefined;
  const { source, destination } = isV4 ? addressesV4(packet, at) : addressesV6(packet, at);
  const sourcePort = readU16(packet, upper.at + tcpOffset.sourcePort);
  const destinationPort = readU16(packet, upper.at + tcpOffset.destinationPort);
  const connection = findConnection(
    machine.connections,
    source,
    sourcePort,
    destination,
    destinationPort,
  );
  if (connection === undefined) return undefined;
  const { una, nxt } = connection.send;
  const sequence = unwrapSequence(readU32(packet, upper.at + tcpOffset.sequence), una);
  return sequence >= una && sequence < nxt ? connection : undefined;
}

function addressesV4(packet: Uint8Array, at: number): { source: Ip; destination: Ip } {
  return {
    source: readIpv4(packet, at + ipv4Offset.source),
    destination: readIpv4(packet, at + ipv4Offset.destination),
  };
}

function addressesV6(packet: Uint8Array, at: number): { source: Ip; destination: Ip } {
  return {
    source: readIpv6(packet, at + ipv6Offset.source),
    destination: readIpv6(packet, at + ipv6Offset.destination),
  };
}
