/**
 * Capture files that Wireshark opens: pcapng (draft-ietf-opsawg-pcapng 4.1 to 4.3), one section, its
 * interfaces, then packets. Big-endian, which the section's magic says; times are nanoseconds.
 *
 *   0        4        8                                        -4
 *   +--------+--------+------------------------------- - - - --+--------+
 *   |  type  | length | body, then options up to a multiple of 4 | length |
 *   +--------+--------+------------------------------- - - - --+--------+
 *
 *   section    magic 1a2b3c4d, version 1.0, section length unknown
 *   interface  link type, 0, snap length 0 (none); options: name, resolution 10^-9
 *   packet     interface, time (8), captured length, original length, bytes; option: direction
 *
 * A packet's interface is the number of interface blocks before its own.
 */
import { readU16, readU32, readU64, writeU16, writeU32, writeU64 } from '../base/bytes.ts';
import { isMalformed, type Malformed, malformed } from './malformed.ts';
import {
  emitPcapngOption,
  emitPcapngOptionEnd,
  measurePcapngOptions,
  type PcapngOption,
  paddedLength,
  parsePcapngOptions,
} from './pcapng-option.ts';

/** From the start of a block; the packet's fields behind `interfaceIndex` are in this block only. */
export const pcapngOffset = {
  type: 0,
  length: 4,
  body: 8,
  magic: 8,
  linkType: 8,
  interfaceIndex: 8,
  time: 12,
  capturedLength: 20,
  originalLength: 24,
  packet: 28,
} as const;

const blockType = { section: 0x0a0d_0d0a, interface: 1, packet: 6 } as const;
const optionsAt = { section: 24, interface: 16 } as const;
const trailerBytes = 4;

const bigEndianMagic = 0x1a2b_3c4d;
const applicationOption = 4;
const nameOption = 2;
const resolutionOption = 9;
const nanoseconds = 9;
const flagsOption = 2;
const directions = ['unknown', 'inbound', 'outbound'] as const;

/** Ethernet frames, or bare IP packets of either version (LINKTYPE_RAW). */
export const pcapngLinkType = { ethernet: 1, ip: 101 } as const;

export type PcapngBlock = PcapngSection | PcapngInterface | PcapngPacket | PcapngOther;

export interface PcapngSection {
  readonly kind: 'section';
  /** What wrote the file. */
  readonly application: string;
}

export interface PcapngInterface {
  readonly kind: 'interface';
  readonly name: string;
  readonly linkType: number;
}

export interface PcapngPacket {
  readonly kind: 'packet';
  readonly interfaceIndex: number;
  /** Readers show it as the time since 1970. */
  readonly tNs: number;
  /** As the interface sees it. */
  readonly direction: 'inbound' | 'outbound' | 'unknown';
  /** At least the length of `bytes`, which may be a packet's beginning only. */
  readonly originalBytes: number;
  readonly bytes: Uint8Array;
}

/** A block of another type, skipped by length; written as it was read. */
export interface PcapngOther {
  readonly kind: 'other';
  readonly type: number;
  /** A multiple of 4 long. */
  readonly body: Uint8Array;
}

/** The one block in [at, end). */
export function parsePcapngBlock(
  bytes: Uint8Array,
  at: number,
  end: number,
): PcapngBlock | Malformed {
  const length = readPcapngLength(bytes, at, end);
  if (typeof length !== 'number') return length;
  const bodyEnd = at + length - trailerBytes;
  const type = readU32(bytes, at);
  switch (type) {
    case blockType.section:
      return parseSection(bytes, at, bodyEnd);
    case blockType.interface:
      return parseInterface(bytes, at, bodyEnd);
    case blockType.packet:
      return parsePacket(bytes, at, bodyEnd);
    default:
      return { kind: 'other', type, body: bytes.slice(at + pcapngOffset.body, bodyEnd) };
  }
}

/** How long the block at `at` is: where the next one starts. */
function readPcapngLength(bytes: Uint8Array, at: number, end: number): number | Malformed {
  const length = end - at < 12 ? 0 : readU32(bytes, at + pcapngOffset.length);
  if (length < 12 || length % 4 !== 0 || length > end - at) {
    return malformed(`pcapng: block length ${length}, ${end - at} bytes there`);
  }
  const trailer = readU32(bytes, at + length - trailerBytes);
  return trailer === length ? length : malformed(`pcapng: lengths ${length} and ${trailer} differ`);
}

function parseSection(bytes: Uint8Array, at: number, end: number): PcapngSection | Malformed {
  if (end < at + optionsAt.section) return malformed('pcapng: section header too short');
  if (readU32(bytes, at + pcapngOffset.magic) !== bigEndianMagic) {
    return malformed('pcapng: not a big-endian section');
  }
  const options = parsePcapngOptions(bytes, at + optionsAt.section, end);
  if (isMalformed(options)) return options;
  return { kind: 'section', application: textOf(options.get(applicationOption)) };
}

function parseInterface(bytes: Uint8Array, at: number, end: number): PcapngInterface | Malformed {
  if (end < at + optionsAt.interface) return malformed('pcapng: interface block too short');
  const options = parsePcapngOptions(bytes, at + optionsAt.interface, end);
  if (isMalformed(options)) return options;
  if (options.get(resolutionOption)?.[0] !== nanoseconds) {
    return malformed('pcapng: interface without nanosecond resolution');
  }
  const linkType = readU16(bytes, at + pcapngOffset.linkType);
  return { kind: 'interface', name: textOf(options.get(nameOption)), linkType };
}

function parsePacket(bytes: Uint8Array, at: number, end: number): PcapngPacket | Malformed {
  if (end < at + pcapngOffset.packet) return malformed('pcapng: packet block too short');
  const captured = readU32(bytes, at + pcapngOffset.capturedLength);
  const packetAt = at + pcapngOffset.packet;
  const optionsFrom = packetAt + paddedLength(captured);
  if (optionsFrom > end) return malformed(`pcapng: ${captured} captured bytes are not all there`);
  const options = parsePcapngOptions(bytes, optionsFrom, end);
  if (isMalformed(options)) return options;
  const flags = options.get(flagsOption) ?? new Uint8Array(4);
  return {
    kind: 'packet',
    interfaceIndex: readU32(bytes, at + pcapngOffset.interfaceIndex),
    tNs: readU64(bytes, at + pcapngOffset.time),
    direction: directions[flags[3]! & 3] ?? 'unknown',
    originalBytes: readU32(bytes, at + pcapngOffset.originalLength),
    bytes: bytes.slice(packetAt, packetAt + captured),
  };
}

function textOf(value: Uint8Array | undefined): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(value);
}

export function measurePcapngBlock(block: PcapngBlock): number {
  return bodyEndOf(block) + trailerBytes;
}

function bodyEndOf(block: PcapngBlock): number {
  switch (block.kind) {
    case 'section':
      return optionsAt.section + measurePcapngOptions(optionsOf(block));
    case 'interface':
      return optionsAt.interface + measurePcapngOptions(optionsOf(block));
    case 'packet':
      return (
        pcapngOffset.packet +
        paddedLength(block.bytes.length) +
        measurePcapngOptions(optionsOf(block))
      );
    case 'other':
      return pcapngOffset.body + block.body.length;
  }
}

function optionsOf(block: PcapngSection | PcapngInterface | PcapngPacket): PcapngOption[] {
  switch (block.kind) {
    case 'section':
      return [{ code: applicationOption, value: new TextEncoder().encode(block.application) }];
    case 'interface':
      return [
        { code: nameOption, value: new TextEncoder().encode(block.name) },
        { code: resolutionOption, value: Uint8Array.of(nanoseconds) },
      ];
    case 'packet': {
      const direction = directions.indexOf(block.direction);
      return [{ code: flagsOption, value: Uint8Array.of(0, 0, 0, direction) }];
    }
  }
}

export function emitPcapngBlock(bytes: Uint8Array, at: number, block: PcapngBlock): number {
  const end = at + measurePcapngBlock(block);
  bytes.fill(0, at, end);
  writeU32(
    bytes,
    at + pcapngOffset.type,
    block.kind === 'other' ? block.type : blockType[block.kind],
  );
  writeU32(bytes, at + pcapngOffset.length, end - at);
  emitBody(bytes, at, block);
  writeU32(bytes, end - trailerBytes, end - at);
  return end;
}

/** What a packet block adds to its bytes, filled up to a multiple of 4: its only option is the direction. */
const packetOverhead = pcapngOffset.packet + 8 + 4 + trailerBytes;

/** Room for a packet block of so many bytes. */
export function measurePcapngPacket(packetBytes: number): number {
  return paddedLength(packetBytes) + packetOverhead;
}

/**
 * The packet block of the first `length` bytes of a frame: the same bytes as `emitPcapngBlock` gives, with
 * next to nothing made on the way, for who captures a hundred thousand frames a second.
 */
export function emitPcapngPacket(
  bytes: Uint8Array,
  at: number,
  head: Pick<PcapngPacket, 'interfaceIndex' | 'tNs' | 'direction'>,
  frame: Uint8Array,
  length: number,
): number {
  const size = measurePcapngPacket(length);
  const packetAt = at + pcapngOffset.packet;
  const optionAt = packetAt + paddedLength(length);
  writeU32(bytes, at + pcapngOffset.type, blockType.packet);
  writeU32(bytes, at + pcapngOffset.length, size);
  writeU32(bytes, at + pcapngOffset.interfaceIndex, head.interfaceIndex);
  writeU64(bytes, at + pcapngOffset.time, head.tNs);
  writeU32(bytes, at + pcapngOffset.capturedLength, length);
  writeU32(bytes, at + pcapngOffset.originalLength, length);
  writeU32(bytes, optionAt - 4, 0);
  bytes.set(frame.subarray(0, length), packetAt);
  writeU16(bytes, optionAt, flagsOption);
  writeU16(bytes, optionAt + 2, 4);
  writeU32(bytes, optionAt + 4, directions.indexOf(head.direction));
  writeU32(bytes, optionAt + 8, 0);
  writeU32(bytes, at + size - trailerBytes, size);
  return at + size;
}

function emitBody(bytes: Uint8Array, at: number, block: PcapngBlock): void {
  switch (block.kind) {
    case 'section':
      writeU32(bytes, at + pcapngOffset.magic, bigEndianMagic);
      writeU16(bytes, at + 12, 1);
      bytes.fill(0xff, at + 16, at + optionsAt.section);
      emitOptions(bytes, at + optionsAt.section, block);
      break;
    case 'interface':
      writeU16(bytes, at + pcapngOffset.linkType, block.linkType);
      emitOptions(bytes, at + optionsAt.interface, block);
      break;
    case 'packet':
      writeU32(bytes, at + pcapngOffset.interfaceIndex, block.interfaceIndex);
      writeU64(bytes, at + pcapngOffset.time, block.tNs);
      writeU32(bytes, at + pcapngOffset.capturedLength, block.bytes.length);
      writeU32(bytes, at + pcapngOffset.originalLength, block.originalBytes);
      bytes.set(block.bytes, at + pcapngOffset.packet);
      emitOptions(bytes, at + pcapngOffset.packet + paddedLength(block.bytes.length), block);
      break;
    case 'other':
      bytes.set(block.body, at + pcapngOffset.body);
      break;
    default:
      block satisfies never;
  }
}

function emitOptions(
  bytes: Uint8Array,
  at: number,
  block: PcapngSection | PcapngInterface | PcapngPacket,
): void {
  for (const option of optionsOf(block)) at = emitPcapngOption(bytes, at, option);
  emitPcapngOptionEnd(bytes, at);
}

/** A block's bytes, to be appended to a file. */
export function encodePcapngBlock(block: PcapngBlock): Uint8Array {
  const bytes = new Uint8Array(measurePcapngBlock(block));
  emitPcapngBlock(bytes, 0, block);
  return bytes;
}

/** All blocks of a file. */
export function readPcapng(bytes: Uint8Array): PcapngBlock[] | Malformed {
  const blocks: PcapngBlock[] = [];
  for (let at = 0; at < bytes.length; at += readU32(bytes, at + pcapngOffset.length)) {
    const block = parsePcapngBlock(bytes, at, bytes.length);
    if (isMalformed(block)) return block;
    if (at === 0 && block.kind !== 'section') return malformed('pcapng: no section at the start');
    blocks.push(block);
  }
  return blocks;
}

export function describePcapngBlock(block: PcapngBlock): string {
  switch (block.kind) {
    case 'section':
      return `section by ${block.application}`;
    case 'interface':
      return `interface ${block.name}, link type ${block.linkType}`;
    case 'packet':
      return `packet of ${block.originalBytes} bytes ${block.direction} on ${block.interfaceIndex} at ${block.tNs} ns`;
    case 'other':
      return `block of type ${block.type}`;
  }
}
