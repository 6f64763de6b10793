/**
 * Native structs are laid out by hand over byte arrays: offsets are cited from the uapi headers where
 * they stand. Reads and writes here are in the machine's own order, which is little-endian on all that
 * Ropewalk runs on; network order is in base/bytes.
 */
import koffi from 'koffi';

export function read16(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

export function read32(bytes: Uint8Array, at: number): number {
  return readSigned32(bytes, at) >>> 0;
}

export function readSigned32(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** Exact up to 2^53. */
export function read64(bytes: Uint8Array, at: number): number {
  return read32(bytes, at) + read32(bytes, at + 4) * 4_294_967_296;
}

export function write16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}

export function write32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

export function write64(bytes: Uint8Array, at: number, value: number): void {
  write32(bytes, at, value % 4_294_967_296);
  write32(bytes, at + 4, Math.floor(value / 4_294_967_296));
}

/** An int, or an unsigned int, as an option's value or an attribute. */
export function int32Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  write32(bytes, 0, value);
  return bytes;
}

/** A text as C has it, with a zero behind it. */
export function cString(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\0`);
}

export function readCString(bytes: Uint8Array, at: number, room: number): string {
  const end = bytes.indexOf(0, at);
  const stop = end < 0 || end > at + room ? at + room : end;
  return new TextDecoder().decode(bytes.subarray(at, stop));
}

/**
 * Where bytes lie, for a struct that points to them. The backing store of an ArrayBuffer stays where it
 * is while something refers to it: who keeps the address keeps the array. User addresses are below 2^47.
 */
export function addressOf(bytes: Uint8Array): number {
  return Number(koffi.address(bytes));
}
