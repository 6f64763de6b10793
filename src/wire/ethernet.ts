/**
 * An Ethernet II frame, without preamble and frame check sequence (RFC 894, IEEE 802.3 3.2).
 *
 *   0                 6                 12      14
 *   +-----------------+-----------------+-------+-- - -
 *   |   destination   |     source      | type  | data
 *   +-----------------+-----------------+-------+-- - -
 */
import { readU16, readU48, writeU16, writeU48 } from '../base/bytes.ts';
import { formatMac, type Mac } from '../base/mac.ts';
import { type Malformed, malformed } from './malformed.ts';

export const ethernetOffset = { destination: 0, source: 6, type: 12 } as const;
export const ethernetHeaderBytes = 14;

export const etherType = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;

export interface EthernetHeader {
  readonly destination: Mac;
  readonly source: Mac;
  readonly type: number;
}

export function parseEthernet(
  bytes: Uint8Array,
  at: number,
  end: number,
): EthernetHeader | Malformed {
  if (end - at < ethernetHeaderBytes) return malformed(`Ethernet: ${end - at} of 14 header bytes`);
  return {
    destination: readU48(bytes, at + ethernetOffset.destination) as Mac,
    source: readU48(bytes, at + ethernetOffset.source) as Mac,
    type: readU16(bytes, at + ethernetOffset.type),
  };
}

export function emitEthernet(bytes: Uint8Array, at: number, header: EthernetHeader): number {
  writeU48(bytes, at + ethernetOffset.destination, header.destination);
  writeU48(bytes, at + ethernetOffset.source, header.source);
  writeU16(bytes, at + ethernetOffset.type, header.type);
  return at + ethernetHeaderBytes;
}

export function describeEthernet(header: EthernetHeader): string {
  const { destination, source, type } = header;
  return `${formatMac(source)} > ${formatMac(destination)} ${describeEtherType(type)}`;
}

function describeEtherType(type: number): string {
  const known = Object.entries(etherType).find(([, number]) => number === type);
  return known?.[0] ?? `type 0x${type.toString(16).padStart(4, '0')}`;
}
