/** What an application's kernel is told, behind a virtual interface, of a packet that does not leave the node. */
import type { Ipv4, Ipv6 } from '../base/address.ts';
import { writeU16 } from '../base/bytes.ts';
import { icmpv6Checksum, icmpv6Offset } from '../wire/icmpv6.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { emitIpv4, ipv4HeaderBytes } from '../wire/ipv4.ts';
import { emitIpv6, ipv6HeaderBytes } from '../wire/ipv6.ts';
import { type ErrorKind, errorV4, errorV6 } from './error-message.ts';
import { addressIn } from './packet-address.ts';

const ttl = 64;

/** As if where the packet was to go had said so: the kernel believes nobody who has its own address. */
export function errorAbout(packet: Uint8Array, kind: ErrorKind, mtuBytes: number): Uint8Array {
  const about = { bytes: packet, at: 0, end: packet.length };
  const [source, destination] = [addressIn(packet, 'destination'), addressIn(packet, 'source')];
  return packet[0]! >>> 4 === 4
    ? wrapV4(errorV4(kind, mtuBytes, about), source as Ipv4, destination as Ipv4)
    : wrapV6(errorV6(kind, mtuBytes, about), source as Ipv6, destination as Ipv6);
}

function wrapV4(message: Uint8Array, source: Ipv4, destination: Ipv4): Uint8Array {
  const packet = new Uint8Array(ipv4HeaderBytes + message.length);
  const at = emitIpv4(packet, 0, {
    ...{ headerBytes: ipv4HeaderBytes, dscp: 0, ecn: 0, totalLength: packet.length },
    ...{ identification: 0, dontFragment: true, moreFragments: false, fragmentOffset: 0 },
    ...{ ttl, protocol: ipProtocol.icmp, checksum: 0, source, destination },
    options: new Uint8Array(0),
  });
  packet.set(message, at);
  return packet;
}

function wrapV6(message: Uint8Array, source: Ipv6, destination: Ipv6): Uint8Array {
  const packet = new Uint8Array(ipv6HeaderBytes + message.length);
  const at = emitIpv6(packet, 0, {
    ...{ trafficClass: 0, flowLabel: 0, payloadLength: message.length },
    ...{ nextHeader: ipProtocol.icmpv6, hopLimit: ttl, source, destination },
  });
  packet.set(message, at);
  writeU16(packet, at + icmpv6Offset.checksum, icmpv6Checksum(packet, 0, at, packet.length));
  return packet;
}
