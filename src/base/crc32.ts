/**
 * CRC-32 (ISO/IEC 8802-3 3.2.8, reflected, polynomial EDB88320), four bytes a step: table `k` holds
 * what a byte does to the sum when `k` more bytes follow it.
 */
const tables = buildTables();

/** Of the bytes in [at, end). */
export function crc32(bytes: Uint8Array, at: number, end: number): number {
  let sum = 0xffff_ffff;
  let next = at;
  for (; next + 4 <= end; next += 4) {
    const word =
      sum ^
      (bytes[next]! |
        (bytes[next + 1]! << 8) |
        (bytes[next + 2]! << 16) |
        (bytes[next + 3]! << 24));
    sum =
      tables[0x300 | (word & 255)]! ^
      tables[0x200 | ((word >>> 8) & 255)]! ^
      tables[0x100 | ((word >>> 16) & 255)]! ^
      tables[word >>> 24]!;
  }
  for (; next < end; next++) sum = (sum >>> 8) ^ tables[(sum ^ bytes[next]!) & 255]!;
  return ~sum >>> 0;
}

function buildTables(): Int32Array {
  const built = new Int32Array(4 * 256);
  for (let byte = 0; byte < 256; byte++) built[byte] = divide(byte);
  for (let at = 256; at < built.length; at++) {
    const before = built[at - 256]!;
    built[at] = (before >>> 8) ^ built[before & 255]!;
  }
  return built;
}

function divide(byte: number): number {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb8_8320 : rest >>> 1;
  return rest;
}
