/** From the bytes of a subflow, in its order, to those of the connection, in theirs (RFC 8684 3.3). */
import { dropRing, peekRing, writeRing } from '../tcp/byte-ring.ts';
import type { Connection } from '../tcp/connection.ts';
import { addRange, dropRangesBelow, holdsRange } from '../tcp/ranges.ts';
import { readableCount } from '../tcp/window.ts';
import { resetReason } from '../wire/mptcp.ts';
import type { Mapping, MptcpConnection, Subflow } from './connection.ts';
import { dssChecksum } from './dss-checksum.ts';
import { fallBack, mayFallBack } from './fallback.ts';
import { type MptcpMachine, stir, tell } from './machine-state.ts';
import { consumedTo } from './read-mapping.ts';
import { shareRoom } from './room.ts';

/** More than that without a mapping, and none will come (RFC 8684 3.3.1 leaves the bound open). */
const mostUnmappedBytes = 65_536;

/** Takes from the subflow what is mapped and in its order. */
export function takeStored(machine: MptcpMachine, subflow: Subflow, tcp: Connection): void {
  const { owner, told } = subflow;
  const before = owner.receive.nxt;
  for (;;) {
    const waiting = readableCount(tcp);
    if (waiting === 0) break;
    const from = consumedTo(subflow);
    if (owner.state === 'plain') {
      takePlain(machine, subflow, tcp, from, waiting);
      continue;
    }
    dropConsumed(told, from);
    const mapping = told[0];
    if (mapping === undefined || mapping.subflowFrom > from) {
      if (!endureUnmapped(machine, subflow, waiting)) return;
      if ((owner.state as string) === 'plain') continue;
      break;
    }
    if (!takeMapped(machine, subflow, tcp, mapping, from)) break;
  }
  settleReceived(machine, subflow, tcp, before);
}

function dropConsumed(told: Mapping[], to: number): void {
  while (told.length > 0 && told[0]!.subflowFrom + told[0]!.length <= to) told.shift();
}

function takePlain(
  machine: MptcpMachine,
  subflow: Subflow,
  tcp: Connection,
  from: number,
  waiting: number,
): void {
  const { owner, infiniteFrom } = subflow;
  const bytes = peekRing(tcp.receive.buffer, waiting);
  const offset = infiniteFrom === undefined ? 0 : infiniteFrom.data - infiniteFrom.subflow;
  store(machine, owner, from + offset, bytes);
  discard(tcp, bytes.length);
}

/** False: the subflow is given up. */
function endureUnmapped(machine: MptcpMachine, subflow: Subflow, waiting: number): boolean {
  if (mayFallBack(subflow) && !subflow.hasMapping) {
    fallBack(machine, subflow, 'options-lost');
    return true;
  }
  if (waiting <= mostUnmappedBytes) return true;
  cut(machine, subflow, resetReason.middlebox);
  return false;
}

/** After the TCP machine returned it will be reset. */
function cut(machine: MptcpMachine, subflow: Subflow, reason: number): void {
  subflow.phase = 'closing';
  subflow.resetReason = reason;
  stir(machine, subflow.owner);
}

/** False: more of it has to come first. */
function takeMapped(
  machine: MptcpMachine,
  subflow: Subflow,
  tcp: Connection,
  mapping: Mapping,
  from: number,
): boolean {
  const { owner } = subflow;
  const inMapping = mapping.subflowFrom + mapping.length - from;
  const isWhole = mapping.checksum !== undefined || owner.settings.keepsMessages;
  if (!isWhole) {
    const bytes = peekRing(tcp.receive.buffer, Math.min(inMapping, readableCount(tcp)));
    store(machine, owner, mapping.dataFrom + from - mapping.subflowFrom, bytes);
    discard(tcp, bytes.length);
    return true;
  }
  if (readableCount(tcp) < inMapping) return false;
  const bytes = collect(tcp, inMapping);
  if (!isIntact(owner, mapping, bytes)) return endureBroken(machine, subflow, mapping);
  if (owner.settings.keepsMessages) storeMessage(machine, owner, mapping.dataFrom, bytes);
  else store(machine, owner, mapping.dataFrom, bytes);
  discard(tcp, inMapping);
  return true;
}

/** In one piece, wherever it stands in the ring. */
function collect(tcp: Connection, count: number): Uint8Array {
  const first = peekRing(tcp.receive.buffer, count);
  if (first.length === count) return first;
  const whole = new Uint8Array(count);
  whole.set(first);
  whole.set(tcp.receive.buffer.bytes.subarray(0, count - first.length), first.length);
  return whole;
}

function isIntact(owner: MptcpConnection, mapping: Mapping, bytes: Uint8Array): boolean {
  const { checksum, dataFrom, subflowFrom, length, isTriedElsewhere: hasFin } = mapping;
  if (checksum === undefined) return true;
  const told = length + (hasFin ? 1 : 0);
  return dssChecksum(owner.remoteFacts, dataFrom, subflowFrom, told, bytes) === checksum;
}

/** RFC 8684 3.7: alone, it goes on as plain TCP, and says so; else the subflow ends. False: it does. */
function endureBroken(machine: MptcpMachine, subflow: Subflow, mapping: Mapping): boolean {
  const { owner } = subflow;
  owner.counts.checksumErrors++;
  subflow.failedAt = mapping.dataFrom;
  if (!mayFallBack(subflow) || owner.receive.early.list.length > 0) {
    cut(machine, subflow, resetReason.middlebox);
    return false;
  }
  subflow.isAckWanted = true;
  fallBack(machine, subflow, 'checksum');
  return true;
}

function discard(tcp: Connection, count: number): void {
  dropRing(tcp.receive.buffer, count);
  tcp.receive.bufferedFrom += count;
}

/** What came before, or lies beyond what was offered, is left out. */
function store(
  machine: MptcpMachine,
  owner: MptcpConnection,
  from: number,
  bytes: Uint8Array,
): void {
  const { receive, settings, counts } = owner;
  const edge = receive.bufferedFrom + settings.receiveBufferBytes;
  const left = Math.max(from, receive.nxt);
  const right = Math.min(from + bytes.length, edge, receive.finAt ?? edge);
  if (left > from) counts.bytesReceivedTwice += Math.min(left, from + bytes.length) - from;
  if (left >= right) return;
  counts.bytesReceived += right - left;
  writeRing(receive.buffer, left - receive.bufferedFrom, bytes, left - from, right - from);
  advance(machine, owner, left, right);
}

function advance(machine: MptcpMachine, owner: MptcpConnection, left: number, right: number): void {
  const { receive } = owner;
  if (left > receive.nxt) {
    addRange(receive.early, left, right);
    return;
  }
  receive.nxt = Math.max(receive.nxt, right);
  const first = receive.early.list[0];
  if (first !== undefined && first.left <= receive.nxt) {
    receive.nxt = Math.max(receive.nxt, first.right);
    dropRangesBelow(receive.early, receive.nxt);
  }
  tell(machine, owner);
}

/** As soon as it is whole, whatever is missing before it; once. */
function storeMessage(
  machine: MptcpMachine,
  owner: MptcpConnection,
  from: number,
  bytes: Uint8Array,
): void {
  const { receive, counts } = owner;
  const to = from + bytes.length;
  if (to <= receive.nxt || holdsRange(receive.early, from, to)) {
    counts.bytesReceivedTwice += bytes.length;
    return;
  }
  counts.bytesReceived += bytes.length;
  receive.messages.push(bytes.slice());
  receive.messageBytes += bytes.length;
  advance(machine, owner, from, to);
  // Nothing of it stands in the ring, which a fall-back to TCP would go on with from here.
  receive.bufferedFrom = receive.nxt;
  tell(machine, owner);
}

/** The window and the end, after something came. */
function settleReceived(
  machine: MptcpMachine,
  subflow: Subflow,
  tcp: Connection,
  before: number,
): void {
  const { owner } = subflow;
  reachFin(machine, owner);
  if (owner.receive.nxt === before) return;
  // A hole that another subflow's data waited for is filled: that is news, as in RFC 5681 4.2.
  if (owner.receive.isEnded || owner.subflows.length > 1)
    tcp.receive.isAckOwed ||= isFilling(owner);
  shareRoom(owner);
}

function isFilling({ receive }: MptcpConnection): boolean {
  return receive.isEnded || receive.early.list.length > 0;
}

/** RFC 8684 3.3.3: all before it is here. */
export function reachFin(machine: MptcpMachine, owner: MptcpConnection): void {
  const { receive } = owner;
  if (receive.isEnded || receive.finAt === undefined || receive.nxt < receive.finAt) return;
  receive.nxt = receive.finAt + 1;
  receive.isEnded = true;
  for (const subflow of owner.subflows) subflow.isAckWanted = true;
  tell(machine, owner);
  stir(machine, owner);
}

/** What waits for the user: a message, or the bytes in order, without the DATA_FIN. */
export function readableBytes({ receive }: MptcpConnection): Uint8Array {
  const message = receive.messages[0];
  if (message !== undefined) return message;
  const end = receive.isEnded ? receive.finAt! : receive.nxt;
  return peekRing(receive.buffer, end - receive.bufferedFrom);
}
