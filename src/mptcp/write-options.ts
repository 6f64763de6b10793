/** MPTCP's options on what leaves (RFC 8684 3). */
import type { Connection } from '../tcp/connection.ts';
import type { SegmentToWrite } from '../tcp/multipath.ts';
import {
  capableFlag,
  type DataMapping,
  joinHmacBytes,
  type MptcpOption,
  mptcpVersion,
} from '../wire/mptcp.ts';
import { emitMptcp } from '../wire/mptcp-emit.ts';
import { largestTcpHeaderBytes, tcpFlag } from '../wire/tcp.ts';
import { tcpOptionKind } from '../wire/tcp-options.ts';
import type { Mapping, MptcpConnection, Subflow } from './connection.ts';
import { toWire } from './data-numbers.ts';
import { dssChecksum } from './dss-checksum.ts';
import type { MptcpMachine } from './machine-state.ts';
import { mappingAt } from './mappings.ts';
import { roomBytes } from './room.ts';
import { settleSegmentSize } from './segment-room.ts';

const none = new Uint8Array(0);
/** RFC 8684 3.7: a SYN that goes unanswered may be so because of its option. */
const synsWithOption = 3;

export function writeSynOptions(
  machine: MptcpMachine,
  tcp: Connection,
  bytes: Uint8Array,
  at: number,
  isAnswer: boolean,
): number {
  const subflow = machine.subflows.get(tcp.multipath);
  if (subflow === undefined) return at;
  subflow.tcp = tcp;
  tcp.receive.sharedRoomBytes = roomBytes(subflow.owner);
  settleSegmentSize(subflow);
  if (subflow.isFirst && tcp.counts.timeouts >= synsWithOption) return at;
  const option = isAnswer ? answerOf(subflow) : questionOf(subflow);
  return pad(bytes, emitMptcp(bytes, at, option));
}

function questionOf(subflow: Subflow): MptcpOption {
  const { owner, isBackup } = subflow;
  if (subflow.isFirst) return capable(owner, undefined, undefined, undefined, undefined);
  return {
    kind: 'join-syn',
    isBackup,
    addressId: subflow.localAddressId,
    token: owner.remoteFacts.token,
    nonce: subflow.localNonce,
  };
}

function answerOf(subflow: Subflow): MptcpOption {
  const { owner, isBackup } = subflow;
  if (subflow.isFirst) return capable(owner, owner.localKey, undefined, undefined, undefined);
  return {
    kind: 'join-syn-ack',
    isBackup,
    addressId: subflow.localAddressId,
    hmac: subflow.joinHmac!.slice(0, joinHmacBytes.synAck),
    nonce: subflow.localNonce,
  };
}

function capable(
  { usesChecksum }: MptcpConnection,
  senderKey: Uint8Array | undefined,
  receiverKey: Uint8Array | undefined,
  dataLength: number | undefined,
  checksum: number | undefined,
): MptcpOption {
  const flags = capableFlag.hmacSha256 | (usesChecksum ? capableFlag.checksumRequired : 0);
  return {
    kind: 'capable',
    version: mptcpVersion,
    flags,
    senderKey,
    receiverKey,
    dataLength,
    checksum,
  };
}

export function writeOptions(
  machine: MptcpMachine,
  tcp: Connection,
  bytes: Uint8Array,
  at: number,
  segment: SegmentToWrite,
): number {
  const subflow = machine.subflows.get(tcp.multipath);
  if (subflow === undefined) return at;
  const { owner } = subflow;
  if ((segment.flags & tcpFlag.rst) !== 0) return writeReset(subflow, bytes, at);
  if (owner.state === 'plain') return writePlain(subflow, bytes, at, segment);
  if (owner.state !== 'multipath' || subflow.phase === 'opening') return at;
  if (subflow.phase === 'unconfirmed') {
    const option = {
      kind: 'join-ack',
      hmac: subflow.joinHmac!.slice(0, joinHmacBytes.ack),
    } as const;
    return pad(bytes, emitMptcp(bytes, at, option));
  }
  const mapping =
    segment.count === 0 ? undefined : mappingAt(subflow, segment.sequence - tcp.send.iss);
  const needsKeys = subflow.isFirst && owner.role === 'initiator' && !owner.isConfirmed;
  if (needsKeys && (mapping === undefined || mapping.subflowFrom === 1)) {
    return pad(bytes, emitMptcp(bytes, at, keysOf(owner, mapping)));
  }
  const end = pad(bytes, emitMptcp(bytes, at, dssOf(owner, mapping)));
  return segment.count === 0 ? writeSaying(subflow, bytes, at, end) : end;
}

/** RFC 8684 3.7: on a reset, or on each ACK until the other side has heard. */
function writeFail({ owner, failedAt }: Subflow, bytes: Uint8Array, at: number): number {
  if (failedAt === undefined) return at;
  const option = { kind: 'fail', dataSequence: toWire(owner.remoteFacts, failedAt, true) } as const;
  return pad(bytes, emitMptcp(bytes, at, option));
}

/** RFC 8684 3.7: MP_FAIL, and a mapping without an end before the first data that has none. */
function writePlain(
  subflow: Subflow,
  bytes: Uint8Array,
  at: number,
  { count, sequence }: SegmentToWrite,
): number {
  const { owner, infiniteSendFrom: from } = subflow;
  if (!subflow.tellsInfinite || from === undefined) return at;
  if (count === 0) return writeFail(subflow, bytes, at);
  const isBefore = sequence - subflow.tcp!.send.iss < from.subflow;
  if (isBefore || owner.send.una > from.data) return at;
  const mapping = {
    dataSequence: toWire(owner.localFacts, from.data, false),
    subflowSequence: from.subflow >>> 0,
    length: 0,
    checksum: owner.usesChecksum ? 0 : undefined,
  };
  const option = { kind: 'dss', isDataFin: false, acknowledgment: undefined, mapping } as const;
  return pad(bytes, emitMptcp(bytes, at, option));
}

function keysOf(owner: MptcpConnection, mapping: Mapping | undefined): MptcpOption {
  return capable(owner, owner.localKey, owner.remoteKey, mapping?.length, mapping?.checksum);
}

function writeReset(subflow: Subflow, bytes: Uint8Array, at: number): number {
  const { owner, resetReason: reason } = subflow;
  if (owner.state === 'plain' || owner.remoteKey === undefined) return at;
  const option: MptcpOption = owner.isFastClosing
    ? { kind: 'fast-close', receiverKey: owner.remoteKey }
    : { kind: 'reset', isTransient: false, reason };
  const end = pad(bytes, emitMptcp(bytes, at, option));
  return writeFail(subflow, bytes, end);
}

/** Every segment acknowledges the data; one without payload may tell the DATA_FIN (RFC 8684 3.3.3). */
function dssOf(owner: MptcpConnection, mapping: Mapping | undefined): MptcpOption {
  const { receive, send, remoteFacts } = owner;
  receive.offeredTo = receive.nxt + roomBytes(owner);
  const isFinDue = mapping === undefined && send.finAt !== undefined && send.una <= send.finAt;
  return {
    kind: 'dss',
    isDataFin: isFinDue,
    acknowledgment: toWire(remoteFacts, receive.nxt, false),
    mapping: isFinDue ? finMapping(owner) : mapping && wireMapping(owner, mapping),
  };
}

function wireMapping(owner: MptcpConnection, mapping: Mapping): DataMapping {
  return {
    dataSequence: toWire(owner.localFacts, mapping.dataFrom, owner.send.isWide),
    subflowSequence: mapping.subflowFrom >>> 0,
    length: mapping.length,
    checksum: mapping.checksum,
  };
}

/** RFC 8684 3.3.3: a DATA_FIN alone has subflow sequence number 0 and length 1. */
function finMapping({ send, localFacts, usesChecksum }: MptcpConnection): DataMapping {
  const from = send.finAt!;
  return {
    dataSequence: toWire(localFacts, from, false),
    subflowSequence: 0,
    length: 1,
    checksum: usesChecksum ? dssChecksum(localFacts, from, 0, 1, none) : undefined,
  };
}

/** What else is to be said; where it does not fit behind the DSS, instead of it. */
function writeSaying(subflow: Subflow, bytes: Uint8Array, at: number, end: number): number {
  const next = subflow.toSay[0];
  if (next === undefined) return end;
  const start = end + next.length <= largestTcpHeaderBytes ? end : at;
  if (start + next.length > largestTcpHeaderBytes) return end;
  subflow.toSay.shift();
  bytes.set(next, start);
  return pad(bytes, start + next.length);
}

/** With no-operations, to a multiple of four. */
function pad(bytes: Uint8Array, end: number): number {
  while ((end & 3) !== 0) bytes[end++] = tcpOptionKind.noOperation;
  return end;
}
