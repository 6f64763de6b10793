/** An IP packet that is made outside of any machine: a header, and room for a body. */
import { type Ip, type Ipv4, type Ipv6, isIpv4 } from '../base/address.ts';
import { emitIpv4, ipv4HeaderBytes } from '../wire/ipv4.ts';
import { emitIpv6, ipv6HeaderBytes } from '../wire/ipv6.ts';

export interface EmptyPacket {
  readonly packet: Uint8Array;
  /** Where its payload begins. */
  readonly at: number;
}

/** An IP packet with room for a body. */
export function makeIpPacket(
  { source, destination }: { readonly source: Ip; readonly destination: Ip },
  protocol: number,
  bodyBytes: number,
  ecn: number,
): EmptyPacket {
  return isIpv4(source)
    ? packetV4(source, destination as Ipv4, protocol, bodyBytes, ecn)
    : packetV6(source, destination as Ipv6, protocol, bodyBytes, ecn);
}

function packetV4(
  source: Ipv4,
  destination: Ipv4,
  protocol: number,
  bodyBytes: number,
  ecn: number,
): EmptyPacket {
  const packet = new Uint8Array(ipv4HeaderBytes + bodyBytes);
  const at = emitIpv4(packet, 0, {
    headerBytes: ipv4HeaderBytes,
    dscp: 0,
    ecn,
    totalLength: packet.length,
    identification: 0,
    dontFragment: true,
    moreFragments: false,
    fragmentOffset: 0,
    ttl: 64,
    protocol,
    source,
    destination,
    options: new Uint8Array(0),
  });
  return { packet, at };
}

function packetV6(
  source: Ipv6,
  destination: Ipv6,
  nextHeader: number,
  payloadLength: number,
  trafficClass: number,
): EmptyPacket {
  const packet = new Uint8Array(ipv6HeaderBytes + payloadLength);
  const fixed = { flowLabel: 0, hopLimit: 64 };
  const way = { source, destination };
  const at = emitIpv6(packet, 0, { ...fixed, ...way, trafficClass, payloadLength, nextHeader });
  return { packet, at };
}
