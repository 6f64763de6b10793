/** How a connection ends: DATA_FIN both ways, then its subflows (RFC 8684 3.3.3); or at once (3.5). */
import { never } from '../base/time.ts';
import type { TcpSink } from '../tcp/sink.ts';
import { abortConnection, closeConnection } from '../tcp/user-calls.ts';
import type { MptcpConnection } from './connection.ts';
import { dataRtoNs } from './data-timers.ts';
import { type MptcpMachine, tell } from './machine-state.ts';

/** Both sides said DATA_FIN, and ours was acknowledged. */
export function isOver({ send, receive, state }: MptcpConnection): boolean {
  if (!receive.isEnded) return false;
  if (state === 'plain') return send.isFinWanted && send.buffer.length === 0;
  return send.finAt !== undefined && send.una > send.finAt;
}

export function advanceClosing(
  machine: MptcpMachine,
  owner: MptcpConnection,
  nowNs: number,
  sink: TcpSink,
): void {
  resetCut(machine, owner, nowNs, sink);
  sendFin(owner, nowNs);
  const isPlainEnd = owner.state === 'plain' && owner.send.isFinWanted && isAllGiven(owner);
  if (isPlainEnd || isOver(owner)) closeSubflows(machine, owner, nowNs, sink);
  else answerFins(machine, owner, nowNs, sink);
  if (owner.subflows.length === 0) leaveAlone(machine, owner, nowNs);
}

/** Those that are to be reset. */
function resetCut(
  machine: MptcpMachine,
  owner: MptcpConnection,
  nowNs: number,
  sink: TcpSink,
): void {
  for (const { phase, tcp } of [...owner.subflows]) {
    const isCut = phase === 'closing' || owner.ending !== undefined;
    if (isCut && tcp !== undefined) abortConnection(machine.tcp, nowNs, tcp, sink);
  }
}

function isAllGiven({ send }: MptcpConnection): boolean {
  return send.nxt >= send.bufferedFrom + send.buffer.length;
}

/** Behind the last byte; on a segment without payload, again until it is acknowledged. */
function sendFin(owner: MptcpConnection, nowNs: number): void {
  const { send, timers, state } = owner;
  if (!send.isFinWanted || send.finAt !== undefined || state !== 'multipath') return;
  if (!isAllGiven(owner)) return;
  send.finAt = send.nxt;
  repeatFin(owner, nowNs);
  timers.finAtNs = nowNs + dataRtoNs(owner);
}

export function repeatFin(owner: MptcpConnection, nowNs: number): void {
  const { send, timers, counts } = owner;
  timers.finAtNs = never;
  if (send.finAt === undefined || send.una > send.finAt) return;
  counts.finRepeats++;
  for (const subflow of owner.subflows) subflow.isAckWanted = true;
  timers.finAtNs = nowNs + dataRtoNs(owner) * 2 ** Math.min(counts.finRepeats, 5);
}

function closeSubflows(
  machine: MptcpMachine,
  owner: MptcpConnection,
  nowNs: number,
  sink: TcpSink,
): void {
  for (const { tcp } of [...owner.subflows]) {
    if (tcp === undefined) continue;
    if (tcp.state === 'syn-sent' || tcp.state === 'syn-received') {
      abortConnection(machine.tcp, nowNs, tcp, sink);
    } else if (!tcp.send.isFinWanted) {
      closeConnection(machine.tcp, nowNs, tcp, sink);
    }
  }
  tell(machine, owner);
}

/** A subflow whose other side has ended it takes no more of ours. */
function answerFins(
  machine: MptcpMachine,
  owner: MptcpConnection,
  nowNs: number,
  sink: TcpSink,
): void {
  if (owner.state !== 'multipath') return;
  for (const { tcp } of [...owner.subflows]) {
    if (tcp?.state !== 'close-wait' || tcp.send.isFinWanted) continue;
    closeConnection(machine.tcp, nowNs, tcp, sink);
  }
}

/** Only whether the other side has heard our DATA_FIN is not known. */
function hasAllButItsFin({ receive, send }: MptcpConnection): boolean {
  return receive.isEnded && send.finAt !== undefined && send.una >= send.finAt;
}

function leaveAlone(machine: MptcpMachine, owner: MptcpConnection, nowNs: number): void {
  const hasSaidAll = hasAllButItsFin(owner);
  const isDone = owner.ending !== undefined || hasSaidAll || isOver(owner);
  if (isDone || owner.state !== 'multipath') {
    end(machine, owner);
  } else if (owner.timers.lonelyAtNs === never) {
    owner.timers.lonelyAtNs = nowNs + owner.settings.resumeNs;
  }
}

/** Nothing of it is left but what its user has not read. */
export function end(machine: MptcpMachine, owner: MptcpConnection): void {
  if (owner.state === 'closed') return;
  const wasUnfinished = !isOver(owner) && owner.state === 'multipath';
  const hasSaidAll = hasAllButItsFin(owner);
  if (wasUnfinished && !hasSaidAll) owner.ending ??= 'reset';
  owner.state = 'closed';
  for (const name of Object.keys(owner.timers)) {
    owner.timers[name as keyof typeof owner.timers] = never;
  }
  machine.byToken.delete(owner.localFacts.token);
  machine.standing.delete(owner);
  tell(machine, owner);
}
