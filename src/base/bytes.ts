/** Big-endian reads and writes at an offset. Callers check lengths: a read past the end gives zeros. */

export function readU16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

export function readU32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
  );
}

/** A 48-bit number, which a double holds exactly. */
export function readU48(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at) * 4_294_967_296 + readU32(bytes, at + 2);
}

/** A 64-bit number; exact up to 2^53, which is 104 days of nanoseconds. */
export function readU64(bytes: Uint8Array, at: number): number {
  return readU32(bytes, at) * 4_294_967_296 + readU32(bytes, at + 4);
}

export function writeU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

export function writeU48(bytes: Uint8Array, at: number, value: number): void {
  writeU16(bytes, at, Math.floor(value / 4_294_967_296));
  writeU32(bytes, at + 2, value % 4_294_967_296);
}

export function writeU64(bytes: Uint8Array, at: number, value: number): void {
  writeU32(bytes, at, Math.floor(value / 4_294_967_296));
  writeU32(bytes, at + 4, value % 4_294_967_296);
}

export function hexOf(bytes: Uint8Array): string {
  return bytes.toHex();
}

/** The bytes of a hex text in which white space is free: what the wire tables are written in. */
export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.fromHex(hex.replaceAll(/\s+/g, ''));
}
