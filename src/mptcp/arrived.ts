/** A segment of a subflow, before TCP heeds its ACK: what MPTCP's options on it say. */
import type { ArrivedSegment } from '../tcp/arrived-segment.ts';
import type { Connection } from '../tcp/connection.ts';
import type { Verdict } from '../tcp/multipath.ts';
import type { MptcpOption, MptcpOptionOf } from '../wire/mptcp.ts';
import { tcpFlag } from '../wire/tcp.ts';
import { acknowledgeData } from './acknowledge-data.ts';
import { addressAnnounced, addressesRemoved, priorityChanged } from './address-options.ts';
import type { MptcpConnection, Subflow } from './connection.ts';
import { fallBack, mayFallBack } from './fallback.ts';
import { noteFirstMapping, synAckArrived, thirdAckArrived } from './handshake.ts';
import { areEqual } from './keys.ts';
import { heardFrom } from './liveness.ts';
import { type MptcpMachine, stir, stirPaths } from './machine-state.ts';
import { announceAddresses } from './paths.ts';
import { readMapping } from './read-mapping.ts';
import { optionsOf } from './read-options.ts';
import { reachFin } from './receive-data.ts';

export function arrived(
  machine: MptcpMachine,
  tcp: Connection,
  segment: ArrivedSegment,
  nowNs: number,
): Verdict {
  const subflow = machine.subflows.get(tcp.multipath);
  if (subflow === undefined) return 'goes-on';
  subflow.tcp = tcp;
  if (tcp.state === 'syn-sent') return synAckArrived(machine, subflow, segment, nowNs);
  if (tcp.state === 'syn-received') {
    const verdict = thirdAckArrived(machine, subflow, tcp, segment);
    if (verdict !== 'goes-on') return verdict;
    // On the first answer: who opened joins when that comes, and should know where to by then.
    announceAddresses(machine, subflow.owner, nowNs);
    return heed(machine, subflow, tcp, segment, nowNs);
  }
  heardFrom(machine, subflow, tcp, segment, nowNs);
  return heed(machine, subflow, tcp, segment, nowNs);
}

function heed(
  machine: MptcpMachine,
  subflow: Subflow,
  tcp: Connection,
  segment: ArrivedSegment,
  nowNs: number,
): Verdict {
  const { owner } = subflow;
  if (owner.state === 'plain') noteInfinite(subflow, segment);
  if (owner.state !== 'multipath') return 'goes-on';
  if ((segment.flags & (tcpFlag.syn | tcpFlag.rst)) === 0) noteLiving(machine, subflow, segment);
  if ((owner.state as string) === 'plain') return 'goes-on';
  for (const option of optionsOf(segment)) {
    const verdict = heedOption(machine, subflow, tcp, segment, option, nowNs);
    if (verdict !== 'goes-on') return verdict;
  }
  return 'goes-on';
}

/** The other side has fallen back, too: it need not be told again. */
function noteInfinite(subflow: Subflow, segment: ArrivedSegment): void {
  if (subflow.failedAt === undefined) return;
  for (const option of optionsOf(segment)) {
    if (option.kind === 'dss' && option.mapping?.length === 0) subflow.failedAt = undefined;
  }
}

/** The fourth packet of a join, or the first without our options where they are lost (RFC 8684 3.7). */
function noteLiving(machine: MptcpMachine, subflow: Subflow, segment: ArrivedSegment): void {
  const { owner } = subflow;
  if (subflow.phase === 'unconfirmed') {
    subflow.phase = 'open';
    subflow.hasDss = true;
    owner.counts.joins++;
    stir(machine, owner);
  }
  const isBare = segment.multipathCount === 0;
  const isUnproved = subflow.isFirst && !subflow.hasDss;
  if (isBare && isUnproved && mayFallBack(subflow)) fallBack(machine, subflow, 'options-lost');
}

function heedOption(
  machine: MptcpMachine,
  subflow: Subflow,
  tcp: Connection,
  segment: ArrivedSegment,
  option: MptcpOption,
  nowNs: number,
): Verdict {
  const { owner } = subflow;
  switch (option.kind) {
    case 'dss':
      return heedDss(machine, subflow, tcp, segment, option, nowNs);
    case 'capable':
      noteFirstMapping(machine, subflow, option);
      return 'goes-on';
    case 'add-address':
      confirm(machine, subflow);
      addressAnnounced(machine, subflow, option);
      return 'goes-on';
    case 'remove-address':
      addressesRemoved(machine, owner, option.addressIds);
      return 'goes-on';
    case 'priority':
      priorityChanged(machine, subflow, option.isBackup);
      return 'goes-on';
    case 'fail':
      failArrived(machine, subflow);
      return 'goes-on';
    case 'fast-close':
      fastCloseArrived(machine, owner, option.receiverKey);
      return 'goes-on';
    // Without their SYN they mean nothing; a reset's reason is for the trace only.
    case 'join-syn':
    case 'join-syn-ack':
    case 'join-ack':
    case 'reset':
      return 'goes-on';
  }
}

/** The other side has our key: it speaks of data. */
function confirm(machine: MptcpMachine, subflow: Subflow): void {
  subflow.hasDss = true;
  if (subflow.owner.isConfirmed) return;
  subflow.owner.isConfirmed = true;
  stirPaths(machine, subflow.owner);
}

function heedDss(
  machine: MptcpMachine,
  subflow: Subflow,
  tcp: Connection,
  segment: ArrivedSegment,
  option: MptcpOptionOf<'dss'>,
  nowNs: number,
): Verdict {
  const { owner } = subflow;
  confirm(machine, subflow);
  if (option.acknowledgment !== undefined) {
    const windowBytes = segment.window * 2 ** tcp.options.sendShift;
    acknowledgeData(machine, owner, option.acknowledgment, windowBytes, nowNs);
  }
  if (option.mapping === undefined) return 'goes-on';
  const verdict = readMapping(machine, subflow, option.mapping, option.isDataFin);
  if (option.isDataFin && verdict === 'goes-on') {
    subflow.isAckWanted = true;
    reachFin(machine, owner);
    stir(machine, owner);
  }
  return verdict;
}

/** RFC 8684 3.7: what we sent arrives changed. Alone, plain TCP; else the other side resets the subflow. */
function failArrived(machine: MptcpMachine, subflow: Subflow): void {
  if (mayFallBack(subflow)) fallBack(machine, subflow, 'asked');
}

/** RFC 8684 3.5: heeded only with our key; all subflows are reset. */
function fastCloseArrived(machine: MptcpMachine, owner: MptcpConnection, key: Uint8Array): void {
  if (!areEqual(key, owner.localKey)) return;
  owner.ending ??= 'reset';
  for (const subflow of owner.subflows) subflow.phase = 'closing';
  stir(machine, owner);
}
