/** A packet for this node: to whom its segment belongs. */
import { isMulticast, isUnspecified } from '../base/address.ts';
import { readU16 } from '../base/bytes.ts';
import { findUpperLayer } from '../ip/upper-layer.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { ipv4Offset } from '../wire/ipv4.ts';
import { ipv6HeaderBytes, ipv6Offset } from '../wire/ipv6.ts';
import { verifyTcpChecksum } from '../wire/tcp.ts';
import { arriveClosed } from './arrive-closed.ts';
import { arriveListen } from './arrive-listen.ts';
import { arriveSynSent } from './arrive-syn-sent.ts';
import { arriveSynchronized } from './arrive-synchronized.ts';
import type { ArrivedSegment } from './arrived-segment.ts';
import { readSegment } from './arrived-segment.ts';
import type { Connection } from './connection.ts';
import { findConnection } from './connection-table.ts';
import { heedIcmp } from './icmp-error.ts';
import { findListener } from './listeners.ts';
import type { TcpMachine } from './machine-state.ts';
import { recordDiscard } from './records.ts';
import { unwrapSequence } from './sequence.ts';
import type { TcpSink } from './sink.ts';
import { mayBeReplaced, replaceTimeWait } from './time-wait.ts';

/** An IP packet with a segment for this node, or with an ICMP error about one of its own. */
export function receivePacket(
  machine: TcpMachine,
  nowNs: number,
  packet: Uint8Array,
  sink: TcpSink,
): void {
  const end = Math.min(packet.length, packetBytesOf(packet));
  const upper = findUpperLayer(packet, 0, end);
  if (upper === undefined || upper.isLater) return;
  if (upper.protocol === ipProtocol.icmp || upper.protocol === ipProtocol.icmpv6) {
    heedIcmp(machine, nowNs, packet, upper.at, end, sink);
    return;
  }
  if (upper.protocol !== ipProtocol.tcp) return;
  if (!verifyTcpChecksum(packet, 0, upper.at, end)) {
    recordDiscard(sink, 'TCP: wrong checksum');
    return;
  }
  receiveSegment(machine, nowNs, packet, upper.at, end, sink);
}

/** Answers a segment as if nobody had ever listened for it (RFC 9293 3.10.7.1). */
export function refusePacket(machine: TcpMachine, packet: Uint8Array, sink: TcpSink): void {
  const end = Math.min(packet.length, packetBytesOf(packet));
  const upper = findUpperLayer(packet, 0, end);
  if (upper?.protocol !== ipProtocol.tcp) return;
  const segment = machine.arrived;
  if (readSegment(segment, packet, 0, upper.at, end)) arriveClosed(machine, segment, sink);
}

/** The checksum was looked at; the IP packet begins with `packet`. */
export function receiveSegment(
  machine: TcpMachine,
  nowNs: number,
  packet: Uint8Array,
  at: number,
  end: number,
  sink: TcpSink,
): void {
  const segment = machine.arrived;
  if (!readSegment(segment, packet, 0, at, end)) {
    recordDiscard(sink, 'TCP: malformed');
    return;
  }
  const { source, destination, sourcePort, destinationPort } = segment;
  // RFC 9293 3.9.2.3: neither to nor from a group.
  if (isMulticast(destination) || isMulticast(source) || isUnspecified(source)) return;
  const connection = findConnection(
    machine.connections,
    destination,
    destinationPort,
    source,
    sourcePort,
  );
  if (connection === undefined) {
    arriveUnknown(machine, nowNs, segment, sink);
  } else if (connection.state === 'time-wait' && mayBeReplaced(machine, connection, segment)) {
    replaceTimeWait(machine, nowNs, connection, segment, sink);
  } else {
    arrive(machine, nowNs, connection, segment, sink);
  }
}

function arrive(
  machine: TcpMachine,
  nowNs: number,
  connection: Connection,
  segment: ArrivedSegment,
  sink: TcpSink,
): void {
  const { send, receive, counts } = connection;
  counts.segmentsReceived++;
  receive.lastAtNs = nowNs;
  send.keepAliveProbes = 0;
  segment.acknowledgment = unwrapSequence(segment.wireAcknowledgment, send.una);
  if (connection.state === 'syn-sent') {
    arriveSynSent(machine, nowNs, connection, segment, sink);
    return;
  }
  segment.sequence = unwrapSequence(segment.wireSequence, receive.nxt);
  arriveSynchronized(machine, nowNs, connection, segment, sink);
}

function arriveUnknown(
  machine: TcpMachine,
  nowNs: number,
  segment: ArrivedSegment,
  sink: TcpSink,
): void {
  const listener = findListener(machine, segment.destination, segment.destinationPort);
  if (listener === undefined) arriveClosed(machine, segment, sink);
  else arriveListen(machine, nowNs, listener, segment, sink);
}

function packetBytesOf(packet: Uint8Array): number {
  if (packet.length < ipv4Offset.options) return 0;
  if (packet[0]! >>> 4 === 4) return readU16(packet, ipv4Offset.totalLength);
  return ipv6HeaderBytes + readU16(packet, ipv6Offset.payloadLength);
}
