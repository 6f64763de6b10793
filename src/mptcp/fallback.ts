/** Falling back to plain TCP (RFC 8684 3.7): the stream goes on, on the one subflow that there is. */
import type { Subflow } from './connection.ts';
import { type MptcpMachine, stir } from './machine-state.ts';
import { settleSegmentSize } from './segment-room.ts';

export type FallbackCause =
  /** The SYN-ACK had no MP_CAPABLE that we know. */
  | 'not-answered'
  /** The third packet had no keys. */
  | 'no-keys'
  /** A middlebox takes our options away. */
  | 'options-lost'
  /** A middlebox changes the data. */
  | 'checksum'
  /** The other side said so, by an infinite mapping or MP_FAIL. */
  | 'asked';

/** What came in order on the subflow so far is what came of the data. */
export function fallBack(machine: MptcpMachine, subflow: Subflow, cause: FallbackCause): void {
  const { owner, tcp } = subflow;
  if (owner.state === 'plain' || owner.state === 'closed') return;
  owner.state = 'plain';
  const { irs, bufferedFrom } = tcp?.receive ?? { irs: 0, bufferedFrom: 1 };
  const consumed = tcp === undefined || bufferedFrom === 0 ? 1 : bufferedFrom - irs;
  // It was alone from the beginning: what a mapping claims does not matter.
  subflow.infiniteFrom ??= { subflow: consumed, data: owner.receive.nxt };
  subflow.infiniteSendFrom = sendFrom(subflow);
  subflow.tellsInfinite = cause === 'checksum' || cause === 'asked';
  settleSegmentSize(subflow);
  machine.reports.push({ kind: 'mptcp.fallback', fields: { connection: owner.id, cause } });
  stir(machine, owner);
}

/** The data that follows what the subflow was given, byte for byte. */
function sendFrom({ sent, tcp }: Subflow): { subflow: number; data: number } {
  const last = sent[sent.length - 1];
  if (last !== undefined) {
    return { subflow: last.subflowFrom + last.length, data: last.dataFrom + last.length };
  }
  const given = tcp === undefined ? 0 : tcp.send.bufferedFrom - tcp.send.iss - 1;
  return { subflow: 1 + given, data: given };
}

/** RFC 8684 3.7: only where this is the one subflow there ever was, so that no byte is on another. */
export function mayFallBack({ owner, isFirst }: Subflow): boolean {
  const { state, subflows, counts } = owner;
  return isFirst && state === 'multipath' && subflows.length === 1 && counts.joins === 0;
}
