/**
 * The options at the end of a pcapng block (draft-ietf-opsawg-pcapng 3.5), big-endian.
 *
 *   0       2       4
 *   +-------+-------+-------------- - -        code 0, length 0 ends the list
 *   | code  | length| value, padded to a multiple of 4
 *   +-------+-------+-------------- - -
 */
import { readU16, writeU16 } from '../base/bytes.ts';
import { type Malformed, malformed } from './malformed.ts';

export const pcapngOptionOffset = { code: 0, length: 2, value: 4 } as const;
const endOfOptions = 0;
const headerBytes = 4;

export interface PcapngOption {
  readonly code: number;
  readonly value: Uint8Array;
}

export function paddedLength(length: number): number {
  return Math.ceil(length / 4) * 4;
}

/** Values by code; of several with one code, the last. */
export function parsePcapngOptions(
  bytes: Uint8Array,
  at: number,
  end: number,
): ReadonlyMap<number, Uint8Array> | Malformed {
  const options = new Map<number, Uint8Array>();
  while (end - at >= headerBytes && readU16(bytes, at) !== endOfOptions) {
    const length = readU16(bytes, at + pcapngOptionOffset.length);
    const valueAt = at + pcapngOptionOffset.value;
    if (valueAt + length > end) return malformed(`pcapng: option of ${length} bytes is cut off`);
    options.set(readU16(bytes, at), bytes.slice(valueAt, valueAt + length));
    at = valueAt + paddedLength(length);
  }
  return options;
}

/** With the end of the list. */
export function measurePcapngOptions(options: readonly PcapngOption[]): number {
  const lengths = options.map(({ value }) => headerBytes + paddedLength(value.length));
  return lengths.reduce((sum, length) => sum + length, headerBytes);
}

export function emitPcapngOption(bytes: Uint8Array, at: number, option: PcapngOption): number {
  const valueAt = at + pcapngOptionOffset.value;
  const end = valueAt + paddedLength(option.value.length);
  writeU16(bytes, at + pcapngOptionOffset.code, option.code);
  writeU16(bytes, at + pcapngOptionOffset.length, option.value.length);
  bytes.fill(0, valueAt, end);
  bytes.set(option.value, valueAt);
  return end;
}

export function emitPcapngOptionEnd(bytes: Uint8Array, at: number): number {
  bytes.fill(0, at, at + headerBytes);
  return at + headerBytes;
}
