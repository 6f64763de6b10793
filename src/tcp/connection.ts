/**
 * One connection: the transmission control block of RFC 9293 3.3.1, as plain data.
 *
 * Sequence numbers are counted on past 2^32. Moments end in `AtNs` and are `never` while not armed.
 */
import type { Endpoint } from '../base/address.ts';
import type { ByteRing } from './byte-ring.ts';
import type { CongestionPhase, CongestionState } from './congestion/controller.ts';
import type { Flight } from './flight.ts';
import type { Ranges } from './ranges.ts';
import type { DeliveryState } from './recovery/delivery-rate.ts';
import type { PrrState } from './recovery/prr.ts';
import type { RackState } from './recovery/rack.ts';
import type { RtoState } from './recovery/rto.ts';
import type { ProbeState } from './recovery/tail-loss-probe.ts';
import type { ConnectionSettings } from './settings.ts';

/** RFC 9293 3.3.2. */
export type TcpState =
  | 'closed'
  | 'listen'
  | 'syn-sent'
  | 'syn-received'
  | 'established'
  | 'fin-wait-1'
  | 'fin-wait-2'
  | 'close-wait'
  | 'closing'
  | 'last-ack'
  | 'time-wait';

export interface Connection {
  /** Counted up by the machine; never used again. */
  readonly id: number;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  state: TcpState;
  readonly settings: ConnectionSettings;
  /** Whose SYN-RECEIVED this was; undefined: opened by us. */
  readonly listener: number | undefined;
  /** By which a layer above knows it (multipath.ts); 0: there is none. */
  multipath: number;
  readonly send: SendSide;
  readonly receive: ReceiveSide;
  readonly options: NegotiatedOptions;
  readonly timers: ConnectionTimers;
  readonly recovery: RecoveryState;
  readonly rto: RtoState;
  readonly rack: RackState;
  readonly probe: ProbeState;
  readonly prr: PrrState;
  readonly delivery: DeliveryState;
  readonly path: PathSearch;
  readonly counts: ConnectionCounts;
  congestion: CongestionState;
  /** The earliest of its timers; `never` while it waits for nothing but input. */
  deadlineAtNs: number;
  /** The earliest entry for it in the machine's queue. */
  queuedAtNs: number;
  /** It is among those that may keep empty buffers. */
  isWarm: boolean;
  /** The user said `release`. */
  isReleased: boolean;
  /** `closed` was told. */
  isTold: boolean;
}

/** RFC 9293 3.3.1, the SND variables, and what is between them. */
export interface SendSide {
  readonly iss: number;
  /** SND.UNA and SND.NXT. */
  una: number;
  nxt: number;
  /** SND.WND, scaled, and the largest that was ever offered (RFC 9293 3.8.6.2.1, Max(SND.WND)). */
  windowBytes: number;
  maxWindowBytes: number;
  /** SND.WL1 and SND.WL2. */
  wl1: number;
  wl2: number;
  /** What one segment carries beside its options: of the other's MSS and the path's MTU the smaller. */
  mssBytes: number;
  /** The path's MTU as it is known: never above the route's. */
  pathMtuBytes: number;
  /** Bytes from `bufferedFrom` on: unacknowledged, then unsent. */
  readonly buffer: ByteRing;
  bufferedFrom: number;
  /** Segments sent and not yet cumulatively acknowledged, with what RACK and the rate sampler need of each. */
  readonly flight: Flight;
  /** What of it the other side has by SACK. */
  readonly sacked: Ranges;
  /** The user closed: a FIN follows the buffer. */
  isFinWanted: boolean;
  /** The number the FIN has, once it was sent; `undefined` before. */
  finAt: number | undefined;
  /** A `write` took less than all. */
  isBlocked: boolean;
  /** CWR is due on the next new data (RFC 3168 6.1.2). */
  isReductionTold: boolean;
  /** When data was last sent, for RFC 5681 4.1; and when a paced segment may follow. */
  lastSentAtNs: number;
  pacedToAtNs: number;
  /** Zero-window probes since the window was last open. */
  windowProbes: number;
  /** What the last keep-alive probe was: how many went unanswered. */
  keepAliveProbes: number;
  /** RFC 9293 3.9.2.2: a router said so; why the connection will have failed if it does. */
  isUnreachable: boolean;
}

export interface ReceiveSide {
  /** IRS and RCV.NXT. */
  irs: number;
  nxt: number;
  /** The right edge that was offered; never moved back. */
  offeredTo: number;
  /** The window that a layer above offers for all of its connections; -1: it is this one's own. */
  sharedRoomBytes: number;
  /** Bytes from `bufferedFrom` on: first those that wait for the user, up to `nxt`; then what came early. */
  readonly buffer: ByteRing;
  bufferedFrom: number;
  /** What of the buffer lies beyond `nxt`. */
  readonly early: Ranges;
  /** The number of the FIN, once a segment told it. */
  finAt: number | undefined;
  /** Segments that came since the last ACK was sent (RFC 9293 3.8.6.3). */
  unacknowledgedSegments: number;
  unacknowledgedBytes: number;
  /** The largest payload that came: what the other side thinks a full segment is. */
  largestBytes: number;
  isAckOwed: boolean;
  /** A D-SACK to report in the next ACK (RFC 2883); -1: none. */
  duplicateLeft: number;
  duplicateRight: number;
  /** CE was seen and CWR not yet (RFC 3168 6.1.3). */
  isEcnEchoOwed: boolean;
  /** When any segment of the other side last came: keep-alive counts from it. */
  lastAtNs: number;
  /** Challenge ACKs (RFC 5961 7) in the second that began then. */
  challenges: number;
  challengedFromAtNs: number;
}

export interface NegotiatedOptions {
  /** What the other side's MSS option said; 536 or 1220 where it said nothing (RFC 9293 3.7.1). */
  peerMssBytes: number;
  /** RFC 7323 2: shifts of the windows they send and we send. */
  sendShift: number;
  receiveShift: number;
  hasTimestamps: boolean;
  /** TSval is the clock in milliseconds and this. */
  timestampOffset: number;
  /** TS.Recent, and when it was taken (RFC 7323 5.5); Last.ACK.sent (4.3). */
  recentTimestamp: number;
  recentAtNs: number;
  lastAckSent: number;
  hasSack: boolean;
  hasEcn: boolean;
  hasWindowScale: boolean;
  /** What a layer above takes of each segment's room for options. */
  multipathBytes: number;
}

/** Each is `never` while not armed. */
export interface ConnectionTimers {
  retransmitAtNs: number;
  /** RFC 8985 7: the tail loss probe; and 6.2, the reordering timer. */
  tailProbeAtNs: number;
  reorderAtNs: number;
  /** RFC 9293 3.8.6.1: the zero-window probe; also the override of SWS avoidance (3.8.6.2.1). */
  persistAtNs: number;
  delayedAckAtNs: number;
  keepAliveAtNs: number;
  userTimeoutAtNs: number;
  /** TIME-WAIT, and FIN-WAIT-2 of a released connection. */
  lingerAtNs: number;
  /** A paced segment may leave. */
  pacedAtNs: number;
}

export interface RecoveryState {
  phase: CongestionPhase;
  /** RecoveryPoint (RFC 6675 5), or `recover` after a timeout: SND.NXT when it began. */
  pointTo: number;
  /** In flight: sent, neither delivered nor lost (pipe of RFC 6675). */
  inflightBytes: number;
  /** Deemed lost and not sent again since; and below which nothing is. */
  lostBytes: number;
  lostFrom: number;
  sackedBytes: number;
  sackedSegments: number;
  /** RFC 5681 2, where there is no SACK. */
  duplicateAcks: number;
  /** The congestion window held the sender back since the last ACK. */
  isWindowLimited: boolean;
  /** RFC 3522: when this recovery's first retransmission left; `never`: none did yet. */
  firstRetransmitAtNs: number;
  /** RFC 3708: retransmissions of this recovery that no D-SACK has called needless; -1: it can't be undone. */
  undoableRetransmissions: number;
}

export interface ConnectionCounts {
  openedAtNs: number;
  segmentsSent: number;
  segmentsReceived: number;
  /** Payload that was sent, retransmissions counted again. */
  bytesSent: number;
  bytesRetransmitted: number;
  segmentsRetransmitted: number;
  bytesReceived: number;
  timeouts: number;
  spuriousRecoveries: number;
  challengeAcks: number;
}

/** RFC 8899: what is known of what passes, and what is being tried. */
export interface PathSearch {
  /** Known to pass; and the least that is known not to, less one. */
  passesBytes: number;
  limitBytes: number;
  /** What the interface takes: nothing above is tried. */
  readonly linkMtuBytes: number;
  /** The MTU that is being tried; 0: none. */
  probedBytes: number;
  /** So often in vain. */
  attempts: number;
  /** What the flight said about the probe. */
  outcome: 'waiting' | 'delivered' | 'lost';
  /** The next probe is not sent before. */
  nextAtNs: number;
}
