/**
 * What the boards tell each other over their channel. The first byte is the kind; what is told often is
 * packed, what is told once a connection is plain data (src/tcp/plain-data.ts).
 *
 *   commit   1: kind, (1) connection, (5) consumed bytes, (9) flags, (10) first number, 48 bits, (16) MSS,
 *            (18) length of the change, (20) change, then the output. flags: 1, nothing follows it
 *   packet   2: kind, then an IP packet for the peer
 *   inbound  3: kind, then an IP packet of the peer
 *   segment  4: kind, (1) connection, (5) ECN bits, (6) a TCP segment of the peer's without its ports
 *   dropped  5: kind, (1) connection
 *   welcome  6, connection 7, synced 8: kind, plain data
 */
import { readU16, readU32, readU48, writeU16, writeU32, writeU48 } from '../base/bytes.ts';
import { decodePlain, encodePlain, type Plain } from '../tcp/plain-data.ts';
import { type Malformed, malformed } from '../wire/malformed.ts';
import type { Demarcation } from './demarcation.ts';
import type { Session } from './service.ts';

export const backupModes = ['messages', 'packets'] as const;
/** What is backed up: messages and their boundaries, or the packets that carry them. */
export type BackupMode = (typeof backupModes)[number];

/** What became of the service by one message. */
export interface Change {
  readonly session: Session;
  readonly sets: readonly (readonly [string, string])[];
}

export interface CommitMessage {
  readonly kind: 'commit';
  readonly connection: number;
  readonly consumedBytes: number;
  readonly ends: boolean;
  /** Of the output: the number of its first byte, and the segment size that it was planned with. */
  readonly first: number;
  readonly mssBytes: number;
  readonly change: Change;
  readonly output: Uint8Array;
}

export interface ConnectionMessage {
  readonly kind: 'connection';
  readonly connection: number;
  /** What the sender's clock showed when it was saved. */
  readonly savedAtNs: number;
  readonly state: Uint8Array;
  readonly session: Session;
  readonly demarcation: Demarcation;
}

export type BoardMessage =
  | CommitMessage
  | ConnectionMessage
  | { readonly kind: 'packet'; readonly packet: Uint8Array }
  | { readonly kind: 'inbound'; readonly packet: Uint8Array }
  | {
      readonly kind: 'segment';
      readonly connection: number;
      readonly ecn: number;
      readonly segment: Uint8Array;
    }
  | { readonly kind: 'dropped'; readonly connection: number }
  | {
      readonly kind: 'welcome';
      readonly mode: BackupMode;
      readonly nextConnection: number;
      /** So many are told of before `synced`. */
      readonly connections: number;
      readonly store: readonly (readonly [string, string])[];
    }
  | { readonly kind: 'synced' };

const tag = {
  ...{ commit: 1, packet: 2, inbound: 3, segment: 4 },
  ...{ dropped: 5, welcome: 6, connection: 7, synced: 8 },
} as const;

const commitHeaderBytes = 20;
const endsFlag = 1;

export function emitBoardMessage(message: BoardMessage): Uint8Array {
  const { kind } = message;
  switch (kind) {
    case 'commit':
      return emitCommit(message);
    case 'packet':
    case 'inbound':
      return withHeader(1, message.packet, (bytes) => {
        bytes[0] = tag[kind];
      });
    case 'segment':
      return withHeader(6, message.segment, (bytes) => {
        bytes[0] = tag.segment;
        writeU32(bytes, 1, message.connection);
        bytes[5] = message.ecn;
      });
    case 'dropped':
      return withHeader(5, new Uint8Array(0), (bytes) => {
        bytes[0] = tag.dropped;
        writeU32(bytes, 1, message.connection);
      });
    case 'welcome':
    case 'connection':
    case 'synced':
      return withHeader(1, encodePlain(message as unknown as Plain), (bytes) => {
        bytes[0] = tag[kind];
      });
  }
}

function withHeader(headerBytes: number, rest: Uint8Array, write: (bytes: Uint8Array) => void) {
  const bytes = new Uint8Array(headerBytes + rest.length);
  write(bytes);
  bytes.set(rest, headerBytes);
  return bytes;
}

function emitCommit(commit: CommitMessage): Uint8Array {
  const change = packChange(commit.change);
  const bytes = new Uint8Array(commitHeaderBytes + change.length + commit.output.length);
  bytes[0] = tag.commit;
  writeU32(bytes, 1, commit.connection);
  writeU32(bytes, 5, commit.consumedBytes);
  bytes[9] = commit.ends ? endsFlag : 0;
  writeU48(bytes, 10, commit.first);
  writeU16(bytes, 16, commit.mssBytes);
  writeU16(bytes, 18, change.length);
  bytes.set(change, commitHeaderBytes);
  bytes.set(commit.output, commitHeaderBytes + change.length);
  return bytes;
}

/** Most messages leave the session as it is when it begins, and set nothing. */
function packChange(change: Change): Uint8Array {
  const isPlain = change.session.kind === 'lines' && change.sets.length === 0;
  return isPlain ? new Uint8Array(0) : encodePlain(change as unknown as Plain);
}

function readChange(bytes: Uint8Array): Change {
  if (bytes.length === 0) return { session: { kind: 'lines' }, sets: [] };
  return decodePlain(bytes) as unknown as Change;
}

export function parseBoardMessage(bytes: Uint8Array): BoardMessage | Malformed {
  try {
    return read(bytes) ?? malformed(`board message: kind ${bytes[0]} of ${bytes.length} bytes`);
  } catch (error) {
    return malformed(`board message: ${(error as Error).message}`);
  }
}

function read(bytes: Uint8Array): BoardMessage | undefined {
  switch (bytes[0]) {
    case tag.commit:
      return readCommit(bytes);
    case tag.packet:
      return { kind: 'packet', packet: bytes.slice(1) };
    case tag.inbound:
      return { kind: 'inbound', packet: bytes.slice(1) };
    case tag.segment:
      if (bytes.length < 6) return undefined;
      return {
        kind: 'segment',
        connection: readU32(bytes, 1),
        ecn: bytes[5]!,
        segment: bytes.slice(6),
      };
    case tag.dropped:
      if (bytes.length !== 5) return undefined;
      return { kind: 'dropped', connection: readU32(bytes, 1) };
    case tag.welcome:
      return readPlain(bytes, 'welcome');
    case tag.connection:
      return readPlain(bytes, 'connection');
    case tag.synced:
      return readPlain(bytes, 'synced');
    default:
      return undefined;
  }
}

/** A board is trusted with what it says, as long as it is said by our rules. */
function readPlain(bytes: Uint8Array, kind: BoardMessage['kind']): BoardMessage | undefined {
  const plain = decodePlain(bytes.subarray(1));
  if (typeof plain !== 'object' || !('kind' in plain) || plain['kind'] !== kind) return undefined;
  return plain as unknown as BoardMessage;
}

function readCommit(bytes: Uint8Array): CommitMessage | undefined {
  if (bytes.length < commitHeaderBytes) return undefined;
  const outputAt = commitHeaderBytes + readU16(bytes, 18);
  if (outputAt > bytes.length) return undefined;
  return {
    kind: 'commit',
    connection: readU32(bytes, 1),
    consumedBytes: readU32(bytes, 5),
    ends: (bytes[9]! & endsFlag) !== 0,
    first: readU48(bytes, 10),
    mssBytes: readU16(bytes, 16),
    change: readChange(bytes.subarray(commitHeaderBytes, outputAt)),
    output: bytes.slice(outputAt),
  };
}
