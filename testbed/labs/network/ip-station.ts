/** A node of a simulated network: the IP machine, its clock, its links, and who listens on it. */
import { type Frame, releaseFrame } from '../../../src/base/frame.ts';
import { seedRandom } from '../../../src/base/random.ts';
import type { InterfaceInfo } from '../../../src/host/host.ts';
import { setInterfaceMtu, setInterfaceUp } from '../../../src/ip/interfaces.ts';
import { advance, createIpMachine, receiveFrame } from '../../../src/ip/machine.ts';
import type { DatagramArrival, IcmpErrorArrival, IpSink } from '../../../src/ip/sink.ts';
import type { IpMachine } from '../../../src/ip/state.ts';
import type { Field } from '../../../src/trace/record.ts';
import type { PlannedNode } from '../../plan/plan.ts';
import { type OpenFramePort, offerToPorts } from './frame-ports.ts';
import { createNatBox, type NatBox } from './nat-box.ts';
import { createNodeClock, type NodeClock, readClock, runTimeOf } from './node-clock.ts';
import { servePortMapping } from './port-mapping-server.ts';
import { installRoutes } from './routes.ts';
import { type Actor, addActor, setDeadline } from './schedule.ts';
import type { SocketListener } from './socket-listener.ts';
import type { Outward, Station, Surroundings } from './station.ts';
import { speaksTcp, TcpLayer } from './tcp-layer.ts';

/** Where the packets go that the node's applications send into a virtual interface. */
export interface VirtualListener {
  readonly name: string;
  packet(packet: Uint8Array): void;
}

export class IpStation implements Station, Actor, IpSink {
  // What every packet touches stands together in memory, and first.
  machine: IpMachine;
  readonly #around: Surroundings;
  readonly #slot: number;
  crashed = false;
  #hasFramePorts = false;
  /** Undefined: it shows the run's time. */
  #clock: NodeClock | undefined = undefined;
  readonly #outward: Outward[] = [];
  /** By token. */
  readonly sockets: (SocketListener | undefined)[] = [];
  readonly name: string;
  readonly label: string;
  readonly planned: PlannedNode;
  readonly virtualInterfaces = new Map<number, VirtualListener>();
  /** By port; a hole where no program has any open. */
  readonly framePorts: OpenFramePort[][] = [];
  readonly interfaceListeners = new Set<(changed: InterfaceInfo) => void>();
  nat: NatBox | undefined;
  #tcp: TcpLayer | undefined;
  #boots = 0;
  #tokens = 0;
  readonly #carrier: boolean[];
  readonly #mtusBytes: number[];

  constructor(around: Surroundings, planned: PlannedNode) {
    this.name = planned.name;
    this.label = `node ${planned.name}`;
    this.planned = planned;
    this.#around = around;
    this.#carrier = planned.interfaces.map(() => true);
    this.#mtusBytes = planned.interfaces.map((one) => one.mtuBytes);
    this.#slot = addActor(around.schedule, this);
    this.machine = this.#boot();
  }

  plug(port: number, outward: Outward): void {
    this.#outward[port] = outward;
  }

  receive(port: number, frame: Frame): void {
    if (this.crashed) {
      releaseFrame(this.#around.pool, frame);
      return;
    }
    if (this.#hasFramePorts && this.#isLeased(port, frame)) {
      releaseFrame(this.#around.pool, frame);
      return;
    }
    receiveFrame(this.machine, this.#around.schedule.nowNs, port, frame, this);
    this.settle();
  }

  wake(nowNs: number): number {
    advance(this.machine, nowNs, this);
    return this.machine.deadlineNs;
  }

  /** After anything that may have moved the machine's deadline. */
  settle(): void {
    setDeadline(this.#around.schedule, this.#slot, this.machine.deadlineNs);
  }

  nextToken(): number {
    return this.#tokens++;
  }

  interfaceName(index: number): string {
    return this.machine.interfaces[index]?.name ?? this.virtualInterfaces.get(index)?.name ?? '';
  }

  addFramePort(port: number, open: OpenFramePort): void {
    this.#hasFramePorts = true;
    this.framePorts[port] = [...(this.framePorts[port] ?? []), open];
  }

  removeFramePort(port: number, open: OpenFramePort): void {
    this.framePorts[port] = (this.framePorts[port] ?? []).filter((one) => one !== open);
  }

  #isLeased(port: number, frame: Frame): boolean {
    const ports = this.framePorts[port];
    return ports !== undefined && ports.length > 0 && offerToPorts(ports, frame);
  }

  nowNs(): number {
    return this.#around.schedule.nowNs;
  }

  get clock(): NodeClock {
    this.#clock ??= createNodeClock();
    return this.#clock;
  }

  clockNs(): number {
    const { nowNs } = this.#around.schedule;
    return this.#clock === undefined ? nowNs : readClock(this.#clock, nowNs);
  }

  /** How long the run's time takes for the node's clock to move on by `delayNs`. */
  runTimeOf(delayNs: number): number {
    return this.#clock === undefined ? delayNs : runTimeOf(this.#clock, delayNs);
  }

  transmit(interfaceIndex: number, frame: Frame): void {
    this.#outward[interfaceIndex]!.send(frame);
  }

  transmitPacket(interfaceIndex: number, packet: Uint8Array): void {
    this.virtualInterfaces.get(interfaceIndex)?.packet(packet);
  }

  datagram(socket: number, arrival: DatagramArrival): void {
    this.sockets[socket]?.datagram(arrival);
  }

  icmpError(socket: number, arrival: IcmpErrorArrival): void {
    this.sockets[socket]?.icmpError(arrival);
  }

  /** Also of those who have no TCP yet: somebody must refuse. */
  packet(_interfaceIndex: number, packet: Uint8Array): void {
    if (this.#tcp !== undefined || speaksTcp(packet)) this.tcp.streams.receive(packet);
  }

  /** Most nodes have none. */
  get tcp(): TcpLayer {
    this.#tcp ??= new TcpLayer(this.#around, this, String(this.#boots));
    return this.#tcp;
  }

  record(kind: string, fields: Readonly<Record<string, Field>>): void {
    this.#around.record(this.clockNs(), this.name, kind, fields);
  }

  carrierChanged(port: number, up: boolean): void {
    this.#carrier[port] = up;
    if (this.crashed) return;
    setInterfaceUp(this.machine, this.#around.schedule.nowNs, port, up, this);
    this.settle();
    this.#tcp?.streams.interfacesChanged();
    const changed = this.interfaceInfo(port);
    for (const listener of this.interfaceListeners) listener(changed);
  }

  /** The node cuts what is longer, or tells the sender. */
  mtuChanged(link: string, mtuBytes: number): void {
    const port = this.planned.interfaces.findIndex((one) => one.link === link);
    this.#mtusBytes[port] = mtuBytes;
    if (!this.crashed) setInterfaceMtu(this.machine, port, mtuBytes);
  }

  interfaceInfo(port: number): InterfaceInfo {
    const { name, mac, addresses } = this.planned.interfaces[port]!;
    const mtuBytes = this.#mtusBytes[port]!;
    return { name, index: port, mac, mtuBytes, addresses, up: this.#carrier[port]! };
  }

  /** All that the node had in memory is gone, and frames that reach it vanish. */
  crash(): void {
    this.crashed = true;
    this.sockets.length = 0;
    this.virtualInterfaces.clear();
    this.interfaceListeners.clear();
    this.framePorts.length = 0;
    this.#hasFramePorts = false;
    this.#tcp?.drop();
    this.#tcp = undefined;
    setDeadline(this.#around.schedule, this.#slot, Number.POSITIVE_INFINITY);
  }

  restart(): void {
    this.crashed = false;
    this.machine = this.#boot();
    this.settle();
  }

  #boot(): IpMachine {
    const { planned } = this;
    const { pool, seed } = this.#around;
    const boot = String(this.#boots++);
    const random = seedRandom(seed, 'ip', planned.name, boot);
    this.nat =
      planned.nat &&
      createNatBox(
        planned,
        planned.nat,
        seedRandom(seed, 'nat', planned.name, boot),
        this,
        this.nowNs(),
      );
    const machine = createIpMachine({
      interfaces: planned.interfaces.map((one, port) => ({
        ...one,
        mtuBytes: this.#mtusBytes[port]!,
        up: this.#carrier[port]!,
      })),
      forwards: planned.forwards,
      pool,
      random,
      ...(this.nat && { middlebox: this.nat }),
    });
    installRoutes(machine, planned);
    if (this.nat && planned.nat?.settings.portMapping) servePortMapping(this, machine, this.nat);
    return machine;
  }
}
