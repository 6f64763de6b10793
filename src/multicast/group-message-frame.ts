/** IGMP and MLD messages as the Ethernet frames in which a link carries them. */
import { type Ip, type Ipv4, type Ipv6, writeIp } from '../base/address.ts';
import { readU32, writeU16 } from '../base/bytes.ts';
import type { Mac } from '../base/mac.ts';
import { emitEthernet, ethernetHeaderBytes, etherType } from '../wire/ethernet.ts';
import { icmpv6Checksum } from '../wire/icmpv6.ts';
import { emitIgmp, type Igmp, measureIgmp } from '../wire/igmp.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { emitIpv4 } from '../wire/ipv4.ts';
import { emitIpv6, ipv6HeaderBytes } from '../wire/ipv6.ts';
import { emitMld, type Mld, measureMld } from '../wire/mld.ts';

/** RFC 2113, RFC 2711: every router looks at the packet. */
const routerAlertV4 = Uint8Array.of(0x94, 4, 0, 0);
const routerAlertV6 = Uint8Array.of(ipProtocol.icmpv6, 0, 5, 2, 0, 0, 1, 0);
const headerV4Bytes = 24;

/** RFC 1112 6.4, RFC 2464 7. */
export function groupMacOf(group: Ip): Mac {
  const bytes = new Uint8Array(16);
  writeIp(bytes, 0, group);
  if (typeof group === 'number') return (0x0100_5e00_0000 + (group & 0x7f_ffff)) as Mac;
  return (0x3333_0000_0000 + readU32(bytes, 12)) as Mac;
}

export function wrapIgmp(from: Mac, source: Ipv4, destination: Ipv4, igmp: Igmp): Uint8Array {
  const frame = new Uint8Array(ethernetHeaderBytes + headerV4Bytes + measureIgmp(igmp));
  const addresses = { destination: groupMacOf(destination), source: from, type: etherType.ipv4 };
  const ipAt = emitEthernet(frame, 0, addresses);
  const igmpAt = emitIpv4(frame, ipAt, {
    ...{ headerBytes: headerV4Bytes, dscp: 48, ecn: 0, totalLength: frame.length - ipAt },
    ...{ identification: 0, dontFragment: true, moreFragments: false, fragmentOffset: 0 },
    ...{ ttl: 1, protocol: ipProtocol.igmp, source, destination },
    options: routerAlertV4,
  });
  emitIgmp(frame, igmpAt, igmp);
  return frame;
}

export function wrapMld(from: Mac, source: Ipv6, destination: Ipv6, mld: Mld): Uint8Array {
  const payloadLength = routerAlertV6.length + measureMld(mld);
  const frame = new Uint8Array(ethernetHeaderBytes + ipv6HeaderBytes + payloadLength);
  const addresses = { destination: groupMacOf(destination), source: from, type: etherType.ipv6 };
  const ipAt = emitEthernet(frame, 0, addresses);
  const header = { trafficClass: 0, flowLabel: 0, payloadLength, nextHeader: 0, hopLimit: 1 };
  const optionsAt = emitIpv6(frame, ipAt, { ...header, source, destination });
  frame.set(routerAlertV6, optionsAt);
  const mldAt = optionsAt + routerAlertV6.length;
  emitMld(frame, mldAt, mld);
  writeU16(frame, mldAt + 2, icmpv6Checksum(frame, ipAt, mldAt, frame.length));
  return frame;
}
