/**
 * What a layer above one connection may add to it: options of its own, and the choice of what is sent next.
 * MPTCP (RFC 8684) is one. Its functions are called while the machine works and may not call it.
 */
import type { ArrivedSegment } from './arrived-segment.ts';
import type { Connection } from './connection.ts';

/** What becomes of a segment: it goes on, goes no further, or its connection is reset. */
export type Verdict = 'goes-on' | 'dropped' | 'reset';

/** For connections whose `multipath` is not 0: the number that the layer gave them. */
export interface MultipathLayer {
  /** A SYN with options of the layer, for the listener of that id: the number of the connection to be, 0 for a plain one. */
  synArrived(listenerId: number, segment: ArrivedSegment, nowNs: number): number | 'refused';
  /** In a state after LISTEN, before its ACK is heeded; a SYN-ACK and a reset too. */
  arrived(connection: Connection, segment: ArrivedSegment, nowNs: number): Verdict;
  /** What was in order stands in the receive buffer; nothing was sent yet. */
  stored(connection: Connection, nowNs: number): void;
  /** All that it was given is sent, and more would fit: whether there is more for it. */
  hasMore(connection: Connection): boolean;
  /** Appends to the send buffer what goes next. False: nothing. */
  feed(connection: Connection, nowNs: number): boolean;
  /** Behind the other options of a SYN or a SYN-ACK, up to byte 60; returns their end. */
  writeSynOptions(connection: Connection, bytes: Uint8Array, at: number, isAnswer: boolean): number;
  /** Behind the timestamps of any later segment; returns their end, a multiple of four. */
  writeOptions(
    connection: Connection,
    bytes: Uint8Array,
    at: number,
    segment: SegmentToWrite,
  ): number;
}

/** One object for all segments. */
export interface SegmentToWrite {
  nowNs: number;
  sequence: number;
  count: number;
  flags: number;
}
