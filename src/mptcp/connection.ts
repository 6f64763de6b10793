/**
 * An MPTCP connection (RFC 8684) as plain data: one stream of bytes over several TCP connections, its
 * subflows. Data is counted from 0 for the first byte of a side, whatever its IDSN; DATA_FIN takes one.
 */
import type { Endpoint, Ip } from '../base/address.ts';
import type { ByteRing } from '../tcp/byte-ring.ts';
import type { Connection } from '../tcp/connection.ts';
import type { Ranges } from '../tcp/ranges.ts';
import type { KeyFacts } from './keys.ts';
import type { MptcpSettings } from './settings.ts';

export interface MptcpConnection {
  readonly id: number;
  readonly role: 'initiator' | 'listener';
  /**
   * `opening`: MP_CAPABLE is on its way. `multipath`: both said it. `plain`: fallen back to TCP, on one
   * subflow, for good (RFC 8684 3.7). `closed`: its user was told.
   */
  state: 'opening' | 'multipath' | 'plain' | 'closed';
  readonly settings: MptcpSettings;
  readonly localKey: Uint8Array;
  readonly localFacts: KeyFacts;
  remoteKey: Uint8Array | undefined;
  remoteFacts: KeyFacts;
  usesChecksum: boolean;
  /** RFC 8684 3.1, C: no joins to the address that the first subflow went to. */
  isFirstAddressClosed: boolean;
  /** The other side has shown that it has our key: joins may begin. */
  isConfirmed: boolean;
  readonly send: DataSendSide;
  readonly receive: DataReceiveSide;
  /** All that are not closed. */
  readonly subflows: Subflow[];
  readonly addresses: AddressBook;
  readonly timers: DataTimers;
  readonly counts: DataCounts;
  readonly opened: { readonly local: Endpoint; readonly remote: Endpoint };
  /** The earliest of its timers, and its earliest entry in the machine's queue. */
  deadlineAtNs: number;
  queuedAtNs: number;
  /** Stands in the machine's list of those to settle. */
  isStirred: boolean;
  /** A path may have become possible since they were last looked at. */
  arePathsDue: boolean;
  /** The user's abort: resets carry MP_FASTCLOSE. */
  isFastClosing: boolean;
  /** Bytes, or the end, came that the user was not told of. */
  isTold: { connected: boolean; closed: boolean };
  /** Where it ends once no subflow is left. */
  ending: 'reset' | 'aborted' | 'timed-out' | 'refused' | 'unreachable' | undefined;
}

export interface DataSendSide {
  una: number;
  /** What was given to a subflow for the first time lies below. */
  nxt: number;
  /** Bytes from `bufferedFrom` (= una, but for the DATA_FIN) on. */
  readonly buffer: ByteRing;
  bufferedFrom: number;
  /** The right edge that the other side offered: the farthest (RFC 8684 3.3.4). */
  windowTo: number;
  isFinWanted: boolean;
  /** The number of the DATA_FIN, once it was sent. */
  finAt: number | undefined;
  isBlocked: boolean;
  /** So much goes out that low halves of numbers could come round while old ones are on their way. */
  isWide: boolean;
  /** What was given out since `countedFromNs`, and in the span before it. */
  countedFromNs: number;
  countedBytes: number;
  countedBeforeBytes: number;
  /** To be sent again on another subflow, in order; none overlap. */
  readonly again: Unit[];
  /** Lengths of messages not yet given to a subflow, where boundaries are kept. */
  readonly messages: number[];
}

/** Data that goes as one mapping. */
export interface Unit {
  readonly from: number;
  readonly length: number;
  /** The subflow that failed to bring it; 0: none. */
  readonly triedBy: number;
}

export interface DataReceiveSide {
  nxt: number;
  readonly buffer: ByteRing;
  bufferedFrom: number;
  readonly early: Ranges;
  finAt: number | undefined;
  /** The right edge that was offered last. */
  offeredTo: number;
  /** DATA_FIN was reached: none follow. */
  isEnded: boolean;
  /** Whole messages that wait for the user. */
  readonly messages: Uint8Array[];
  messageBytes: number;
}

/** RFC 8684 3.3.1, with both numbers counted on past their wrap. */
export interface Mapping {
  /** From the subflow's first byte, which is 1. */
  readonly subflowFrom: number;
  readonly dataFrom: number;
  readonly length: number;
  readonly checksum: number | undefined;
  /** Its data was put in line for another subflow. */
  isTriedElsewhere: boolean;
}

export interface Subflow {
  /** What TCP knows it by; never used again. */
  readonly number: number;
  readonly owner: MptcpConnection;
  readonly isFirst: boolean;
  /** Undefined until TCP has made it. */
  tcp: Connection | undefined;
  /**
   * `opening`: the handshake. `unconfirmed`: the fourth packet is waited for (RFC 8684 3.2).
   * `open`: carries data. `closing`: takes no more; `closed`.
   */
  phase: 'opening' | 'unconfirmed' | 'open' | 'closing' | 'closed';
  /** `doubted`: silent for longer than its round trip; `down`: its interface has no carrier. */
  health: 'good' | 'doubted' | 'down';
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Undefined: it came in. */
  readonly interface: string | undefined;
  localAddressId: number;
  remoteAddressId: number;
  isBackup: boolean;
  localNonce: number;
  remoteNonce: number;
  joinHmac: Uint8Array | undefined;
  /** In the order of the subflow: those still needed to send again, or not yet data-acknowledged. */
  readonly sent: Mapping[];
  sentFrom: number;
  /** Told to us, not yet consumed. */
  readonly told: Mapping[];
  /** Units that go on this subflow whatever the others do. */
  readonly copies: Unit[];
  /** When doubt began; when it may end; and how often lately. */
  doubtedAtNs: number;
  returnAtNs: number;
  doubts: number;
  probes: number;
  probeAtNs: number;
  /** The third ACK goes again; `never`: it need not. */
  confirmAtNs: number;
  /** What the next pure ACK says beside: MP_PRIO, REMOVE_ADDR, ADD_ADDR, MP_FAIL. */
  readonly toSay: Uint8Array[];
  isAckWanted: boolean;
  /** Why it is cut, in the words of MP_TCPRST. */
  resetReason: number;
  /** All its bytes are data in order: no mapping follows (RFC 8684 3.7). */
  infiniteFrom: { subflow: number; data: number } | undefined;
  infiniteSendFrom: { subflow: number; data: number } | undefined;
  /** It fell back in the middle: the other side must hear so. */
  tellsInfinite: boolean;
  /** Where a checksum was wrong: MP_FAIL goes with each ACK until the other side has fallen back too. */
  failedAt: number | undefined;
  /** A mapping of the other side was seen here; a DSS of any kind. */
  hasMapping: boolean;
  hasDss: boolean;
}

export interface RemoteAddress {
  readonly id: number;
  readonly address: Ip;
  readonly port: number;
  /** REMOVE_ADDR named it: tried only where no subflow is left to hear of its return by. */
  isGone: boolean;
}

export interface AddressBook {
  /** Of the other side, as announced; the first subflow's is 0. */
  readonly announced: RemoteAddress[];
  /** Ours that the other side has not echoed yet. */
  readonly unechoed: { readonly id: number; readonly address: Ip }[];
  /** Ours, by id. */
  readonly ids: Ip[];
  /** When a link that failed may be joined again, by interface. */
  readonly joinAtNs: Map<string, { atNs: number; failures: number }>;
}

/** Each is `never` while not armed. */
export interface DataTimers {
  livenessAtNs: number;
  retransmitAtNs: number;
  /** The other side's window is shut: it is asked (RFC 9293 3.8.6.1). */
  persistAtNs: number;
  finAtNs: number;
  announceAtNs: number;
  pathsAtNs: number;
  /** No subflow is left: until then one may come. */
  lonelyAtNs: number;
}

export interface DataCounts {
  openedAtNs: number;
  bytesSent: number;
  bytesSentAgain: number;
  bytesReceived: number;
  bytesReceivedTwice: number;
  joins: number;
  doubts: number;
  checksumErrors: number;
  finRepeats: number;
  announceRepeats: number;
}
