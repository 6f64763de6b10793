/**
 * What one group record of an IGMPv3 or MLDv2 report says (RFC 3376 4.2.4, RFC 3810 5.2.5): the same but
 * for the width of an address.
 *
 *   0        1        2                 4                 4 + width
 *   +--------+--------+-----------------+-----------------+-----------------------+- - -
 *   |  type  | aux    | N, sources      | group           | N sources             | aux words, skipped
 *   +--------+--------+-----------------+-----------------+-----------------------+- - -
 */
import { type Family, formatIp, type Ip, readIpv4, readIpv6, writeIp } from '../base/address.ts';
import { readU16, writeU16 } from '../base/bytes.ts';

/** In the order of their numbers, which begin with 1: MODE_IS_INCLUDE to BLOCK_OLD_SOURCES. */
export const groupChanges = [
  'is-include',
  'is-exclude',
  'to-include',
  'to-exclude',
  'allow',
  'block',
] as const;
export type GroupChange = (typeof groupChanges)[number];

export interface GroupRecord {
  readonly change: GroupChange;
  readonly group: Ip;
  readonly sources: readonly Ip[];
}

const headBytes = 4;

export function addressBytes(family: Family): number {
  return family === 4 ? 4 : 16;
}

export function readAddress(bytes: Uint8Array, at: number, family: Family): Ip {
  return family === 4 ? readIpv4(bytes, at) : readIpv6(bytes, at);
}

export function readAddresses(
  bytes: Uint8Array,
  at: number,
  count: number,
  family: Family,
): readonly Ip[] {
  const width = addressBytes(family);
  return Array.from({ length: count }, (_, index) =>
    readAddress(bytes, at + index * width, family),
  );
}

/** The records in [at, end); undefined: they do not fit. One of an unknown type is skipped (RFC 3376 4.2.12). */
export function parseGroupRecords(
  bytes: Uint8Array,
  at: number,
  end: number,
  count: number,
  family: Family,
): GroupRecord[] | undefined {
  const width = addressBytes(family);
  const records: GroupRecord[] = [];
  for (let left = count; left > 0; left--) {
    if (end - at < headBytes + width) return undefined;
    const sources = readU16(bytes, at + 2);
    const sourcesAt = at + headBytes + width;
    const next = sourcesAt + sources * width + bytes[at + 1]! * 4;
    if (next > end) return undefined;
    const change = groupChanges[bytes[at]! - 1];
    const group = readAddress(bytes, at + headBytes, family);
    if (change !== undefined) {
      records.push({ change, group, sources: readAddresses(bytes, sourcesAt, sources, family) });
    }
    at = next;
  }
  return records;
}

export function measureGroupRecords(records: readonly GroupRecord[], family: Family): number {
  const width = addressBytes(family);
  return records.reduce((sum, { sources }) => sum + headBytes + width * (1 + sources.length), 0);
}

export function emitGroupRecords(
  bytes: Uint8Array,
  at: number,
  records: readonly GroupRecord[],
  family: Family,
): number {
  const width = addressBytes(family);
  for (const { change, group, sources } of records) {
    bytes[at] = groupChanges.indexOf(change) + 1;
    bytes[at + 1] = 0;
    writeU16(bytes, at + 2, sources.length);
    writeIp(bytes, at + headBytes, group);
    at = writeAddresses(bytes, at + headBytes + width, sources, family);
  }
  return at;
}

export function writeAddresses(
  bytes: Uint8Array,
  at: number,
  addresses: readonly Ip[],
  family: Family,
): number {
  for (const address of addresses) {
    writeIp(bytes, at, address);
    at += addressBytes(family);
  }
  return at;
}

export function describeGroupRecord({ change, group, sources }: GroupRecord): string {
  return `${change} ${formatIp(group)} {${sources.map(formatIp).join(' ')}}`;
}

/** RFC 3376 4.1.1, 4.1.7: eight bits, above 127 as a mantissa of four and an exponent of three. */
export function decodeTime8(code: number): number {
  return code < 128 ? code : ((code & 15) | 16) << (((code >>> 4) & 7) + 3);
}

/** RFC 3810 5.1.3: sixteen bits, from 32 768 on as a mantissa of twelve and an exponent of three. */
export function decodeTime16(code: number): number {
  return code < 32_768 ? code : ((code & 0xfff) | 0x1000) << (((code >>> 12) & 7) + 3);
}

/** The largest code that says no more than `value`. */
export function encodeTime8(value: number): number {
  if (value < 128) return value;
  for (let exponent = 0; exponent < 8; exponent++) {
    const mantissa = value >>> (exponent + 3);
    if (mantissa < 32) return 0x80 | (exponent << 4) | (mantissa & 15);
  }
  return 255;
}

/** The same of sixteen bits. */
export function encodeTime16(value: number): number {
  if (value < 32_768) return value;
  for (let exponent = 0; exponent < 8; exponent++) {
    const mantissa = value >>> (exponent + 3);
    if (mantissa < 0x2000) return 0x8000 | (exponent << 12) | (mantissa & 0xfff);
  }
  return 0xffff;
}
