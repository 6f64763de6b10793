/** A datagram to a group as a whole Ethernet frame: what a source sends, a switch copies, a subscriber counts. */
import { type Ip, type Ipv4, type Ipv6, isIpv4, isMulticast } from '../base/address.ts';
import { readU48, writeU16 } from '../base/bytes.ts';
import type { Mac } from '../base/mac.ts';
import { groupMacOf } from '../multicast/group-message-frame.ts';
import {
  emitEthernet,
  ethernetHeaderBytes,
  ethernetOffset,
  etherType,
  parseEthernet,
} from '../wire/ethernet.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { emitIpv4, ipv4HeaderBytes, parseIpv4 } from '../wire/ipv4.ts';
import { emitIpv6, ipv6HeaderBytes, parseIpv6 } from '../wire/ipv6.ts';
import { isMalformed } from '../wire/malformed.ts';
import { emitUdp, udpChecksum, udpHeaderBytes, udpOffset } from '../wire/udp.ts';

export interface GroupDatagram {
  /** Of the frame: a group's, or of the one host that a copy is for. */
  readonly destination: Mac;
  readonly source: Ip;
  readonly group: Ip;
}

const port = 5_004;
const hops = 8;

export function buildGroupDatagram(
  from: Mac,
  source: Ip,
  group: Ip,
  payload: Uint8Array,
): Uint8Array {
  const ipBytes = isIpv4(group) ? ipv4HeaderBytes : ipv6HeaderBytes;
  const udpAt = ethernetHeaderBytes + ipBytes;
  const length = udpHeaderBytes + payload.length;
  const frame = new Uint8Array(udpAt + length);
  const type = isIpv4(group) ? etherType.ipv4 : etherType.ipv6;
  emitEthernet(frame, 0, { destination: groupMacOf(group), source: from, type });
  if (isIpv4(group)) emitHeader4(frame, source as Ipv4, group, ipBytes + length);
  else emitHeader6(frame, source as Ipv6, group, length);
  emitUdp(frame, udpAt, { sourcePort: port, destinationPort: port, length, checksum: 0 });
  frame.set(payload, udpAt + udpHeaderBytes);
  const checksum = udpChecksum(frame, ethernetHeaderBytes, udpAt, frame.length);
  writeU16(frame, udpAt + udpOffset.checksum, checksum);
  return frame;
}

function emitHeader4(frame: Uint8Array, source: Ipv4, destination: Ipv4, totalLength: number) {
  emitIpv4(frame, ethernetHeaderBytes, {
    ...{ headerBytes: ipv4HeaderBytes, dscp: 0, ecn: 0, totalLength, identification: 0 },
    ...{ dontFragment: true, moreFragments: false, fragmentOffset: 0, ttl: hops },
    ...{ protocol: ipProtocol.udp, source, destination, options: new Uint8Array(0) },
  });
}

function emitHeader6(frame: Uint8Array, source: Ipv6, destination: Ipv6, payloadLength: number) {
  emitIpv6(frame, ethernetHeaderBytes, {
    ...{ trafficClass: 0, flowLabel: 0, payloadLength, nextHeader: ipProtocol.udp },
    ...{ hopLimit: hops, source, destination },
  });
}

/** Undefined: no UDP to a group. */
export function readGroupDatagram(frame: Uint8Array): GroupDatagram | undefined {
  const ethernet = parseEthernet(frame, 0, frame.length);
  if (isMalformed(ethernet)) return undefined;
  const ways = ethernet.type === etherType.ipv4 ? wayOf4(frame) : wayOf6(frame, ethernet.type);
  if (ways === undefined || !isMulticast(ways.destination)) return undefined;
  const destination = readU48(frame, ethernetOffset.destination) as Mac;
  return { destination, source: ways.source, group: ways.destination };
}

interface Way {
  readonly source: Ip;
  readonly destination: Ip;
}

function wayOf4(frame: Uint8Array): Way | undefined {
  const ip = parseIpv4(frame, ethernetHeaderBytes, frame.length);
  return isMalformed(ip) || ip.protocol !== ipProtocol.udp ? undefined : ip;
}

function wayOf6(frame: Uint8Array, type: number): Way | undefined {
  if (type !== etherType.ipv6) return undefined;
  const ip = parseIpv6(frame, ethernetHeaderBytes, frame.length);
  return isMalformed(ip) || ip.nextHeader !== ipProtocol.udp ? undefined : ip;
}
