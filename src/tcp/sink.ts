/** What a TCP machine writes to: the driver's side of it. No callback may call the machine. */
import type { Ip } from '../base/address.ts';
import type { Connection, TcpState } from './connection.ts';

/** A segment that wants an IP packet around it. The object and its bytes are valid during the call. */
export interface OutgoingSegment {
  readonly source: Ip;
  readonly destination: Ip;
  /** The segment stands in [at, end), its checksum written. */
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly end: number;
  /** RFC 3168 5: the ECN field of the IP header: 0, or 2 for ECT(0). */
  readonly ecn: number;
  /** Always set but for IPv4 paths that can't carry 576 bytes: path MTU discovery stands on it. */
  readonly dontFragment: boolean;
}

/** Why a connection is no more. The words are for a user: `closed` names exactly one of them, once. */
export type CloseReason =
  /** Both sides said FIN, and both were acknowledged. */
  | 'finished'
  /** The user's `abort`, or a `close` while unread data waited. */
  | 'aborted'
  /** A reset from the other side. */
  | 'reset'
  /** A reset instead of a SYN-ACK: nobody listens there. */
  | 'refused'
  /** Nothing was acknowledged for the user timeout; or no answer to a SYN. */
  | 'timed-out'
  /** Keep-alive probes went unanswered. */
  | 'keep-alive'
  /** RFC 9293 3.9.2.2: an ICMP error that is heeded while the connection opens. */
  | 'unreachable';

export interface TcpSink {
  transmit(segment: OutgoingSegment): void;
  /** Every transition, the first from `closed` and the last into it. */
  stateChanged(connection: Connection, before: TcpState): void;
  /** ESTABLISHED was reached: by our SYN, or by theirs at the listener `connection.listener`. */
  connected(connection: Connection): void;
  /** In-order bytes wait: more than at the last call. */
  readable(connection: Connection): void;
  /** A `write` that took less than all would take more now. */
  writable(connection: Connection): void;
  /** The other side's FIN stands behind the bytes that wait: none follow. */
  ended(connection: Connection): void;
  /** Nothing more comes of it. In TIME-WAIT the machine goes on answering for it. */
  closed(connection: Connection, reason: CloseReason): void;
  /** Something a reader of the trace should know. Never once a segment. */
  record(kind: string, fields: Readonly<Record<string, string | number | boolean | null>>): void;
}
