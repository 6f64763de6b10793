/** DATA_ACK, and the window that counts from it (RFC 8684 3.3.2, 3.3.4). */

import { never } from '../base/time.ts';
import { dropRing } from '../tcp/byte-ring.ts';
import type { DataNumber } from '../wire/mptcp.ts';
import type { MptcpConnection } from './connection.ts';
import { fromWire } from './data-numbers.ts';
import { dataRtoNs } from './data-timers.ts';
import { type MptcpMachine, stir, tell } from './machine-state.ts';

export function acknowledgeData(
  machine: MptcpMachine,
  owner: MptcpConnection,
  wire: DataNumber,
  windowBytes: number,
  nowNs: number,
): void {
  const { send, localFacts } = owner;
  const to = fromWire(localFacts, wire, send.una);
  if (to === undefined || to > sentTo(owner)) return;
  const wasShut = send.windowTo <= send.nxt;
  // RFC 8684 3.3.4: the edge is never taken back.
  if (to + windowBytes > send.windowTo) send.windowTo = to + windowBytes;
  if (wasShut && send.windowTo > send.nxt) stir(machine, owner);
  if (to > send.una) advanceUna(machine, owner, to, nowNs);
}

/** One past the last number that was sent. */
function sentTo({ send }: MptcpConnection): number {
  return send.finAt === undefined ? send.nxt : send.finAt + 1;
}

export function advanceUna(
  machine: MptcpMachine,
  owner: MptcpConnection,
  to: number,
  nowNs: number,
): void {
  const { send, timers, settings } = owner;
  send.una = to;
  const gone = Math.min(to - send.bufferedFrom, send.buffer.length);
  dropRing(send.buffer, gone);
  send.bufferedFrom += gone;
  timers.retransmitAtNs = send.una < send.nxt ? nowNs + dataRtoNs(owner) : never;
  if (send.finAt !== undefined && to > send.finAt) {
    timers.finAtNs = never;
    stir(machine, owner);
    tell(machine, owner);
  }
  if (!send.isBlocked || send.buffer.length > settings.sendBufferBytes * 0.75) return;
  send.isBlocked = false;
  tell(machine, owner);
}
