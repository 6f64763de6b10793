/** The checksum of a mapping (RFC 8684 3.3.1): a pseudo-header, then its data. */
import { writeU16, writeU32 } from '../base/bytes.ts';
import { foldChecksum, sumWords } from '../wire/checksum.ts';
import { toWire } from './data-numbers.ts';
import type { KeyFacts } from './keys.ts';

const headerBytes = 16;

/** `length` counts a DATA_FIN, which has no byte in `data`; `subflowFrom` is 0 for a DATA_FIN alone. */
export function dssChecksum(
  facts: KeyFacts,
  dataFrom: number,
  subflowFrom: number,
  length: number,
  data: Uint8Array,
): number {
  const header = new Uint8Array(headerBytes);
  const { high, low } = toWire(facts, dataFrom, true);
  writeU32(header, 0, high!);
  writeU32(header, 4, low);
  writeU32(header, 8, subflowFrom >>> 0);
  writeU16(header, 12, length);
  return foldChecksum(sumWords(data, 0, data.length, sumWords(header, 0, headerBytes)));
}
