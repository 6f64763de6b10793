/** What a machine asks the link, where the link is not asked: the daemon knows, or asks for us. */
import type { Ip } from '../../base/address.ts';
import { readU16 } from '../../base/bytes.ts';
import type { Frame } from '../../base/frame.ts';
import { parseArp } from '../../wire/arp.ts';
import { ethernetHeaderBytes, ethernetOffset, etherType } from '../../wire/ethernet.ts';
import { icmpv6Type, parseIcmpv6 } from '../../wire/icmpv6.ts';
import { ipProtocol } from '../../wire/ip-protocol.ts';
import { ipv6HeaderBytes, ipv6Offset } from '../../wire/ipv6.ts';
import { isMalformed } from '../../wire/malformed.ts';

/** Whose link-layer address an ARP request or a neighbour solicitation asks for; undefined: it is neither. */
export function askedNeighbour({ bytes, length }: Frame): Ip | undefined {
  const type = readU16(bytes, ethernetOffset.type);
  if (type === etherType.arp) {
    const arp = parseArp(bytes, ethernetHeaderBytes, length);
    return isMalformed(arp) || arp.operation !== 'request' ? undefined : arp.targetIp;
  }
  if (type !== etherType.ipv6) return undefined;
  const icmpAt = ethernetHeaderBytes + ipv6HeaderBytes;
  if (bytes[ethernetHeaderBytes + ipv6Offset.nextHeader] !== ipProtocol.icmpv6) return undefined;
  if (bytes[icmpAt] !== icmpv6Type.neighborSolicitation) return undefined;
  const message = parseIcmpv6(bytes, icmpAt, length);
  return isMalformed(message) || message.kind !== 'neighbor-solicitation'
    ? undefined
    : message.target;
}
