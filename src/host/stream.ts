/** Stream sockets of the host contract: bytes in order both ways, on whichever TCP the node has. */
import type { Endpoint, Family, Ip } from '../base/address.ts';

export const streamCongestions = ['new-reno', 'cubic', 'rate-based'] as const;
export type StreamCongestion = (typeof streamCongestions)[number];

export const streamTransports = ['tcp', 'mptcp'] as const;
export type StreamTransport = (typeof streamTransports)[number];

export const streamSchedulers = ['lowest-rtt', 'earliest-delivery', 'redundant'] as const;
export type StreamScheduler = (typeof streamSchedulers)[number];

/** What a stream over MPTCP may choose. Left out: every link, the earliest delivery, no checksum. */
export interface MultipathChoices {
  /** The interfaces that it may use. */
  readonly interfaces?: readonly string[];
  /** Those of them that carry data only while no other does. */
  readonly backups?: readonly string[];
  readonly scheduler?: StreamScheduler;
  /** The links together take of a shared bottleneck what one flow would (RFC 6356). */
  readonly coupled?: boolean;
  readonly checksum?: boolean;
  /**
   * Each `write` is a message of its own, at most 65 535 bytes, and the other side's `message` has it as soon as
   * it is whole, before earlier ones of another link if need be; `received` stays silent. Both sides say so.
   */
  readonly messages?: boolean;
  /** Without any link it waits that long for one to come back. */
  readonly resumeNs?: number;
  /** Each mapping is recorded as it is given to a link. */
  readonly traced?: boolean;
}

/** Left out: what the node's TCP does by itself. */
export interface StreamSettings {
  /** `mptcp`: over several links at once, where the other side speaks it; else as plain TCP. */
  readonly transport?: StreamTransport;
  readonly multipath?: MultipathChoices;
  /** `rate-based` is BBR on a kernel. */
  readonly congestion?: StreamCongestion;
  /** Nagle's algorithm off. */
  readonly noDelay?: boolean;
  /** Idle that long, the other side is asked whether it is there. */
  readonly keepAliveNs?: number;
  /** With bytes unacknowledged for that long, the stream is given up. */
  readonly userTimeoutNs?: number;
  readonly sendBufferBytes?: number;
  readonly receiveBufferBytes?: number;
}

export interface StreamOptions extends StreamSettings {
  readonly to: Endpoint;
  /** Left out: chosen by the route. */
  readonly source?: Ip;
  /** Leaves by this interface only, whatever the routes say. */
  readonly interface?: string;
}

export interface StreamListenOptions extends StreamSettings {
  readonly family: Family;
  /** Left out or unspecified: any address of the node. */
  readonly address?: Ip;
  /** Left out or 0: one that is free. */
  readonly port?: number;
}

/** Why a stream is no more. */
export type StreamEnd =
  /** Both sides ended it, and all was acknowledged. */
  | 'finished'
  /** This side's `abort`. */
  | 'aborted'
  | 'reset'
  /** Nobody listens there. */
  | 'refused'
  | 'timed-out'
  | 'unreachable';

/** `connected` comes first and `closed` last; a stream that was never connected is only closed. */
export interface StreamEvents {
  connected?(): void;
  /** In order, without a gap; valid during the call. */
  received(bytes: Uint8Array): void;
  /** Where messages are kept: one, whole, once, in the order in which they became so; valid during the call. */
  message?(bytes: Uint8Array): void;
  /** A `write` that took less than all takes more now. */
  drained?(): void;
  /** The other side will send no more. This side may go on. */
  ended?(): void;
  closed?(reason: StreamEnd): void;
}

/** What the stream's TCP knows about itself; all 0 once it is closed. */
export interface StreamFigures {
  readonly smoothedRttNs: number;
  readonly congestionWindowBytes: number;
  /** Payload that was sent again. */
  readonly retransmittedBytes: number;
  readonly acknowledgedBytes: number;
}

/** One link of a stream over MPTCP. */
export interface StreamPath {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** `doubted`: it went silent, and is being asked. */
  readonly health: 'opening' | 'good' | 'doubted' | 'down';
  readonly isBackup: boolean;
  readonly smoothedRttNs: number;
  readonly congestionWindowBytes: number;
  readonly sentBytes: number;
  readonly retransmittedBytes: number;
}

export interface Stream {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** How many of the bytes were taken, and copied: 0 before it is connected or when there is no room. */
  write(bytes: Uint8Array): number;
  /** No more will be written: what was taken is sent, then the end. Reading goes on. */
  end(): void;
  /** At once, with a reset; `closed` follows. */
  abort(): void;
  /** Nothing more is received until `resume`: the other side is slowed down in the end. */
  pause(): void;
  resume(): void;
  figures(): StreamFigures;
  /** The links that it uses; of plain TCP, and after a fall-back to it, none. */
  paths?(): readonly StreamPath[];
  /** The other side is asked, too, to use that interface only while no other carries (or as any other). */
  setBackup?(interfaceName: string, isBackup: boolean): void;
}

export interface StreamListener {
  readonly local: Endpoint;
  /** No more are accepted. Streams that were go on. */
  close(): void;
}

/** Asked for each stream that came in, which is connected; the answer hears of it from then on. */
export type AcceptStream = (stream: Stream) => StreamEvents;
