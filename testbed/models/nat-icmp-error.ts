/**
 * ICMP errors through a NAT box (RFC 5508 4): the packet that an error quotes is put back into the
 * form that the error's receiver knows. No error opens, refreshes or ends a session (REQ-6).
 */
import { writeU16 } from '../../src/base/bytes.ts';
import { foldChecksum, sumWords } from '../../src/wire/checksum.ts';
import { icmpOffset } from '../../src/wire/icmp.ts';
import { endpointKey, flowKey } from './nat-key.ts';
import { type PacketFields, readPacket, rewriteDestination, rewriteSource } from './nat-packet.ts';
import type { Mapping } from './nat-session.ts';
import { livePermission, type NatTable } from './nat-table.ts';
import type { DropReason } from './nat-translation.ts';

/** RFC 5508 REQ-3: neither the error nor the quoted header may be damaged; the quoted transport may be. */
export function readQuoted(
  packet: PacketFields,
  quoted: PacketFields,
  bytes: Uint8Array,
  end: number,
): DropReason | undefined {
  const { transportAt } = packet;
  if (foldChecksum(sumWords(bytes, transportAt, end)) !== 0) return 'bad-checksum';
  const kind = readPacket(quoted, bytes, transportAt + icmpOffset.body, end, true);
  if (kind === 'malformed' || kind === 'fragment') return kind;
  if (foldChecksum(sumWords(bytes, quoted.ipAt, quoted.transportAt)) !== 0) return 'bad-checksum';
  return kind === 'icmp-error' || kind === 'other' ? 'no-session' : undefined;
}

/** RFC 5508 REQ-4: an error from outside about what an inside host sent. */
export function errorInward(
  table: NatTable,
  nowNs: number,
  packet: PacketFields,
  quoted: PacketFields,
  bytes: Uint8Array,
  end: number,
): DropReason | undefined {
  const mapping = findSender(table, nowNs, quoted);
  if (mapping === undefined) return 'no-session';
  rewriteSource(quoted, bytes, mapping.internal, mapping.internalPort);
  rewriteDestination(packet, bytes, mapping.internal, 0);
  closeError(packet, bytes, end);
  return undefined;
}

/** RFC 5508 REQ-5: an error from inside about what came in; its source becomes the box's (REQ-5c). */
export function errorOutward(
  table: NatTable,
  nowNs: number,
  packet: PacketFields,
  quoted: PacketFields,
  bytes: Uint8Array,
  end: number,
): DropReason | undefined {
  const mapping = findReceiver(table, nowNs, quoted);
  if (mapping === undefined) return 'no-session';
  rewriteDestination(quoted, bytes, mapping.external, mapping.externalPort);
  rewriteSource(packet, bytes, mapping.external, 0);
  closeError(packet, bytes, end);
  return undefined;
}

/** RFC 5508 REQ-7: an error about a packet that one inside host sent to another by way of the box. */
export function errorTurned(
  table: NatTable,
  nowNs: number,
  packet: PacketFields,
  quoted: PacketFields,
  bytes: Uint8Array,
  end: number,
): DropReason | undefined {
  const receiver = findReceiver(table, nowNs, quoted);
  if (receiver === undefined) return 'no-session';
  rewriteDestination(quoted, bytes, receiver.external, receiver.externalPort);
  quoted.destination = receiver.external;
  quoted.destinationPort = receiver.externalPort;
  rewriteSource(packet, bytes, receiver.external, 0);
  return errorInward(table, nowNs, packet, quoted, bytes, end);
}

/** Who sent the quoted packet, as it looked outside. */
function findSender(table: NatTable, nowNs: number, quoted: PacketFields): Mapping | undefined {
  const { protocol, source, sourcePort, destination, destinationPort } = quoted;
  const port = table.externals.get(flowKey(protocol, source, sourcePort));
  const remote = endpointKey(destination, destinationPort);
  const session = port?.sessions.get(remote);
  if (session !== undefined && session.expiresNs > nowNs) return session.mapping;
  return port?.mappings.find((mapping) => livePermission(table, nowNs, mapping, remote));
}

/** Who was to get the quoted packet, as it looked inside. */
function findReceiver(table: NatTable, nowNs: number, quoted: PacketFields): Mapping | undefined {
  const { protocol, source, sourcePort, destination, destinationPort } = quoted;
  const owner = table.internals.get(flowKey(protocol, destination, destinationPort));
  const session = owner?.sessions.get(endpointKey(source, sourcePort));
  return session !== undefined && session.expiresNs > nowNs ? session.mapping : undefined;
}

/** Errors are rare: their checksum is made anew instead of followed through every change. */
function closeError({ transportAt }: PacketFields, bytes: Uint8Array, end: number): void {
  const fieldAt = transportAt + icmpOffset.checksum;
  writeU16(bytes, fieldAt, 0);
  writeU16(bytes, fieldAt, foldChecksum(sumWords(bytes, transportAt, end)));
}
