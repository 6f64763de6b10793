/** What the loop does beside frames, when it has the time: records to the orchestrator, a capture to its file. */
import type { CarriedNetwork } from './carried-network.ts';
import type { ControlChannel } from './control-channel.ts';

/** Enough for a batch of records without anything being late. */
const enoughIdleNs = 300_000;
/** With something left to do, the loop looks again so often. */
const retryNs = 5_000_000;
/** Without an idle moment records go all the same, every so many turns. */
const turnsATidying = 1_024;

/** How long the loop may sleep before it must tidy up again. */
export function tidyUp(carried: CarriedNetwork, channel: ControlChannel): number {
  if (!channel.hasWaiting && !carried.hasUnwritten) return Number.POSITIVE_INFINITY;
  const isTime = carried.loop.idleNs() > enoughIdleNs || carried.loop.turns % turnsATidying === 0;
  if (isTime) {
    channel.send();
    carried.flushCapture();
  }
  return channel.hasWaiting || carried.hasUnwritten ? retryNs : Number.POSITIVE_INFINITY;
}
