/** From where on a standby sends the peer's packets to the active, once backing up has begun. */
import type { ReceiveSide } from '../tcp/connection.ts';

export interface Demarcation {
  readonly nextExpected: number;
  /** One past the highest number in the reassembly queue; that which is expected while it is empty. */
  readonly highestQueued: number;
  readonly named: number;
}

export function demarcate({ nxt, early }: Pick<ReceiveSide, 'nxt' | 'early'>): Demarcation {
  const highestQueued = early.list.at(-1)?.right ?? nxt;
  return { nextExpected: nxt, highestQueued, named: Math.max(nxt, highestQueued) };
}

/**
 * Whether a packet with the numbers [from, to) is sent on. What fills a hole below the named number is: the
 * active would wait for it for ever. So is what has no data, which acknowledges.
 */
export function isSentOn({ nextExpected }: Demarcation, from: number, to: number): boolean {
  return to === from || to > nextExpected;
}
