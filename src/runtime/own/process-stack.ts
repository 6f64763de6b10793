/**
 * The stack of one process on a node with a stack of ours: the node's machine once more, with rings of its
 * own that see the process's ports only. What the node has one of it leaves to the daemon: neighbours are
 * asked for there, and a packet that is for somebody else on the node goes there.
 */
import type { Endpoint, Ip } from '../../base/address.ts';
import { isUnspecified } from '../../base/address.ts';
import { FaultError } from '../../base/errors.ts';
import type { Frame } from '../../base/frame.ts';
import type { Mac } from '../../base/mac.ts';
import type { PathError, SendOptions, SendOutcome } from '../../host/host.ts';
import { sendDatagram } from '../../ip/datagram-output.ts';
import { bindDatagramSocket, closeDatagramSocket } from '../../ip/datagram-sockets.ts';
import { removeInterface, setInterfaceMtu, setInterfaceUp } from '../../ip/interfaces.ts';
import { receivePacket } from '../../ip/machine.ts';
import { neighbourAt } from '../../ip/neighbour-table.ts';
import { learnNeighbour } from '../../ip/neighbours.ts';
import { learnPathMtu } from '../../ip/path-mtu.ts';
import type { DatagramArrival, IcmpErrorArrival, IpSink } from '../../ip/sink.ts';
import type { IpInterface, IpMachine } from '../../ip/state.ts';
import { createNodeMachine } from '../interface-daemon/node-machine.ts';
import { quotedSender, tcpPortOf } from '../interface-daemon/tcp-reset.ts';
import { addVirtualInterface } from '../interface-daemon/virtual-interfaces.ts';
import type { KernelLoop } from '../kernel-loop.ts';
import type { PortClaim } from '../lease-filter.ts';
import type { DaemonLink } from './daemon-link.ts';
import { FilteredRings } from './filtered-rings.ts';
import type { ArrivedWhole, LeaseWish, VirtualWish } from './messages.ts';
import { askedNeighbour } from './neighbour-question.ts';
import { OwnStack } from './own-stack.ts';
import type { ProcessWires } from './process-wires.ts';

/** More than any packet: only what the router says counts. */
const longestPacketBytes = 65_536;

export interface SocketListener {
  datagram(arrived: ArrivedWhole, payload: Uint8Array): void;
  pathError(error: PathError): void;
}

export interface ProcessStackOptions {
  readonly loop: KernelLoop;
  readonly link: NodeDesk;
  /** Names the stream of chance. */
  readonly who: string;
  /** Does something in the namespace of the node. */
  readonly inNamespace: <T>(action: () => T) => T;
  /** A packet that leaves by a virtual interface; valid during the call, which is inside a call of the program's. */
  readonly leaves: (name: string, packet: Uint8Array) => void;
  /** Left out: packet rings, with a filter each. */
  readonly wires?: (stack: OwnStack) => ProcessWires;
}

/** Whoever gives out ports on this node, and knows what a process does not. */
export type NodeDesk = Pick<DaemonLink, 'standing' | 'lease' | 'tell'>;

export class ProcessStack implements Disposable {
  readonly #options: ProcessStackOptions;
  readonly #stack: OwnStack;
  readonly #listeners = new Map<number, SocketListener>();
  /** TCP ports that are this process's, by lease. */
  readonly #tcpClaims = new Map<number, number>();
  /** How many claims each of them has: every segment asks. */
  readonly #tcpPorts = new Map<number, number>();
  readonly #wires: ProcessWires;
  #hearsTcp: ((packet: Uint8Array) => void) | undefined;

  constructor(options: ProcessStackOptions) {
    this.#options = options;
    const { order, interfaces, virtual } = options.link.standing;
    const machine = createNodeMachine(order, options.who, { strayDatagrams: 'hand-on' });
    this.#stack = new OwnStack(options.loop, machine, {
      withholds: (index, frame) => this.#asks(index, frame),
      transmitPacket: (index, packet) => options.leaves(this.#nameOf(index), packet),
      datagram: (token, arrival) => this.#deliver(token, arrival),
      icmpError: (token, arrival) => this.#deliverError(token, arrival),
      packet: (index, packet) => this.#receivePacket(index, packet),
      record: () => undefined,
    });
    this.#wires = options.wires?.(this.#stack) ?? this.#ringsOf(options);
    for (const info of interfaces) this.followInterface(info);
    for (const added of virtual) this.addInterface(added);
  }

  /** The port is leased, and its listener's, until it is closed. */
  bind(wish: LeaseWish, listener: SocketListener): { lease: number; local: Endpoint } {
    const taken = this.#options.link.lease(wish);
    const { address, port } = taken.local;
    const interfaceIndex = this.#find(wish.interface)?.index;
    const { machine } = this.#stack;
    const options = { family: wish.family, address, port, interfaceIndex };
    this.#claim(taken, claimOf(wish.family, taken.local, 'udp'), interfaceIndex);
    const { kind } = bindDatagramSocket(machine, taken.lease, options);
    if (kind !== 'bound') throw inconsistent(kind);
    this.#listeners.set(taken.lease, listener);
    return taken;
  }

  /** Who gets the TCP packets of claimed ports; valid during the call. */
  hearTcp(hears: (packet: Uint8Array) => void): void {
    this.#hearsTcp = hears;
  }

  /** The daemon has looked whose it is. */
  takeSegment(packet: Uint8Array): void {
    const port = tcpPortOf(packet) ?? quotedSender(packet)?.port ?? -1;
    if (this.#tcpPorts.has(port)) this.#hearsTcp?.(packet);
  }

  claimTcp(wish: LeaseWish): { lease: number; local: Endpoint } {
    const taken = this.#options.link.lease(wish);
    const { port } = taken.local;
    this.#claim(taken, claimOf(wish.family, taken.local, 'tcp'), undefined);
    this.#tcpClaims.set(taken.lease, port);
    this.#tcpPorts.set(port, (this.#tcpPorts.get(port) ?? 0) + 1);
    return taken;
  }

  unclaimTcp(lease: number): void {
    const port = this.#tcpClaims.get(lease);
    if (port === undefined) return;
    this.#tcpClaims.delete(lease);
    const left = this.#tcpPorts.get(port)! - 1;
    if (left === 0) this.#tcpPorts.delete(port);
    else this.#tcpPorts.set(port, left);
    this.#wires.unclaim(lease);
    this.#options.link.tell({ kind: 'release', lease });
  }

  /** For whatever else is done to the machine. */
  run<T>(action: (machine: IpMachine, nowNs: number, sink: IpSink) => T): T {
    return this.#stack.run(action);
  }

  send(lease: number, payload: Uint8Array, to: Endpoint, options: SendOptions): SendOutcome {
    return this.#stack.run((machine, nowNs, sink) =>
      sendDatagram(machine, nowNs, lease, payload, to, options, sink),
    );
  }

  /** Nothing more comes into the ring before the port is somebody else's. */
  release(lease: number): void {
    this.#listeners.delete(lease);
    closeDatagramSocket(this.#stack.machine, lease);
    this.#wires.unclaim(lease);
    this.#options.link.tell({ kind: 'release', lease });
  }

  listenerOf(lease: number): SocketListener | undefined {
    return this.#listeners.get(lease);
  }

  /** A packet that came by a virtual interface of this process. */
  inject(name: string, packet: Uint8Array): void {
    this.#stack.run((machine, nowNs, sink) => {
      const iface = this.#find(name);
      if (iface !== undefined) receivePacket(machine, nowNs, iface.index, packet, sink);
    });
  }

  learnNeighbour(name: string, address: Ip, mac: Mac): void {
    const iface = this.#find(name);
    if (iface === undefined) return;
    this.#stack.run((machine, nowNs, sink) => {
      const neighbour = neighbourAt(machine, iface, address);
      learnNeighbour(machine, nowNs, neighbour, mac, true, sink);
    });
  }

  learnPathMtu(destination: Ip, mtuBytes: number): void {
    const told = { mtuBytes, packetBytes: longestPacketBytes };
    this.#stack.run((machine, nowNs, sink) =>
      learnPathMtu(machine, nowNs, destination, told, sink),
    );
  }

  followInterface(info: {
    readonly name: string;
    readonly up: boolean;
    readonly mtuBytes: number;
  }) {
    const iface = this.#find(info.name);
    if (iface === undefined) return;
    this.#stack.run((machine, nowNs, sink) => {
      setInterfaceUp(machine, nowNs, iface.index, info.up, sink);
      setInterfaceMtu(machine, iface.index, info.mtuBytes);
    });
  }

  addInterface(wish: VirtualWish): void {
    this.#stack.run((machine) => addVirtualInterface(machine, wish));
    this.#wires.addressesChanged();
  }

  removeInterface(name: string): void {
    const iface = this.#find(name);
    if (iface === undefined) return;
    this.#stack.run((machine) => removeInterface(machine, iface.index));
    this.#wires.addressesChanged();
  }

  /** Nothing leaves any more, and nothing comes. */
  goDown(): void {
    for (const iface of this.#stack.machine.interfaces) {
      if (iface !== undefined) this.followInterface({ ...iface, up: false });
    }
  }

  [Symbol.dispose](): void {
    this.#stack[Symbol.dispose]();
    this.#wires.close();
  }

  /** What the rings have no room for is not kept either. */
  #claim({ lease }: { lease: number }, claim: PortClaim, interfaceIndex: number | undefined): void {
    try {
      this.#wires.claim(lease, claim, interfaceIndex);
    } catch (error) {
      this.#options.link.tell({ kind: 'release', lease });
      throw error;
    }
  }

  #ringsOf({ link, inNamespace }: ProcessStackOptions): ProcessWires {
    const devices = () => link.standing.interfaces.map(({ index }) => index);
    return new FilteredRings(this.#stack, { devices, inNamespace, claimed: 'pass' });
  }

  #find(name: string | undefined): IpInterface | undefined {
    if (name === undefined) return undefined;
    return this.#stack.machine.interfaces.find((one) => one?.name === name);
  }

  #nameOf(index: number): string {
    return this.#stack.machine.interfaces[index]?.name ?? '';
  }

  #receivePacket(index: number, packet: Uint8Array): void {
    if (this.#tcpPorts.has(tcpPortOf(packet) ?? -1)) this.#hearsTcp?.(packet);
    else this.#options.link.tell({ kind: 'stray-packet', interface: this.#nameOf(index) }, packet);
  }

  #asks(index: number, frame: Frame): boolean {
    const address = askedNeighbour(frame);
    if (address === undefined) return false;
    const name = this.#nameOf(index);
    this.#options.link.tell({ kind: 'find-neighbour', interface: name, address });
    return true;
  }

  #deliver(token: number, arrival: DatagramArrival): void {
    const { source: from, destination: to, ttl, payload, interfaceIndex } = arrival;
    const arrived = { from, to, interface: this.#nameOf(interfaceIndex), ttl };
    this.#listeners.get(token)?.datagram(arrived, payload);
  }

  #deliverError(token: number, { source: _, ...error }: IcmpErrorArrival): void {
    this.#listeners.get(token)?.pathError(error);
  }
}

function claimOf(family: 4 | 6, { address, port }: Endpoint, protocol: 'tcp' | 'udp'): PortClaim {
  return { protocol, port, family, ...(!isUnspecified(address) && { address }) };
}

function inconsistent(kind: string): FaultError {
  return new FaultError({
    code: 'interface-daemon-gone',
    message: `the interface daemon gave a port that is ${kind} here`,
  });
}
