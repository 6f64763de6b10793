/** When a connection's own timers are due: those of its subflows are TCP's. */
import { moveDeadline } from '../base/deadline-queue.ts';
import { never, nsPerMs, nsPerSecond } from '../base/time.ts';
import { currentRtoNs } from '../tcp/recovery/rto.ts';
import type { MptcpConnection } from './connection.ts';
import type { MptcpMachine } from './machine-state.ts';

const leastDataRtoNs = 400 * nsPerMs;
const persistNs = nsPerSecond;
const largestDataRtoNs = 10 * nsPerSecond;

/** Data that no subflow misses and nobody acknowledges: longer than any subflow's own timer. */
export function dataRtoNs(owner: MptcpConnection): number {
  let longestNs = leastDataRtoNs;
  for (const { tcp, health } of owner.subflows) {
    if (tcp === undefined || health !== 'good') continue;
    longestNs = Math.max(longestNs, 2 * currentRtoNs(tcp.rto));
  }
  return Math.min(longestNs, largestDataRtoNs);
}

/** Data waits for a window that is shut, and nothing on its way would bring an answer. */
export function armPersist({ send, timers, state }: MptcpConnection, nowNs: number): void {
  const end = send.bufferedFrom + send.buffer.length;
  const isShut = send.windowTo <= send.nxt && end > send.nxt && send.una === send.nxt;
  if (!isShut || state !== 'multipath') timers.persistAtNs = never;
  else if (timers.persistAtNs === never) timers.persistAtNs = nowNs + persistNs;
}

export function settleTimers(machine: MptcpMachine, owner: MptcpConnection): void {
  moveDeadline(machine, owner, earliestOf(owner));
}

function earliestOf({ timers, subflows }: MptcpConnection): number {
  let atNs = Math.min(
    timers.livenessAtNs,
    timers.retransmitAtNs,
    timers.persistAtNs,
    timers.finAtNs,
    timers.announceAtNs,
    timers.pathsAtNs,
    timers.lonelyAtNs,
  );
  for (const { probeAtNs, confirmAtNs, returnAtNs } of subflows) {
    atNs = Math.min(atNs, probeAtNs, confirmAtNs, returnAtNs);
  }
  return atNs;
}
