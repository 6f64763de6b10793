/** How much of each segment MPTCP's options take. */
import { settleMss } from '../tcp/segment-size.ts';
import type { Subflow } from './connection.ts';

/** A DSS with low halves, with or without a checksum, and its padding: 4 + 4 + 4 + 4 + 2 (+ 2). */
const dssBytes = 20;
/** With a whole data sequence number. */
const wideDssBytes = 24;
/** What MP_CAPABLE with data takes more: 22 or 24, padded. */
export const capableMoreBytes = 4;

export function settleSegmentSize({ tcp, owner, tellsInfinite }: Subflow): void {
  if (tcp === undefined) return;
  const whole = owner.send.isWide ? wideDssBytes : dssBytes;
  const bytes = owner.state === 'plain' && !tellsInfinite ? 0 : whole;
  if (tcp.options.multipathBytes === bytes) return;
  tcp.options.multipathBytes = bytes;
  settleMss(tcp);
}
