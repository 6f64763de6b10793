/**
 * IGMP: versions 1, 2 and 3 (RFC 1112 appendix I, RFC 2236 2, RFC 3376 4). With its checksum.
 *
 *   0        1        2                 4                 8        9        10                12
 *   +--------+--------+-----------------+-----------------+--------+--------+-----------------+- - -
 *   |  0x11  | max    |    checksum     | group, or 0     | S, QRV | QQIC   | N, sources      | sources
 *   |        | resp.  |                 |                 |  only in a query of version 3
 *   |  0x12  |   0    |    checksum     | group           |           report of version 1
 *   |  0x16  |   0    |    checksum     | group           |           report of version 2
 *   |  0x17  |   0    |    checksum     | group           |           leave, of version 2
 *   |  0x22  |   0    |    checksum     | 0      | N      | group records  - - -
 *   +--------+--------+-----------------+-----------------+- - -
 */
import { formatIp, type Ipv4, readIpv4, writeIp } from '../base/address.ts';
import { readU16, writeU16 } from '../base/bytes.ts';
import { foldChecksum, sumWords } from './checksum.ts';
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

export const igmpType = {
  query: 0x11,
  reportV1: 0x12,
  reportV2: 0x16,
  leave: 0x17,
  reportV3: 0x22,
} as const;

export type Igmp =
  | { readonly kind: 'query-v1' }
  | { readonly kind: 'query-v2'; readonly maxResponseTenths: number; readonly group: Ipv4 }
  | IgmpQueryV3
  | { readonly kind: 'report-v1' | 'report-v2' | 'leave'; readonly group: Ipv4 }
  | { readonly kind: 'report-v3'; readonly records: readonly GroupRecord[] };

export interface IgmpQueryV3 extends GroupQueryTail {
  readonly kind: 'query-v3';
  /** In tenths of a second, as `decodeTime8` reads it. */
  readonly maxResponseCode: number;
  /** 0.0.0.0: a general query. */
  readonly group: Ipv4;
}

const shortBytes = 8;
const offset = { type: 0, code: 1, checksum: 2, group: 4 } as const;
const recordsCountAt = 6;

export function parseIgmp(bytes: Uint8Array, at: number, end: number): Igmp | Malformed {
  if (end - at < shortBytes) return malformed(`IGMP: ${end - at} of 8 bytes`);
  if (foldChecksum(sumWords(bytes, at, end)) !== 0) return malformed('IGMP: checksum is wrong');
  const group = readIpv4(bytes, at + offset.group);
  switch (bytes[at]) {
    case igmpType.query:
      return parseQuery(bytes, at, end, group);
    case igmpType.reportV1:
      return { kind: 'report-v1', group };
    case igmpType.reportV2:
      return { kind: 'report-v2', group };
    case igmpType.leave:
      return { kind: 'leave', group };
    case igmpType.reportV3:
      return parseReport(bytes, at, end);
    default:
      return malformed(`IGMP: type ${bytes[at]}`);
  }
}

/** RFC 3376 7.1: the length and the response code tell the version. */
function parseQuery(bytes: Uint8Array, at: number, end: number, group: Ipv4): Igmp | Malformed {
  const code = bytes[at + offset.code]!;
  if (end - at === shortBytes) {
    return code === 0 ? { kind: 'query-v1' } : { kind: 'query-v2', maxResponseTenths: code, group };
  }
  const tail = parseQueryTail(bytes, at + shortBytes, end, 4);
  if (tail === undefined) return malformed(`IGMP: query of ${end - at} bytes`);
  return { kind: 'query-v3', maxResponseCode: code, group, ...tail };
}

function parseReport(bytes: Uint8Array, at: number, end: number): Igmp | Malformed {
  const count = readU16(bytes, at + recordsCountAt);
  const records = parseGroupRecords(bytes, at + shortBytes, end, count, 4);
  if (records === undefined) return malformed(`IGMP: ${count} records in ${end - at} bytes`);
  return { kind: 'report-v3', records };
}

export function measureIgmp(igmp: Igmp): number {
  if (igmp.kind === 'query-v3') return shortBytes + measureQueryTail(igmp, 4);
  return shortBytes + (igmp.kind === 'report-v3' ? measureGroupRecords(igmp.records, 4) : 0);
}

export function emitIgmp(bytes: Uint8Array, at: number, igmp: Igmp): number {
  const end = at + measureIgmp(igmp);
  bytes.fill(0, at, end);
  switch (igmp.kind) {
    case 'query-v1':
      bytes[at] = igmpType.query;
      break;
    case 'query-v2':
      emitShort(bytes, at, igmpType.query, igmp.group, igmp.maxResponseTenths);
      break;
    case 'query-v3':
      emitQuery(bytes, at, igmp);
      break;
    case 'report-v1':
      emitShort(bytes, at, igmpType.reportV1, igmp.group);
      break;
    case 'report-v2':
      emitShort(bytes, at, igmpType.reportV2, igmp.group);
      break;
    case 'leave':
      emitShort(bytes, at, igmpType.leave, igmp.group);
      break;
    case 'report-v3':
      bytes[at] = igmpType.reportV3;
      writeU16(bytes, at + recordsCountAt, igmp.records.length);
      emitGroupRecords(bytes, at + shortBytes, igmp.records, 4);
      break;
    default:
      igmp satisfies never;
  }
  writeU16(bytes, at + offset.checksum, foldChecksum(sumWords(bytes, at, end)));
  return end;
}

function emitShort(bytes: Uint8Array, at: number, type: number, group: Ipv4, code = 0): void {
  bytes[at] = type;
  bytes[at + offset.code] = code;
  writeIp(bytes, at + offset.group, group);
}

function emitQuery(bytes: Uint8Array, at: number, query: IgmpQueryV3): void {
  emitShort(bytes, at, igmpType.query, query.group, query.maxResponseCode);
  emitQueryTail(bytes, at + shortBytes, query, 4);
}

export function describeIgmp(igmp: Igmp): string {
  switch (igmp.kind) {
    case 'query-v1':
      return 'igmp query-v1';
    case 'query-v2':
    case 'query-v3':
      return `igmp ${igmp.kind} for ${igmp.group === 0 ? 'all groups' : formatIp(igmp.group)}`;
    case 'report-v1':
    case 'report-v2':
    case 'leave':
      return `igmp ${igmp.kind} ${formatIp(igmp.group)}`;
    case 'report-v3':
      return `igmp report-v3 [${igmp.records.map(describeGroupRecord).join(', ')}]`;
  }
}
