/** Which subflows may carry data now. */

import type { Connection } from '../tcp/connection.ts';
import { mayLeave } from '../tcp/pacing.ts';
import { fullSegmentBytes } from '../tcp/segment-size.ts';
import type { MptcpConnection, Subflow } from './connection.ts';
import type { PathView } from './scheduler/scheduler.ts';

/** TCP can send on it. */
export function isOpen({ phase, tcp }: Subflow): boolean {
  return (
    phase === 'open' &&
    tcp !== undefined &&
    (tcp.state === 'established' || tcp.state === 'close-wait')
  );
}

/** What is good and no backup; else a good backup; else whatever there is (RFC 8684 3.3.8). */
export function eligibleOf(owner: MptcpConnection): readonly Subflow[] {
  let best: Subflow[] = [];
  let bestRank = 3;
  for (const subflow of owner.subflows) {
    if (!isOpen(subflow)) continue;
    const rank = rankOf(subflow);
    if (rank > bestRank) continue;
    if (rank < bestRank) best = [];
    bestRank = rank;
    best.push(subflow);
  }
  return best;
}

function rankOf({ health, isBackup }: Subflow): number {
  if (health !== 'good') return 2;
  return isBackup ? 1 : 0;
}

export function viewOf({ number, tcp }: Subflow, nowNs: number): PathView {
  const { rto, congestion, recovery } = tcp!;
  return {
    number,
    srttNs: rto.srttNs,
    cwndBytes: congestion.cwndBytes,
    inflightBytes: recovery.inflightBytes,
    hasRoom: hasRoom(tcp!, nowNs),
  };
}

function hasRoom(tcp: Connection, nowNs: number): boolean {
  const { send, congestion, recovery } = tcp;
  const full = fullSegmentBytes(tcp);
  const { inflightBytes } = recovery;
  if (inflightBytes > 0 && inflightBytes + full > congestion.cwndBytes) return false;
  const { pacedAtNs } = tcp.timers;
  const isPaced = mayLeave(tcp, nowNs);
  tcp.timers.pacedAtNs = pacedAtNs;
  return isPaced && send.una + send.windowBytes > send.nxt && recovery.lostBytes === 0;
}
