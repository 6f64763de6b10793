/** What an IP machine remembers: plain data, changed by the functions of this room only. */
import type { Family, Ip } from '../base/address.ts';
import type { Frame, FramePool } from '../base/frame.ts';
import type { Mac } from '../base/mac.ts';
import type { Prefix } from '../base/prefix.ts';
import type { Random } from '../base/random.ts';
import type { Middlebox } from './middlebox.ts';

export interface IpInterfaceOptions {
  readonly name: string;
  /** Undefined: point-to-point without a link layer (a TUN device). */
  readonly mac: Mac | undefined;
  readonly mtuBytes: number;
  readonly addresses: readonly Prefix[];
  readonly up?: boolean;
}

export interface IpMachineOptions {
  readonly interfaces: readonly IpInterfaceOptions[];
  /** Routers, NAT boxes and proxies pass packets on that are not for them. */
  readonly forwards: boolean;
  readonly pool: FramePool;
  readonly random: Random;
  readonly middlebox?: Middlebox | undefined;
  /**
   * What becomes of a datagram to a port that no socket has: refused with an ICMP error, or handed to
   * `sink.packet`, because somebody behind this machine may have it. Left out: refused.
   */
  readonly strayDatagrams?: 'refuse' | 'hand-on';
}

export interface IpMachine {
  /** When `advance` has something to do; `never` while the machine waits for nothing but input. */
  deadlineNs: number;
  readonly forwards: boolean;
  readonly pool: FramePool;
  readonly random: Random;
  readonly middlebox: Middlebox | undefined;
  readonly strayDatagrams: 'refuse' | 'hand-on';
  /** By index, which never changes; a hole is an interface that was removed. */
  readonly interfaces: (IpInterface | undefined)[];
  readonly routes: RouteTable;
  readonly destinations: DestinationTable;
  /** Over IPv4, what came last was for this one; and what was sent last: found without the table. */
  lastArrived: Destination | undefined;
  lastSent: Destination | undefined;
  /** Whether this table or that of an interface holds anything. */
  keepsDestinations: boolean;
  readonly sockets: SocketTable;
  readonly timers: TimerQueue;
  readonly reassembly: ReassemblyTable;
  /** Undefined: no router has told us any. */
  pathMtus: Map<Ip, PathMtu> | undefined;
  readonly errorBudget: ErrorBudget;
  readonly keptHead: KeptHead;
  /** Packets to ourselves; they arrive at the next `advance`. */
  readonly loopback: LoopbackPacket[];
  nextIdentification: number;
}

export interface IpInterface {
  readonly index: number;
  readonly name: string;
  readonly mac: Mac | undefined;
  /** The two halves of `mac`, which fit in small integers: the fast path writes bytes from them. */
  readonly macHigh24: number;
  readonly macLow24: number;
  mtuBytes: number;
  up: boolean;
  addresses: readonly Prefix[];
  readonly neighbours: Map<Ip, Neighbour>;
  /** Multicast groups that sockets of this machine listen to here. */
  readonly groups: Set<Ip>;
  /** Where packets go that must leave by this interface. */
  readonly destinations: DestinationTable;
}

/** RFC 4861 7.3.2, for ARP as well; `unknown` is an entry about which nothing is known yet (or any more). */
type NeighbourState = 'unknown' | 'incomplete' | 'reachable' | 'stale' | 'delay' | 'probe';

export interface Neighbour {
  readonly timer: 'neighbour';
  deadlineNs: number;
  readonly iface: IpInterface;
  readonly address: Ip;
  state: NeighbourState;
  macHigh24: number;
  macLow24: number;
  reachableUntilNs: number;
  solicitations: number;
  /** Packets that wait for the link-layer address, oldest first. */
  readonly waiting: WaitingPacket[];
}

export interface WaitingPacket {
  readonly frame: Frame;
  /** Undefined: made here. */
  readonly arrivedOn: IpInterface | undefined;
  /** The beginning of the packet as its sender sent it, where a middlebox has rewritten it since. */
  readonly quote: Uint8Array | undefined;
}

export interface Route {
  readonly prefix: Prefix;
  readonly interfaceIndex: number;
  /** Undefined: the destination is on the link itself. */
  readonly gateway: Ip | undefined;
  /** Lower wins. */
  readonly metric: number;
  /** It stands for the network of an address of the interface, and goes with the last such address. */
  readonly implied: boolean;
}

export interface RouteTable {
  readonly v4: RoutesByLength;
  readonly v6: RoutesByLength;
}

export interface RoutesByLength {
  /** Prefix lengths in use, longest first. */
  lengths: readonly number[];
  /** By prefix length: from a network's address to its routes, best metric first. */
  readonly networks: Map<number, Map<Ip, readonly Route[]>>;
}

export type DestinationKind = 'local' | 'broadcast' | 'multicast' | 'unicast' | 'unreachable';

/** The answer of the routes for one address, kept until routes, addresses or interfaces change. */
export interface Destination {
  readonly kind: DestinationKind;
  readonly address: Ip;
  /** An IPv4 address once more, as a signed number, which is held without a box; else 0. */
  readonly signedV4: number;
  /** Where it leaves, or whose address it is; undefined for `unreachable` and for loopback addresses. */
  readonly iface: IpInterface | undefined;
  /** Undefined where no link-layer address has to be found out. */
  readonly neighbour: Neighbour | undefined;
  /** Which of our addresses a packet there gets, once one was chosen. */
  source: Ip | undefined;
}

/** Open addressing for IPv4, because a Map would box every address above 2^31. */
export interface DestinationTable {
  v4: (Destination | undefined)[];
  v4Shift: number;
  v4Count: number;
  /** Undefined: empty. */
  v6: Map<Ip, Destination> | undefined;
}

interface PathMtu {
  readonly mtuBytes: number;
  readonly untilNs: number;
}

/** The head of the packet that is being handled, as it came. */
export interface KeptHead {
  readonly bytes: Uint8Array;
  length: number;
}

/** A token bucket over the ICMP errors that this machine sends. */
export interface ErrorBudget {
  tokens: number;
  filledNs: number;
}

interface LoopbackPacket {
  readonly dueNs: number;
  readonly frame: Frame;
  readonly iface: IpInterface | undefined;
}

export interface SocketTable {
  /** Tokens are counted up: a hole is a socket that was closed. */
  readonly byToken: (DatagramSocketState | undefined)[];
  byPort: (DatagramSocketState | undefined)[];
  /** Where there is one socket, which is most machines: it, found without the table. */
  only: DatagramSocketState | undefined;
  /** Sockets in `byPort`. */
  count: number;
}

export interface DatagramSocketState {
  readonly token: number;
  readonly family: Family;
  readonly address: Ip;
  readonly port: number;
  readonly interfaceIndex: number | undefined;
}

export interface ReassemblyTable {
  readonly datagrams: Map<string, Reassembly>;
  heldBytes: number;
}

export interface Reassembly {
  readonly timer: 'reassembly';
  deadlineNs: number;
  readonly key: string;
  readonly iface: IpInterface | undefined;
  /** By offset; empty once an overlap was seen (RFC 5722 4: what is yet to come is discarded as well). */
  fragments: Fragment[];
  refused: boolean;
  heldBytes: number;
  largestFragmentBytes: number;
}

/** The whole packet that carried it, with what of it is payload of the datagram. */
export interface Fragment {
  readonly frame: Frame;
  /** Where the datagram's bytes start in `frame`. */
  readonly at: number;
  readonly offset: number;
  readonly length: number;
  readonly more: boolean;
}

export interface TimerQueue {
  /** A binary heap, earliest first; an entry whose time is not its subject's deadline is void. */
  readonly heap: TimerEntry[];
}

export interface TimerEntry {
  readonly atNs: number;
  readonly subject: Neighbour | Reassembly;
}
