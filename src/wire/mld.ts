/**
 * Multicast Listener Discovery, versions 1 and 2: ICMPv6 of four types (RFC 2710 3, RFC 3810 5).
 *
 *   0        1        2                 4                 6                 8
 *   +--------+--------+-----------------+-----------------+-----------------+- - -
 *   |  130   |   0    |    checksum     | max. resp. code |        0        | group, or :: (16 bytes)
 *   |        |        |                 |  only in version 2, behind the group: S QRV, QQIC, N, sources
 *   |  131   |   0    |    checksum     |        0        |        0        | group    report, version 1
 *   |  132   |   0    |    checksum     |        0        |        0        | group    done, version 1
 *   |  143   |   0    |    checksum     |        0        |        N        | group records  - - -
 *   +--------+--------+-----------------+-----------------+-----------------+- - -
 */
import { anyIpv6, formatIp, type Ipv6, readIpv6, writeIp } from '../base/address.ts';
import { readU16, writeU16 } from '../base/bytes.ts';
import {
  emitQueryTail,
  type GroupQueryTail,
  measureQueryTail,
  parseQueryTail,
} from './group-query.ts';
import {
  describeGroupRecord,
  emitGroupRecords,
  type GroupRecord,
  measureGroupRecords,
  parseGroupRecords,
} from './group-record.ts';
import { type Malformed, malformed } from './malformed.ts';

export const mldType = { query: 130, report: 131, done: 132, reportV2: 143 } as const;

export type Mld =
  | { readonly kind: 'query-v1'; readonly maxResponseMs: number; readonly group: Ipv6 }
  | MldQueryV2
  | { readonly kind: 'report' | 'done'; readonly group: Ipv6 }
  | { readonly kind: 'report-v2'; readonly records: readonly GroupRecord[] };

export interface MldQueryV2 extends GroupQueryTail {
  readonly kind: 'query-v2';
  /** In milliseconds, as `decodeTime16` reads it. */
  readonly maxResponseCode: number;
  /** `::`: a general query. */
  readonly group: Ipv6;
}

const headBytes = 8;
const shortBytes = 24;
const offset = { code: 4, records: 6, group: 8 } as const;

/** Looks at the message only: `verifyIcmpv6Checksum` needs the IP header as well. */
export function parseMld(bytes: Uint8Array, at: number, end: number): Mld | Malformed {
  if (end - at < headBytes) return malformed(`MLD: ${end - at} of 8 bytes`);
  if (bytes[at] === mldType.reportV2) return parseReport(bytes, at, end);
  if (end - at < shortBytes) return malformed(`MLD: ${end - at} of 24 bytes`);
  const group = readIpv6(bytes, at + offset.group);
  switch (bytes[at]) {
    case mldType.query:
      return parseQuery(bytes, at, end, group);
    case mldType.report:
      return { kind: 'report', group };
    case mldType.done:
      return { kind: 'done', group };
    default:
      return malformed(`MLD: ICMPv6 type ${bytes[at]}`);
  }
}

/** RFC 3810 8.1: the length tells the version. */
function parseQuery(bytes: Uint8Array, at: number, end: number, group: Ipv6): Mld | Malformed {
  const code = readU16(bytes, at + offset.code);
  if (end - at === shortBytes) return { kind: 'query-v1', maxResponseMs: code, group };
  const tail = parseQueryTail(bytes, at + shortBytes, end, 6);
  if (tail === undefined) return malformed(`MLD: query of ${end - at} bytes`);
  return { kind: 'query-v2', maxResponseCode: code, group, ...tail };
}

function parseReport(bytes: Uint8Array, at: number, end: number): Mld | Malformed {
  const count = readU16(bytes, at + offset.records);
  const records = parseGroupRecords(bytes, at + headBytes, end, count, 6);
  if (records === undefined) return malformed(`MLD: ${count} records in ${end - at} bytes`);
  return { kind: 'report-v2', records };
}

export function measureMld(mld: Mld): number {
  switch (mld.kind) {
    case 'query-v2':
      return shortBytes + measureQueryTail(mld, 6);
    case 'report-v2':
      return headBytes + measureGroupRecords(mld.records, 6);
    default:
      return shortBytes;
  }
}

/** The whole message with a checksum of zero: `icmpv6Checksum` says what belongs there. */
export function emitMld(bytes: Uint8Array, at: number, mld: Mld): number {
  const end = at + measureMld(mld);
  bytes.fill(0, at, end);
  switch (mld.kind) {
    case 'query-v1':
      emitShort(bytes, at, mldType.query, mld.group, mld.maxResponseMs);
      break;
    case 'query-v2':
      emitShort(bytes, at, mldType.query, mld.group, mld.maxResponseCode);
      emitQueryTail(bytes, at + shortBytes, mld, 6);
      break;
    case 'report':
      emitShort(bytes, at, mldType.report, mld.group);
      break;
    case 'done':
      emitShort(bytes, at, mldType.done, mld.group);
      break;
    case 'report-v2':
      bytes[at] = mldType.reportV2;
      writeU16(bytes, at + offset.records, mld.records.length);
      emitGroupRecords(bytes, at + headBytes, mld.records, 6);
      break;
    default:
      mld satisfies never;
  }
  return end;
}

function emitShort(bytes: Uint8Array, at: number, type: number, group: Ipv6, code = 0): void {
  bytes[at] = type;
  writeU16(bytes, at + offset.code, code);
  writeIp(bytes, at + offset.group, group);
}

export function describeMld(mld: Mld): string {
  switch (mld.kind) {
    case 'query-v1':
    case 'query-v2':
      return `mld ${mld.kind} for ${mld.group === anyIpv6 ? 'all groups' : formatIp(mld.group)}`;
    case 'report':
    case 'done':
      return `mld ${mld.kind} ${formatIp(mld.group)}`;
    case 'report-v2':
      return `mld report-v2 [${mld.records.map(describeGroupRecord).join(', ')}]`;
  }
}
