/** What a TCP machine remembers: connections by 4-tuple, listeners, and when something is due. */
import type { Ip } from '../base/address.ts';
import type { Random } from '../base/random.ts';
import type { ArrivedSegment } from './arrived-segment.ts';
import type { Connection } from './connection.ts';
import type { ConnectionSettings } from './settings.ts';
import type { OutgoingSegment } from './sink.ts';

export interface TcpMachineOptions {
  /** For secrets only: initial sequence numbers, cookies, timestamp offsets. */
  readonly random: Random;
  /** The MTU of the way to `destination`, as the IP layer knows it. */
  readonly mtuTo: (destination: Ip) => number;
}

export interface TcpMachine {
  /** When `advance` has something to do; `never` while the machine waits for nothing but input. */
  deadlineNs: number;
  readonly connections: ConnectionTable;
  readonly listeners: (Listener | undefined)[];
  readonly timers: { readonly heap: TimerEntry[] };
  readonly random: Random;
  /** RFC 6528 3; cookies are made with it as well. */
  readonly secret: Uint8Array;
  readonly mtuTo: (destination: Ip) => number;
  nextId: number;
  /** One of each, used again for every segment. */
  readonly arrived: ArrivedSegment;
  readonly outgoing: { -readonly [Field in keyof OutgoingSegment]: OutgoingSegment[Field] };
  /** RFC 5961 7: so many challenge ACKs are left in the second that began then. */
  challengesLeft: number;
  challengeSecondNs: number;
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
  /** Undefined: any address. */
  readonly address: Ip | undefined;
  readonly port: number;
  readonly settings: ConnectionSettings;
  readonly backlog: number;
  /** Connections of it in SYN-RECEIVED. */
  halfOpen: number;
}

export interface TimerEntry {
  readonly atNs: number;
  readonly connection: Connection;
}
