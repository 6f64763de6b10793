/** The addresses of a whole IP packet, where they stand. */
import { type Ip, readIpv4, readIpv6 } from '../base/address.ts';
import { ipv4Offset } from '../wire/ipv4.ts';
import { ipv6Offset } from '../wire/ipv6.ts';

export type Side = 'source' | 'destination';

export function addressIn(packet: Uint8Array, side: Side): Ip {
  return packet[0]! >>> 4 === 4
    ? readIpv4(packet, ipv4Offset[side])
    : readIpv6(packet, ipv6Offset[side]);
}
