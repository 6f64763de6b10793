/**
 * The path on which the data arrives first, time in the nearer ones' queues counted (the idea of ECF, Lim et al.,
 * CoNEXT 2017): a far path gets bytes only if the nearer ones could not deliver all that waits sooner.
 */
import { isNearer } from './lowest-rtt.ts';
import type { PathView, Scheduler } from './scheduler.ts';

export const earliestDelivery: Scheduler = {
  copies: false,
  takes(asking, others, waitingBytes) {
    if (asking.srttNs === 0) return true;
    let bytesANs = 0;
    let soonestNs = Number.POSITIVE_INFINITY;
    for (const nearer of others) {
      if (nearer.srttNs === 0 || !isNearer(nearer, asking)) continue;
      if (nearer.hasRoom) return false;
      bytesANs += nearer.cwndBytes / nearer.srttNs;
      soonestNs = Math.min(soonestNs, nearer.srttNs / 2 + drainNs(nearer));
    }
    if (bytesANs === 0) return true;
    return asking.srttNs / 2 <= soonestNs + waitingBytes / bytesANs;
  },
};

/** Until a segment more may leave, an ACK has to come: what of the window is over-full. */
function drainNs({ cwndBytes, inflightBytes, srttNs }: PathView): number {
  return (Math.max(0, inflightBytes - cwndBytes) / Math.max(1, cwndBytes)) * srttNs;
}
