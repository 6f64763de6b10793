/** Sending UDP datagrams (RFC 768). */
import { type Endpoint, familyOf, isMulticast, isUnspecified } from '../base/address.ts';
import { writeU16 } from '../base/bytes.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { udpChecksum, udpHeaderBytes, udpOffset } from '../wire/udp.ts';
import { ipAt } from './link-header.ts';
import type { DatagramSendOptions, SendOutcome } from './outcome.ts';
import { beginPacket, chooseWay, defaultTtl, finishPacket, payloadAt } from './packet-output.ts';
import type { IpSink } from './sink.ts';
import { chooseSource } from './source-choice.ts';
import type { DatagramSocketState, IpMachine } from './state.ts';

/** RFC 1112 6.1, RFC 3493 5.2: groups are reached on the own link unless more is asked for. */
const groupTtl = 1;

/** The payload is copied. */
export function sendDatagram(
  machine: IpMachine,
  nowNs: number,
  token: number,
  payload: Uint8Array,
  to: Endpoint,
  options: DatagramSendOptions,
  sink: IpSink,
): SendOutcome {
  const socket = machine.sockets.byToken[token];
  if (socket === undefined) return 'closed';
  return sendFrom(machine, nowNs, socket, payload, to, options, sink);
}

/** The same for who has the socket at hand. */
export function sendFrom(
  machine: IpMachine,
  nowNs: number,
  socket: DatagramSocketState,
  payload: Uint8Array,
  to: Endpoint,
  options: DatagramSendOptions,
  sink: IpSink,
): SendOutcome {
  const destination = to.address;
  if (familyOf(destination) !== socket.family) return 'no-route';
  const isBound = !isUnspecified(socket.address) && !isMulticast(socket.address);
  const wanted = options.source ?? (isBound ? socket.address : undefined);
  const way = chooseWay(machine, destination, wanted, socket.interfaceIndex);
  if (typeof way === 'string') return way;
  const source = wanted ?? chooseSource(machine, way);
  if (source === undefined) return 'no-route';
  const ttl = options.ttl ?? (way.kind === 'multicast' ? groupTtl : defaultTtl);
  const dontFragment = options.dontFragment ?? false;
  const header = { source, destination, protocol: ipProtocol.udp, ttl, dontFragment };
  const frame = beginPacket(machine, nowNs, way, header, udpHeaderBytes + payload.length);
  if (frame === undefined) return 'message-too-long';
  writeDatagram(frame.bytes, payloadAt(destination), socket.port, to.port, payload);
  finishPacket(machine, nowNs, way, frame, true, sink);
  return 'sent';
}

function writeDatagram(
  bytes: Uint8Array,
  at: number,
  sourcePort: number,
  destinationPort: number,
  payload: Uint8Array,
): void {
  const length = udpHeaderBytes + payload.length;
  writeU16(bytes, at + udpOffset.sourcePort, sourcePort);
  writeU16(bytes, at + udpOffset.destinationPort, destinationPort);
  writeU16(bytes, at + udpOffset.length, length);
  writeU16(bytes, at + udpOffset.checksum, 0);
  bytes.set(payload, at + udpHeaderBytes);
  writeU16(bytes, at + udpOffset.checksum, udpChecksum(bytes, ipAt, at, at + length));
}
