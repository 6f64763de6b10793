/** IP packets around TCP segments, without an IP layer: boards see packets of one service only. */
import { type Endpoint, type Ip, isIpv4 } from '../base/address.ts';
import { writeU16 } from '../base/bytes.ts';
import { findUpperLayer } from '../ip/upper-layer.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { emitIpv4, ipv4HeaderBytes } from '../wire/ipv4.ts';
import { emitIpv6, ipv6HeaderBytes } from '../wire/ipv6.ts';

const hops = 64;
const noOptions = new Uint8Array(0);

export interface Route {
  readonly source: Ip;
  readonly destination: Ip;
}

/** A packet with room for `payloadBytes` behind its header, and where they begin. */
export function packetFor({ source, destination }: Route, payloadBytes: number, ecn = 0) {
  if (isIpv4(source) && isIpv4(destination)) {
    const packet = new Uint8Array(ipv4HeaderBytes + payloadBytes);
    const payloadAt = emitIpv4(packet, 0, {
      headerBytes: ipv4HeaderBytes,
      dscp: 0,
      ecn,
      totalLength: packet.length,
      identification: 0,
      // RFC 6864 4.1: an atomic packet needs no identification of its own.
      dontFragment: true,
      moreFragments: false,
      fragmentOffset: 0,
      ttl: hops,
      protocol: ipProtocol.tcp,
      source,
      destination,
      options: noOptions,
    });
    return { packet, payloadAt };
  }
  if (isIpv4(source) || isIpv4(destination)) throw new RangeError('addresses of two families');
  const packet = new Uint8Array(ipv6HeaderBytes + payloadBytes);
  const payloadAt = emitIpv6(packet, 0, {
    trafficClass: ecn,
    flowLabel: 0,
    payloadLength: payloadBytes,
    nextHeader: ipProtocol.tcp,
    hopLimit: hops,
    source,
    destination,
  });
  return { packet, payloadAt };
}

/** Where the TCP segment of a packet stands; undefined: it has none. */
export function findSegment(packet: Uint8Array): number | undefined {
  const upper = findUpperLayer(packet, 0, packet.length);
  if (upper === undefined || upper.isLater || upper.protocol !== ipProtocol.tcp) return undefined;
  return upper.at + 20 > packet.length ? undefined : upper.at;
}

const portBytes = 4;

/** What both boards know of a packet is left out: the addresses and the ports. */
export function segmentWithoutPorts(packet: Uint8Array, segmentAt: number): Uint8Array {
  return packet.slice(segmentAt + portBytes);
}

/** The packet from `remote` again. */
export function packetAgain(
  local: Endpoint,
  remote: Endpoint,
  segment: Uint8Array,
  ecn: number,
): Uint8Array {
  const route = { source: remote.address, destination: local.address };
  const { packet, payloadAt } = packetFor(route, segment.length + portBytes, ecn);
  writeU16(packet, payloadAt, remote.port);
  writeU16(packet, payloadAt + 2, local.port);
  packet.set(segment, payloadAt + portBytes);
  return packet;
}
