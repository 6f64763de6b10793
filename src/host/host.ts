/**
 * What a program gets from whatever runs it: the real host (runtime) or the simulated one. A program
 * on the packet path is a set of callbacks; in `sim` it may use nothing but this: no file system, no
 * Node timers, no thread pool, no module-level state. What the network does arrives as values.
 */
import type { Endpoint, Family, Ip } from '../base/address.ts';
import type { Aead } from '../base/aead.ts';
import type { Mac } from '../base/mac.ts';
import type { Prefix } from '../base/prefix.ts';
import type { Random } from '../base/random.ts';
import type { RecordSink } from '../trace/record.ts';
import type {
  AcceptStream,
  Stream,
  StreamEvents,
  StreamListener,
  StreamListenOptions,
  StreamOptions,
} from './stream.ts';

/** No callback runs inside a call of one of these functions: what follows from a call comes after it. */
export interface Host {
  /** The node's name in the topology. */
  readonly node: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly records: RecordSink;
  readonly interfaces: Interfaces;
  readonly lifecycle: Lifecycle;
  /** A faster one than that of node:crypto, where there is one; it seals to the same bytes. */
  readonly aead?: Aead | undefined;
  /**
   * Throws a FaultError (`address-in-use`, `not-our-address`, `no-free-port`) where the plan gave out
   * what can't be had.
   */
  openDatagramSocket(options: DatagramOptions, events: DatagramEvents): DatagramSocket;
  /** What stands in its way the network says, to `closed`; faults as for datagrams. */
  openStream(options: StreamOptions, events: StreamEvents): Stream;
  listenStream(options: StreamListenOptions, accept: AcceptStream): StreamListener;
  openFramePort(options: FramePortOptions, events: FramePortEvents): FramePort;
  openVirtualInterface(
    options: VirtualInterfaceOptions,
    events: VirtualInterfaceEvents,
  ): VirtualInterface;
}

export interface Clock {
  /** Nanoseconds since the run's start, as this node's clock shows them: monotonic, perhaps skewed. */
  nowNs(): number;
  /** Calls back once, `delayNs` from now on this clock. Cancelling a timer that fired does nothing. */
  after(delayNs: number, callback: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** What a program says about itself. Each is said once; the lab waits for them, never for a sleep. */
export interface Lifecycle {
  /** Its sockets are bound: peers may start. */
  ready(): void;
  /**
   * It did what it was asked to do. It is called on until it is stopped, because a peer may not have
   * heard its last answer. A service never says so.
   */
  finish(): void;
  /** It can't go on: the run fails, with this sentence. */
  fail(reason: string): void;
}

export interface InterfaceInfo {
  readonly name: string;
  readonly index: number;
  readonly mac: Mac;
  readonly mtuBytes: number;
  readonly up: boolean;
  readonly addresses: readonly Prefix[];
}

export interface Interfaces {
  list(): readonly InterfaceInfo[];
  /** Carrier lost or back, an address added or gone: the state after it. */
  onChange(callback: (changed: InterfaceInfo) => void): Subscription;
  /** The IPv4 router of its default route; undefined: it has none. */
  gatewayOf(name: string): Ip | undefined;
}

export interface Subscription {
  close(): void;
}

export interface DatagramOptions {
  readonly family: Family;
  /** Left out or unspecified: any address of the node. */
  readonly address?: Ip;
  /** Left out or 0: one that is free. */
  readonly port?: number;
  /** Sends by this interface only, whatever the routes say. */
  readonly interface?: string;
}

export interface SendOptions {
  readonly ttl?: number;
  /** A source address of this node other than the one that is bound or would be chosen. */
  readonly source?: Ip;
  /** IPv4: set DF, so that a packet larger than the path comes back as an ICMP error. */
  readonly dontFragment?: boolean;
}

/** What became of a send, as far as this node knows: the network says no more. */
export type SendOutcome =
  | 'sent'
  | 'no-route'
  | 'interface-down'
  | 'message-too-long'
  | 'source-not-ours'
  | 'closed';

export interface DatagramSocket {
  readonly local: Endpoint;
  send(payload: Uint8Array, to: Endpoint, options?: SendOptions): SendOutcome;
  close(): void;
}

export interface DatagramArrived {
  readonly from: Endpoint;
  /** The destination address and port that the datagram carried. */
  readonly to: Endpoint;
  readonly interface: string;
  readonly ttl: number;
  /** Valid during the call: copy what is needed later. */
  readonly payload: Uint8Array;
}

export interface PathError {
  readonly kind:
    | 'network-unreachable'
    | 'host-unreachable'
    | 'port-unreachable'
    | 'packet-too-big'
    | 'time-exceeded'
    | 'prohibited'
    | 'other';
  readonly reporter: Ip;
  /** Where the datagram that is spoken of was sent to. */
  readonly destination: Endpoint;
  readonly mtuBytes?: number;
}

export interface DatagramEvents {
  received(arrived: DatagramArrived): void;
  pathError?(error: PathError): void;
}

/** RFC 793-style protocol and port: frames for it go to the port's owner instead of the node's stack. */
export interface Lease {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
}

export interface FramePortOptions {
  readonly interface: string;
  /** With leases: only their frames, and nobody else sees those. Without: a copy of every frame. */
  readonly leases?: readonly Lease[];
}

export interface FramePortEvents {
  /** A whole Ethernet frame; valid during the call. */
  received(frame: Uint8Array): void;
}

export interface FramePort {
  readonly mac: Mac;
  readonly mtuBytes: number;
  /** Puts a whole Ethernet frame on the link; the bytes are copied. */
  send(frame: Uint8Array): 'sent' | 'interface-down' | 'message-too-long' | 'closed';
  close(): void;
}

export interface VirtualInterfaceOptions {
  readonly name: string;
  readonly addresses: readonly Prefix[];
  readonly mtuBytes: number;
  /** Networks that the node's applications reach through this interface. */
  readonly routes: readonly Prefix[];
}

export interface VirtualInterfaceEvents {
  /** An IP packet that an application of this node sent into the interface; valid during the call. */
  packet(packet: Uint8Array): void;
}

export interface VirtualInterface {
  readonly name: string;
  /** Gives an IP packet to the node's stack as if it had arrived on this interface; the bytes are copied. */
  inject(packet: Uint8Array): 'accepted' | 'closed';
  close(): void;
}
