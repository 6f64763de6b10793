/** Data sequence numbers: 64 bits on the wire, here counted from a side's first byte (RFC 8684 3.3.1). */
import type { DataNumber } from '../wire/mptcp.ts';
import type { KeyFacts } from './keys.ts';

const wrap = 2 ** 32;

/** The first byte's number is IDSN + 1. */
function lowOf({ idsnLow }: KeyFacts, offset: number): number {
  return (((idsnLow + 1 + offset) % wrap) + wrap) % wrap;
}

function highOf({ idsnHigh, idsnLow }: KeyFacts, offset: number): number {
  return (((idsnHigh + Math.floor((idsnLow + 1 + offset) / wrap)) % wrap) + wrap) % wrap;
}

export function toWire(facts: KeyFacts, offset: number, isWide: boolean): DataNumber {
  return { high: isWide ? highOf(facts, offset) : undefined, low: lowOf(facts, offset) };
}

/** The number nearest to `near`; undefined: sent whole, it is not near at all. */
export function fromWire(facts: KeyFacts, number: DataNumber, near: number): number | undefined {
  const offset = near + ((number.low - lowOf(facts, near)) | 0);
  if (number.high !== undefined && number.high !== highOf(facts, offset)) return undefined;
  return offset;
}
