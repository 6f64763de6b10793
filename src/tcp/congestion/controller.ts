/**
 * What stands between the TCP machine and a congestion controller: pure functions over plain state.
 *
 * The machine decides what was delivered and what was lost (RFC 8985, RFC 6675), when recovery begins
 * and ends, and how fast a window shrinks inside it (RFC 6937, where `usesRateReduction`). The controller
 * decides how much may be in flight and how fast it leaves.
 */

export type CongestionKind = 'fixed-window' | 'new-reno' | 'cubic' | 'rate-based' | 'coupled';

/** Each controller's state has these fields and its own: numbers and small objects, nothing else. */
export interface CongestionState {
  readonly kind: CongestionKind;
  /** The machine keeps inflight below it, and writes it inside recovery where `usesRateReduction`. */
  cwndBytes: number;
  /** Infinity: none yet. */
  ssthreshBytes: number;
  /** Infinity: not paced. Counts payload and TCP header bytes alike as the machine sends them. */
  pacingRateBps: number;
  /** The payload of a full segment; the machine calls `onMss` when it changes. */
  mssBytes: number;
}

export interface PathFacts {
  readonly mssBytes: number;
  /** From the handshake; 0: not known. */
  readonly rttNs: number;
}

export interface SentFacts {
  readonly bytes: number;
  /** Before this segment. */
  readonly inflightBytes: number;
  readonly isRetransmission: boolean;
  /** SND.NXT after it, counted on past 2^32. */
  readonly nextSequence: number;
  /** All that was ever delivered, as in `AckFacts`. */
  readonly deliveredBytes: number;
}

/** One ACK, after the scoreboard took it in. The object is used again: copy what is kept. */
export interface AckFacts {
  /** SND.UNA moved by so much. */
  readonly ackedBytes: number;
  /** Newly delivered by this ACK, cumulatively or by SACK, each byte once. */
  readonly newlyDeliveredBytes: number;
  /** Delivered since the connection began (draft-cheng-iccrg-delivery-rate-estimation: C.delivered). */
  readonly deliveredBytes: number;
  /** The same when the newest segment that this ACK delivers was sent; a round trip ended once it passes the mark. */
  readonly priorDeliveredBytes: number;
  /** Newly found lost with this ACK. */
  readonly lossBytes: number;
  /** Of the newest segment delivered, never one sent twice (Karn), unless timestamps say; 0: none. */
  readonly rttNs: number;
  /** 0: no sample. */
  readonly deliveryRateBps: number;
  /** The sample was taken while the application had too little to send. */
  readonly isAppLimited: boolean;
  /** The window, not the application or the peer, held the sender back since the last ACK (RFC 7661). */
  readonly isWindowLimited: boolean;
  /** After this ACK. */
  readonly inflightBytes: number;
  /** Before it. */
  readonly priorInflightBytes: number;
  /** ECE was set (RFC 3168 6.1.2); the machine calls `onCongestion` once a round for it. */
  readonly isEcnMarked: boolean;
  /** What the machine does about losses while it heeds this ACK. */
  readonly phase: CongestionPhase;
  /** SND.UNA and SND.NXT after it, counted on past 2^32: HyStart++ counts rounds by them. */
  readonly acknowledged: number;
  readonly nextSequence: number;
}

/** RFC 5681 3: `open`; fast recovery (RFC 6675); after a retransmission timeout; CWR of RFC 3168. */
export type CongestionPhase = 'open' | 'recovery' | 'loss' | 'reduced';

export interface CongestionEvent {
  readonly cause: 'loss' | 'ecn';
  readonly inflightBytes: number;
  readonly lossBytes: number;
  readonly deliveredBytes: number;
}

/** A controller's functions change `state`, and nothing else. */
export interface Controller<State extends CongestionState = CongestionState> {
  /** Whether the machine moves the window towards `ssthreshBytes` by RFC 6937 while it recovers. */
  readonly usesRateReduction: boolean;
  /** RFC 6928's initial window, or the controller's own. */
  create(nowNs: number, path: PathFacts): State;
  onSent(state: State, nowNs: number, sent: SentFacts): void;
  /** In every phase. Those of RFC 5681 leave the window alone in `recovery` and `reduced`. */
  onAck(state: State, nowNs: number, ack: AckFacts): void;
  /** Recovery begins: once for each window of data, by loss or by ECN. Sets the threshold. */
  onCongestion(state: State, nowNs: number, event: CongestionEvent): void;
  /** Recovery is over; the window becomes what the controller says. */
  onRecovered(state: State, nowNs: number, inflightBytes: number): void;
  /** RFC 5681 3.1, RFC 6298 5: everything in flight is taken for lost. */
  onTimeout(state: State, nowNs: number, event: CongestionEvent): void;
  /** RFC 4015, RFC 5682, D-SACK (RFC 3708): the last `onCongestion` or `onTimeout` was for nothing. */
  onSpurious(state: State, nowNs: number): void;
  /** Nothing was in flight for `idleNs`, and now something is to be sent (RFC 5681 4.1). */
  onIdle(state: State, nowNs: number, idleNs: number, rtoNs: number): void;
  onMss(state: State, mssBytes: number): void;
}
