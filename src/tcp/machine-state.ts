/** What a TCP machine remembers: connections by 4-tuple, listeners, and when something is due. */
import type { Family, Ip } from '../base/address.ts';
import type { DeadlineEntry } from '../base/deadline-queue.ts';
import type { Random } from '../base/random.ts';
import type { ArrivedSegment } from './arrived-segment.ts';
import type { AckFacts, SentFacts } from './congestion/controller.ts';
import type { Connection } from './connection.ts';
import type { MultipathLayer, SegmentToWrite } from './multipath.ts';
import type { DeliveryStamp, RateSample } from './recovery/delivery-rate.ts';
import type { RackSegment } from './recovery/rack.ts';
import type { ConnectionSettings } from './settings.ts';
import type { OutgoingSegment } from './sink.ts';

export interface TcpMachineOptions {
  /** For secrets only: initial sequence numbers, cookies, timestamp offsets. */
  readonly random: Random;
  /** The MTU of the way to `destination`, as the IP layer knows it. */
  readonly mtuTo: (destination: Ip) => number;
  readonly multipath?: MultipathLayer;
}

type Writable<T> = { -readonly [Field in keyof T]: T[Field] };

export interface TcpMachine {
  /** When `advance` has something to do; `never` while the machine waits for nothing but input. */
  deadlineNs: number;
  readonly connections: ConnectionTable;
  readonly listeners: (Listener | undefined)[];
  readonly timers: { readonly heap: DeadlineEntry<Connection>[] };
  readonly random: Random;
  /** RFC 6528 3; cookies are made with it as well. */
  readonly secret: Uint8Array;
  readonly mtuTo: (destination: Ip) => number;
  readonly multipath: MultipathLayer | undefined;
  readonly toWrite: SegmentToWrite;
  nextId: number;
  /** Connections that used buffers lately: those that wait for nothing give theirs back to the next. */
  readonly warm: (Connection | undefined)[];
  warmNext: number;
  /** One of each, used again for every segment: what lasts longer is in the connection. */
  readonly arrived: ArrivedSegment;
  readonly outgoing: Writable<OutgoingSegment>;
  readonly ack: Writable<AckFacts>;
  readonly sent: Writable<SentFacts>;
  /** Of the ACK at hand: of the oldest segment that it covers; 0: none that counts. */
  oldestRttNs: number;
  readonly rackSegment: Writable<RackSegment>;
  readonly stamp: DeliveryStamp;
  readonly rateSample: RateSample;
}

/** Open addressing over the 4-tuple, whose hash is kept with it. */
export interface ConnectionTable {
  slots: (Connection | undefined)[];
  count: number;
  /** What came last was for this one. */
  lastFound: Connection | undefined;
}

export interface Listener {
  readonly id: number;
  /** Undefined: both. */
  readonly family: Family | undefined;
  /** Undefined: any address. */
  readonly address: Ip | undefined;
  readonly port: number;
  readonly settings: ConnectionSettings;
  readonly backlog: number;
  /** Connections of it in SYN-RECEIVED. */
  halfOpen: number;
  /** It overflowed lately: until then cookies come back. */
  cookiesUntilNs: number;
}
