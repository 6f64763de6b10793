/** A traffic or a watched flow, as the records of a sample show it. */
import type { Protocol } from '../schema/model.ts';
import type { FlowObservation } from './flow-observation.ts';

export interface WatchedFacts {
  readonly protocol: Protocol;
  readonly from: string;
  readonly to: string;
  /** Arrivals that look like nothing that left. */
  strangers: number;
  isFragmented: boolean;
}

export interface ObservedTraffic {
  readonly name: string;
  /** Requests and answers; otherwise a stream of datagrams. */
  readonly asks: boolean;
  /** Where datagrams (requests) are sent from. */
  readonly source: string;
  /** Where datagrams (answers) arrive. */
  readonly receiver: string;
  readonly opener: string;
  /** What the application got, and when. */
  readonly flow: FlowObservation;
  /** What left and what arrived: of a watched flow its packets, of other traffic the same as `flow`. */
  readonly packets: FlowObservation;
  /** Round trips, each with its end: of a watched flow apart, of other traffic the same as `flow`. */
  readonly trips: FlowObservation;
  /** Undefined: it is Ropewalk's own. */
  readonly watched: WatchedFacts | undefined;
}
