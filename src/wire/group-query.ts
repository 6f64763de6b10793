/**
 * What a query of IGMPv3 and one of MLDv2 end with (RFC 3376 4.1.5 to 4.1.9, RFC 3810 5.1.7 to 5.1.10): the same but
 * for the width of an address.
 *
 *   0        1        2                 4
 *   +--------+--------+-----------------+- - -
 *   | S, QRV | QQIC   | N, sources      | sources
 *   +--------+--------+-----------------+- - -
 */
import type { Family, Ip } from '../base/address.ts';
import { readU16, writeU16 } from '../base/bytes.ts';
import { addressBytes, readAddresses, writeAddresses } from './group-record.ts';

export interface GroupQueryTail {
  /** Other routers leave their timers alone. */
  readonly suppress: boolean;
  readonly robustness: number;
  /** In seconds, as `decodeTime8` reads it. */
  readonly queryIntervalCode: number;
  readonly sources: readonly Ip[];
}

const headBytes = 4;
const suppressFlag = 8;

/** Undefined: it does not fit. */
export function parseQueryTail(
  bytes: Uint8Array,
  at: number,
  end: number,
  family: Family,
): GroupQueryTail | undefined {
  if (end - at < headBytes) return undefined;
  const count = readU16(bytes, at + 2);
  if (end - at < headBytes + count * addressBytes(family)) return undefined;
  return {
    suppress: (bytes[at]! & suppressFlag) !== 0,
    robustness: bytes[at]! & 7,
    queryIntervalCode: bytes[at + 1]!,
    sources: readAddresses(bytes, at + headBytes, count, family),
  };
}

export function measureQueryTail({ sources }: GroupQueryTail, family: Family): number {
  return headBytes + sources.length * addressBytes(family);
}

export function emitQueryTail(
  bytes: Uint8Array,
  at: number,
  { suppress, robustness, queryIntervalCode, sources }: GroupQueryTail,
  family: Family,
): void {
  bytes[at] = (suppress ? suppressFlag : 0) | robustness;
  bytes[at + 1] = queryIntervalCode;
  writeU16(bytes, at + 2, sources.length);
  writeAddresses(bytes, at + headBytes, sources, family);
}
