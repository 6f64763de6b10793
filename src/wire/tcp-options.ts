/**
 * TCP options: MSS (RFC 9293 3.7.1), window scale and timestamps (RFC 7323), SACK (RFC 2018). Others,
 * MPTCP's kind 30 among them, are kept raw; so is a known kind of a wrong length.
 *
 *   +------+------+-- - -          end of list 0 and no-operation 1 are a single byte
 *   | kind | len  | body           len counts kind and len
 *   +------+------+-- - -
 */
import { readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts';
import { type Malformed, malformed } from './malformed.ts';

export const tcpOptionOffset = { kind: 0, length: 1, body: 2 } as const;

export const tcpOptionKind = {
  endOfList: 0,
  noOperation: 1,
  maximumSegmentSize: 2,
  windowScale: 3,
  sackPermitted: 4,
  sack: 5,
  timestamps: 8,
  mptcp: 30,
} as const;

export type TcpOption =
  | { readonly kind: 'no-operation' }
  | { readonly kind: 'maximum-segment-size'; readonly mssBytes: number }
  | { readonly kind: 'window-scale'; readonly shift: number }
  | { readonly kind: 'sack-permitted' }
  | { readonly kind: 'sack'; readonly blocks: readonly SackBlock[] }
  | { readonly kind: 'timestamps'; readonly value: number; readonly echo: number }
  | { readonly kind: 'other'; readonly number: number; readonly body: Uint8Array };

/** Sequence numbers that arrived: from `left` up to, and without, `right`. */
export interface SackBlock {
  readonly left: number;
  readonly right: number;
}

/** The options of a header's option space [at, end), up to the end of the list. */
export function parseTcpOptions(
  bytes: Uint8Array,
  at: number,
  end: number,
): readonly TcpOption[] | Malformed {
  const options: TcpOption[] = [];
  while (at < end && bytes[at] !== tcpOptionKind.endOfList) {
    if (bytes[at] === tcpOptionKind.noOperation) {
      options.push({ kind: 'no-operation' });
      at += 1;
      continue;
    }
    const length = at + 1 < end ? bytes[at + tcpOptionOffset.length]! : 0;
    if (length < 2 || at + length > end) {
      return malformed(`TCP: option ${bytes[at]} of length ${length}, ${end - at} bytes there`);
    }
    options.push(parseTcpOption(bytes, at, at + length));
    at += length;
  }
  return options;
}

function parseTcpOption(bytes: Uint8Array, at: number, end: number): TcpOption {
  const number = bytes[at]!;
  const bodyAt = at + tcpOptionOffset.body;
  const bodyBytes = end - bodyAt;
  if (number === tcpOptionKind.maximumSegmentSize && bodyBytes === 2) {
    return { kind: 'maximum-segment-size', mssBytes: readU16(bytes, bodyAt) };
  }
  if (number === tcpOptionKind.windowScale && bodyBytes === 1) {
    return { kind: 'window-scale', shift: bytes[bodyAt]! };
  }
  if (number === tcpOptionKind.sackPermitted && bodyBytes === 0) return { kind: 'sack-permitted' };
  if (number === tcpOptionKind.sack && bodyBytes > 0 && bodyBytes % 8 === 0) {
    return { kind: 'sack', blocks: parseSackBlocks(bytes, bodyAt, end) };
  }
  if (number === tcpOptionKind.timestamps && bodyBytes === 8) {
    const value = readU32(bytes, bodyAt);
    return { kind: 'timestamps', value, echo: readU32(bytes, bodyAt + 4) };
  }
  return { kind: 'other', number, body: bytes.slice(bodyAt, end) };
}

function parseSackBlocks(bytes: Uint8Array, at: number, end: number): SackBlock[] {
  const blocks: SackBlock[] = [];
  for (; at < end; at += 8) {
    blocks.push({ left: readU32(bytes, at), right: readU32(bytes, at + 4) });
  }
  return blocks;
}

/** Without padding. */
export function measureTcpOptions(options: readonly TcpOption[]): number {
  let total = 0;
  for (const option of options) total += measureTcpOption(option);
  return total;
}

function measureTcpOption(option: TcpOption): number {
  switch (option.kind) {
    case 'no-operation':
      return 1;
    case 'maximum-segment-size':
      return 4;
    case 'window-scale':
      return 3;
    case 'sack-permitted':
      return 2;
    case 'sack':
      return 2 + option.blocks.length * 8;
    case 'timestamps':
      return 10;
    case 'other':
      return 2 + option.body.length;
  }
}

/** Without padding: the order and its no-operations are the caller's. */
export function emitTcpOptions(
  bytes: Uint8Array,
  at: number,
  options: readonly TcpOption[],
): number {
  for (const option of options) at = emitTcpOption(bytes, at, option);
  return at;
}

function emitTcpOption(bytes: Uint8Array, at: number, option: TcpOption): number {
  const bodyAt = at + tcpOptionOffset.body;
  const end = at + measureTcpOption(option);
  bytes[at] = numberOf(option);
  if (option.kind === 'no-operation') return end;
  bytes[at + tcpOptionOffset.length] = end - at;
  switch (option.kind) {
    case 'sack-permitted':
      break;
    case 'maximum-segment-size':
      writeU16(bytes, bodyAt, option.mssBytes);
      break;
    case 'window-scale':
      bytes[bodyAt] = option.shift;
      break;
    case 'sack':
      emitSackBlocks(bytes, bodyAt, option.blocks);
      break;
    case 'timestamps':
      writeU32(bytes, bodyAt, option.value);
      writeU32(bytes, bodyAt + 4, option.echo);
      break;
    case 'other':
      bytes.set(option.body, bodyAt);
      break;
    default:
      option satisfies never;
  }
  return end;
}

function numberOf(option: TcpOption): number {
  switch (option.kind) {
    case 'no-operation':
      return tcpOptionKind.noOperation;
    case 'maximum-segment-size':
      return tcpOptionKind.maximumSegmentSize;
    case 'window-scale':
      return tcpOptionKind.windowScale;
    case 'sack-permitted':
      return tcpOptionKind.sackPermitted;
    case 'sack':
      return tcpOptionKind.sack;
    case 'timestamps':
      return tcpOptionKind.timestamps;
    case 'other':
      return option.number;
  }
}

function emitSackBlocks(bytes: Uint8Array, at: number, blocks: readonly SackBlock[]): void {
  for (const block of blocks) {
    writeU32(bytes, at, block.left);
    writeU32(bytes, at + 4, block.right);
    at += 8;
  }
}

export function describeTcpOption(option: TcpOption): string {
  switch (option.kind) {
    case 'no-operation':
      return 'nop';
    case 'maximum-segment-size':
      return `mss ${option.mssBytes}`;
    case 'window-scale':
      return `wscale ${option.shift}`;
    case 'sack-permitted':
      return 'sack-permitted';
    case 'sack':
      return `sack ${option.blocks.map(({ left, right }) => `${left}-${right}`).join(' ')}`;
    case 'timestamps':
      return `ts ${option.value} echo ${option.echo}`;
    case 'other':
      return `option ${option.number} of ${option.body.length + 2} bytes`;
  }
}
