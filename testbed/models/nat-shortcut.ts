/**
 * The sessions that packets met last, found without the tables: among thousands of boxes each step into a
 * Map is some cache misses. Nothing here is remembered beyond the tables: what they drop or put in
 * another's place empties the shortcuts.
 */
import type { PacketFields } from './nat-packet.ts';
import type { Session } from './nat-session.ts';

export interface Shortcuts {
  readonly outward: (Session | undefined)[];
  readonly inward: (Session | undefined)[];
}

/** A home's worth; a power of two. */
const places = 32;

export function createShortcuts(): Shortcuts {
  return { outward: new Array(places).fill(undefined), inward: new Array(places).fill(undefined) };
}

export function emptyShortcuts({ outward, inward }: Shortcuts): void {
  outward.fill(undefined);
  inward.fill(undefined);
}

/** The live session of a packet from the inside, if it stands here. */
export function recallOutward(
  { outward }: Shortcuts,
  nowNs: number,
  packet: PacketFields,
  remote: number,
): Session | undefined {
  const session = outward[placeOf(packet.source, packet.sourcePort)];
  if (session === undefined || session.remote !== remote) return undefined;
  const { protocol, internal, internalPort } = session.mapping;
  if (internalPort !== packet.sourcePort || internal !== packet.source) return undefined;
  return protocol === packet.protocol && session.expiresNs > nowNs ? session : undefined;
}

export function noteOutward({ outward }: Shortcuts, packet: PacketFields, session: Session): void {
  outward[placeOf(packet.source, packet.sourcePort)] = session;
}

/** The live session of a packet from the outside, if it stands here. */
export function recallInward(
  { inward }: Shortcuts,
  nowNs: number,
  packet: PacketFields,
  remote: number,
): Session | undefined {
  const session = inward[placeOf(packet.source, packet.destinationPort)];
  if (session === undefined || session.remote !== remote) return undefined;
  const { protocol, external, externalPort } = session.mapping;
  if (externalPort !== packet.destinationPort || external !== packet.destination) return undefined;
  return protocol === packet.protocol && session.expiresNs > nowNs ? session : undefined;
}

export function noteInward({ inward }: Shortcuts, packet: PacketFields, session: Session): void {
  inward[placeOf(packet.source, packet.destinationPort)] = session;
}

function placeOf(address: number, port: number): number {
  return (address + port) & (places - 1);
}
