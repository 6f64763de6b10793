/** What a subflow that can send is given: what another failed to bring, then what is new. */
import { copyRing, writeRing } from '../tcp/byte-ring.ts';
import type { Connection } from '../tcp/connection.ts';
import { fullSegmentBytes } from '../tcp/segment-size.ts';
import type { MptcpConnection, Subflow, Unit } from './connection.ts';
import { toWire } from './data-numbers.ts';
import { dssChecksum } from './dss-checksum.ts';
import { eligibleOf, viewOf } from './eligible.ts';
import { watchSent } from './liveness.ts';
import { type MptcpMachine, stir } from './machine-state.ts';
import { dropAcknowledged } from './mappings.ts';
import { countGiven } from './number-width.ts';
import { overtake } from './overtake.ts';
import { schedulerOf } from './scheduler/schedulers.ts';
import { capableMoreBytes } from './segment-room.ts';

/** RFC 8684 3.3.1: a mapping's length has 16 bits. */
export const mostMappedBytes = 65_535;

/** New data that the other side would take. */
export function unsentBytes({ send }: MptcpConnection): number {
  const end = send.bufferedFrom + send.buffer.length;
  return Math.max(0, Math.min(end, send.windowTo) - send.nxt);
}

export function hasMore(machine: MptcpMachine, tcp: Connection): boolean {
  const subflow = machine.subflows.get(tcp.multipath);
  if (subflow === undefined || subflow.phase !== 'open') return false;
  const { owner } = subflow;
  return subflow.copies.length > 0 || owner.send.again.length > 0 || unsentBytes(owner) > 0;
}

export function feed(machine: MptcpMachine, tcp: Connection, nowNs: number): boolean {
  const subflow = machine.subflows.get(tcp.multipath);
  if (subflow === undefined || subflow.phase !== 'open') return false;
  const { owner } = subflow;
  if (owner.state === 'plain') return feedPlain(machine, subflow, tcp);
  if (owner.state !== 'multipath') return false;
  const eligible = eligibleOf(owner);
  if (!eligible.includes(subflow)) return false;
  const unit = nextUnit(machine, subflow, tcp, eligible, nowNs);
  if (unit === undefined) return false;
  give(machine, subflow, tcp, unit);
  watchSent(machine, subflow, nowNs);
  return true;
}

function nextUnit(
  machine: MptcpMachine,
  subflow: Subflow,
  tcp: Connection,
  eligible: readonly Subflow[],
  nowNs: number,
): Unit | undefined {
  const { owner } = subflow;
  const copy = nextCopy(subflow);
  if (copy !== undefined) return copy;
  const again = nextAgain(owner, subflow, eligible);
  if (again !== undefined) return again;
  const others = eligible.filter((one) => one !== subflow).map((one) => viewOf(one, nowNs));
  const mayOthers = others.some((one) => one.hasRoom);
  if (owner.send.again.length > 0 && mayOthers) stir(machine, owner);
  const count = nextLength(subflow, tcp);
  if (count === 0) return overtake(subflow, eligible, nowNs);
  const scheduler = schedulerOf(owner.settings.scheduler);
  const takes = scheduler.takes(viewOf(subflow, nowNs), others, unsentBytes(owner));
  if (others.length > 0 && !takes) {
    if (mayOthers) stir(machine, owner);
    return undefined;
  }
  const unit = { from: owner.send.nxt, length: count, triedBy: 0 };
  owner.send.nxt += count;
  owner.send.messages.shift();
  owner.counts.bytesSent += count;
  countGiven(owner, count, nowNs);
  if (scheduler.copies) copyToOthers(machine, subflow, eligible, unit);
  return unit;
}

function copyToOthers(
  machine: MptcpMachine,
  subflow: Subflow,
  eligible: readonly Subflow[],
  unit: Unit,
): void {
  for (const other of eligible) if (other !== subflow) other.copies.push(unit);
  if (eligible.length > 1) stir(machine, subflow.owner);
}

function nextCopy({ copies, owner }: Subflow): Unit | undefined {
  for (;;) {
    const unit = copies.shift();
    if (unit === undefined) return undefined;
    const rest = restOf(owner, unit);
    if (rest !== undefined) return rest;
  }
}

/** What of it is not acknowledged: its beginning may be gone from the buffer. */
function restOf({ send }: MptcpConnection, unit: Unit): Unit | undefined {
  const to = unit.from + unit.length;
  if (to <= send.una) return undefined;
  if (unit.from >= send.una) return unit;
  return { from: send.una, length: to - send.una, triedBy: unit.triedBy };
}

/** Not on the subflow that failed to bring it, if there is another. */
function nextAgain(
  owner: MptcpConnection,
  subflow: Subflow,
  eligible: readonly Subflow[],
): Unit | undefined {
  const { again } = owner.send;
  for (let index = 0; index < again.length; index++) {
    const unit = again[index]!;
    const rest = restOf(owner, unit);
    if (rest === undefined) {
      again.splice(index--, 1);
      continue;
    }
    if (unit.triedBy === subflow.number && eligible.length > 1) continue;
    again.splice(index, 1);
    owner.counts.bytesSentAgain += rest.length;
    return rest;
  }
  return undefined;
}

function nextLength(subflow: Subflow, tcp: Connection): number {
  const { owner } = subflow;
  const { send, settings } = owner;
  const unsent = unsentBytes(owner);
  if (unsent === 0) return 0;
  const isFirst = subflow.isFirst && !owner.isConfirmed && subflow.sent.length === 0;
  const full = fullSegmentBytes(tcp) - (isFirst ? capableMoreBytes : 0);
  if (settings.keepsMessages) {
    const length = send.messages[0] ?? unsent;
    // A window that is smaller than a message, and empty, grows no more: TCP fills it with the message's beginning.
    const fits = length <= unsent || send.nxt === send.una;
    return fits && (!isFirst || length <= full || owner.isConfirmed) ? length : 0;
  }
  if (unsent >= full) return full;
  // RFC 9293 3.8.6.2.1: what the window leaves of a segment waits for more, unless nothing is on its way.
  const isCutByWindow = send.windowTo < send.bufferedFrom + send.buffer.length;
  return isCutByWindow && send.nxt > send.una ? 0 : unsent;
}

/** Behind the subflow's other bytes, with its mapping. */
function give(machine: MptcpMachine, subflow: Subflow, tcp: Connection, unit: Unit): void {
  const { owner } = subflow;
  const { send, iss } = { send: owner.send, iss: tcp.send.iss };
  const bytes = scratchOf(machine, unit.length);
  copyRing(send.buffer, unit.from - send.bufferedFrom, unit.length, bytes, 0);
  const subflowFrom = tcp.send.bufferedFrom + tcp.send.buffer.length - iss;
  writeRing(tcp.send.buffer, tcp.send.buffer.length, bytes, 0, unit.length);
  const { from: dataFrom, length } = unit;
  const data = bytes.subarray(0, length);
  const checksum = owner.usesChecksum
    ? dssChecksum(owner.localFacts, dataFrom, subflowFrom, length, data)
    : undefined;
  subflow.sent.push({ subflowFrom, dataFrom, length, checksum, isTriedElsewhere: false });
  if (owner.settings.tellsMappings) tellMapped(machine, subflow, unit);
  dropAcknowledged(subflow, send.una);
}

function tellMapped(machine: MptcpMachine, { owner, number }: Subflow, unit: Unit): void {
  const dsn = toWire(owner.localFacts, unit.from, false).low;
  const fields = { connection: owner.id, subflow: number, dsn, length: unit.length };
  machine.reports.push({ kind: 'mptcp.mapped', fields });
}

function scratchOf(machine: MptcpMachine, bytes: number): Uint8Array {
  if (machine.scratch.length < bytes) machine.scratch = new Uint8Array(bytes * 2);
  return machine.scratch;
}

/** After a fallback the subflow's bytes are the data's, in order (RFC 8684 3.7). */
function feedPlain(machine: MptcpMachine, subflow: Subflow, tcp: Connection): boolean {
  const { owner, infiniteSendFrom } = subflow;
  const { send } = owner;
  if (infiniteSendFrom === undefined) return false;
  const given = tcp.send.bufferedFrom + tcp.send.buffer.length - tcp.send.iss;
  const from = infiniteSendFrom.data + given - infiniteSendFrom.subflow;
  const end = send.bufferedFrom + send.buffer.length;
  const length = Math.min(end - from, fullSegmentBytes(tcp));
  if (length <= 0) return false;
  const bytes = scratchOf(machine, length);
  copyRing(send.buffer, from - send.bufferedFrom, length, bytes, 0);
  writeRing(tcp.send.buffer, tcp.send.buffer.length, bytes, 0, length);
  send.nxt = Math.max(send.nxt, from + length);
  send.messages.length = 0;
  return true;
}
