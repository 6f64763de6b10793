/**
 * What two boards and an interface board say to each other in Ethernet frames of type 0x88b5 (IEEE 802,
 * local experimental); a format of ours. Numbers wrap at 2^32.
 *
 *   0         1         2         3         4                  8                  12                 16
 *   +---------+---------+---------+---------+------------------+------------------+------------------+
 *   | version | kind    | flags   | board   | epoch            | number           | acknowledged     |
 *   +---------+---------+---------+---------+------------------+------------------+------------------+
 *   | length (16)       | (18) body                                                                  |
 *   +-------------------+----------------------------------------------------------------------------+
 *
 *   kind: what is below. flags: 128, the last part of a message; 64, the sender waits for its acknowledgement;
 *   below them the channel, drawn by who joins.
 *   board: of who sends, or whom it is about. epoch: as the sender knows it. number: of `part`;
 *   of `claim`, which of a board's lives; of `fenced`, the board that speaks.
 *   acknowledged: the next number that the sender waits for. Behind the body a frame may be padded.
 */
import { readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts';
import { type Malformed, malformed } from './malformed.ts';

export const backupEtherType = 0x88b5;
export const backupVersion = 1;
export const backupHeaderBytes = 18;

export const backupOffset = {
  version: 0,
  kind: 1,
  flags: 2,
  board: 3,
  epoch: 4,
  number: 8,
  acknowledged: 12,
  length: 16,
} as const;

/** Of the flags: the rest is the channel's number. */
const lastFlag = 128;
const askingFlag = 64;
export const highestChannel = 63;

export const backupKinds = [
  /** Between the boards: I am here, and so much of yours arrived. */
  'heartbeat',
  /** A part of a message of the channel. */
  'part',
  /** A board has nothing, and would be a standby. */
  'hello',
  /** An IP packet of the peer, or for it. */
  'packet',
  /** A board would speak in this epoch. */
  'claim',
  'granted',
  /** It is not yours: this is the epoch. */
  'fenced',
  /** The speaker: packets of the peer go to that board first. */
  'appoint',
  'appointed',
] as const;
export type BackupKind = (typeof backupKinds)[number];

export interface BackupFrame {
  readonly version: number;
  readonly kind: BackupKind;
  readonly isLast: boolean;
  /** Nothing follows soon that would ask for it: what arrived is to be acknowledged. */
  readonly isAsking: boolean;
  /** So that what is left of an earlier one is not taken for this one's. */
  readonly channel: number;
  readonly board: number;
  readonly epoch: number;
  readonly number: number;
  readonly acknowledged: number;
  readonly body: Uint8Array;
}

export function parseBackup(bytes: Uint8Array, at: number, end: number): BackupFrame | Malformed {
  if (end - at < backupHeaderBytes) return malformed(`backup: ${end - at} of 18 header bytes`);
  const kind = backupKinds[bytes[at + backupOffset.kind]! - 1];
  if (kind === undefined) return malformed('backup: no such kind');
  const flags = bytes[at + backupOffset.flags]!;
  const bodyAt = at + backupHeaderBytes;
  const length = readU16(bytes, at + backupOffset.length);
  if (bodyAt + length > end) return malformed(`backup: ${end - bodyAt} of ${length} bytes`);
  return {
    version: bytes[at + backupOffset.version]!,
    kind,
    isLast: (flags & lastFlag) !== 0,
    isAsking: (flags & askingFlag) !== 0,
    channel: flags & highestChannel,
    board: bytes[at + backupOffset.board]!,
    epoch: readU32(bytes, at + backupOffset.epoch),
    number: readU32(bytes, at + backupOffset.number),
    acknowledged: readU32(bytes, at + backupOffset.acknowledged),
    body: bytes.slice(bodyAt, bodyAt + length),
  };
}

export function emitBackup(bytes: Uint8Array, at: number, frame: BackupFrame): number {
  bytes[at + backupOffset.version] = frame.version;
  bytes[at + backupOffset.kind] = backupKinds.indexOf(frame.kind) + 1;
  const marks = (frame.isLast ? lastFlag : 0) | (frame.isAsking ? askingFlag : 0);
  bytes[at + backupOffset.flags] = marks | (frame.channel & highestChannel);
  bytes[at + backupOffset.board] = frame.board;
  writeU32(bytes, at + backupOffset.epoch, frame.epoch);
  writeU32(bytes, at + backupOffset.number, frame.number);
  writeU32(bytes, at + backupOffset.acknowledged, frame.acknowledged);
  writeU16(bytes, at + backupOffset.length, frame.body.length);
  bytes.set(frame.body, at + backupHeaderBytes);
  return at + backupHeaderBytes + frame.body.length;
}

export function describeBackup(frame: BackupFrame): string {
  const { kind, board, epoch, number, acknowledged, body, isLast, isAsking, channel } = frame;
  const marks = `${isLast ? ' last' : ''}${isAsking ? ' asking' : ''} channel ${channel}`;
  return `${kind}${marks} board ${board} epoch ${epoch} number ${number} ack ${acknowledged} ${body.length} bytes`;
}
