/**
 * The two places where a box rewrites what it forwards, as netfilter has them. The IP machine calls
 * them with a whole IPv4 packet (fragments are reassembled first, and cut again on the way out) or
 * with an IPv6 packet; the box changes the bytes in place, within the first 128 of the packet
 * (of ICMP errors anywhere), and keeps every checksum right.
 *
 * Two kinds of packet pass no hook: ICMP errors that the box itself sends, which already speak of what
 * the sender sent, and Neighbor Discovery, which belongs to the link.
 *
 *   frame in ─▶ beforeRouting ─▶ route ─▶ (to itself | afterRouting ─▶ frame out)
 */
export type MiddleboxVerdict = 'accept' | 'drop';

export interface Middlebox {
  /**
   * A packet that came in, before its destination is looked up: its destination may be rewritten,
   * and of a packet that is turned back to where it came from (hairpinning) the source too.
   * `at` is where the IP header starts in `bytes`, `end` where the packet ends.
   */
  beforeRouting(
    nowNs: number,
    bytes: Uint8Array,
    at: number,
    end: number,
    arrivedOn: number,
  ): MiddleboxVerdict;
  /** A packet about to leave, forwarded or made here: its source may be rewritten. */
  afterRouting(
    nowNs: number,
    bytes: Uint8Array,
    at: number,
    end: number,
    arrivedOn: number | undefined,
    leavesBy: number,
  ): MiddleboxVerdict;
}
