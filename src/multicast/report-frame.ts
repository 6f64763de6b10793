/** An Ethernet frame with a report or a leave in it: what a host asks of the switch. */
import type { Ip } from '../base/address.ts';
import { readU48 } from '../base/bytes.ts';
import type { Mac } from '../base/mac.ts';
import { ethernetHeaderBytes, ethernetOffset, etherType, parseEthernet } from '../wire/ethernet.ts';
import type { GroupRecord } from '../wire/group-record.ts';
import { verifyIcmpv6Checksum } from '../wire/icmpv6.ts';
import { type Igmp, parseIgmp } from '../wire/igmp.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { parseIpv4 } from '../wire/ipv4.ts';
import { ipv6HeaderBytes, parseIpv6 } from '../wire/ipv6.ts';
import { isMalformed, type Malformed, malformed } from '../wire/malformed.ts';
import { type Mld, parseMld } from '../wire/mld.ts';

export interface MembershipReport {
  readonly mac: Mac;
  /** As the format spells it: `report-v2`, `done`. */
  readonly message: string;
  readonly records: readonly GroupRecord[];
}

export function readReport(frame: Uint8Array): MembershipReport | Malformed {
  const ethernet = parseEthernet(frame, 0, frame.length);
  if (isMalformed(ethernet)) return ethernet;
  const mac = readU48(frame, ethernetOffset.source) as Mac;
  if (ethernet.type === etherType.ipv4) return readIgmp(frame, mac);
  if (ethernet.type === etherType.ipv6) return readMld(frame, mac);
  return malformed('neither IPv4 nor IPv6');
}

function readIgmp(frame: Uint8Array, mac: Mac): MembershipReport | Malformed {
  const ip = parseIpv4(frame, ethernetHeaderBytes, frame.length);
  if (isMalformed(ip)) return ip;
  if (ip.protocol !== ipProtocol.igmp || ip.moreFragments || ip.fragmentOffset > 0) {
    return malformed('no whole IGMP message');
  }
  const end = ethernetHeaderBytes + ip.totalLength;
  const igmp = parseIgmp(frame, ethernetHeaderBytes + ip.headerBytes, end);
  return isMalformed(igmp) ? igmp : reportOf(mac, igmp.kind, igmpRecords(igmp));
}

function igmpRecords(igmp: Igmp): readonly GroupRecord[] | undefined {
  switch (igmp.kind) {
    case 'report-v1':
    case 'report-v2':
      return [join(igmp.group)];
    case 'leave':
      return [leave(igmp.group)];
    case 'report-v3':
      return igmp.records;
    case 'query-v1':
    case 'query-v2':
    case 'query-v3':
      return undefined;
  }
}

/** A hop-by-hop header with the router alert stands before it (RFC 2710 3, RFC 3810 5). */
const hopByHop = 0;

function readMld(frame: Uint8Array, mac: Mac): MembershipReport | Malformed {
  const ipAt = ethernetHeaderBytes;
  const ip = parseIpv6(frame, ipAt, frame.length);
  if (isMalformed(ip)) return ip;
  const end = ipAt + ipv6HeaderBytes + ip.payloadLength;
  const optionsAt = ipAt + ipv6HeaderBytes;
  if (ip.nextHeader !== hopByHop || ip.hopLimit !== 1 || end - optionsAt < 8) {
    return malformed('MLD: no hop-by-hop header, or from another link');
  }
  const mldAt = optionsAt + 8 + frame[optionsAt + 1]! * 8;
  if (frame[optionsAt] !== ipProtocol.icmpv6 || mldAt >= end) return malformed('no ICMPv6');
  const mld = parseMld(frame, mldAt, end);
  if (isMalformed(mld)) return mld;
  if (!verifyIcmpv6Checksum(frame, ipAt, mldAt, end)) return malformed('MLD: checksum is wrong');
  return reportOf(mac, mld.kind, mldRecords(mld));
}

function mldRecords(mld: Mld): readonly GroupRecord[] | undefined {
  switch (mld.kind) {
    case 'report':
      return [join(mld.group)];
    case 'done':
      return [leave(mld.group)];
    case 'report-v2':
      return mld.records;
    case 'query-v1':
    case 'query-v2':
      return undefined;
  }
}

/** RFC 3376 7.3.2: what an older version says in the words of the newest. */
function join(group: Ip): GroupRecord {
  return { change: 'is-exclude', group, sources: [] };
}

function leave(group: Ip): GroupRecord {
  return { change: 'to-include', group, sources: [] };
}

function reportOf(
  mac: Mac,
  message: string,
  records: readonly GroupRecord[] | undefined,
): MembershipReport | Malformed {
  return records === undefined
    ? malformed(`a subscriber sends no ${message}`)
    : { mac, message, records };
}
