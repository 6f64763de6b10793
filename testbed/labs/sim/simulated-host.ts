/** The host contract on a simulated node: what a program opened here is closed with it. */
import { type Ip, isIpv4 } from '../../../src/base/address.ts';
import { RopewalkError } from '../../../src/base/errors.ts';
import { type Random, seedRandom } from '../../../src/base/random.ts';
import type {
  Clock,
  DatagramEvents,
  DatagramOptions,
  DatagramSocket,
  FramePort,
  FramePortEvents,
  FramePortOptions,
  Host,
  InterfaceInfo,
  Interfaces,
  Lifecycle,
  Timer,
  VirtualInterface,
  VirtualInterfaceEvents,
  VirtualInterfaceOptions,
} from '../../../src/host/host.ts';
import type {
  AcceptStream,
  Stream,
  StreamEvents,
  StreamListener,
  StreamListenOptions,
  StreamOptions,
} from '../../../src/host/stream.ts';
import type { RecordSink } from '../../../src/trace/record.ts';
import type { IpStation } from '../network/ip-station.ts';
import { type Actor, addActor, removeActor, setDeadline } from '../network/schedule.ts';
import type { Surroundings } from '../network/station.ts';
import type { Guard, HostOwner } from './host-owner.ts';
import { openDatagramSocket } from './simulated-datagrams.ts';
import { openFramePort } from './simulated-frame-port.ts';
import { openVirtualInterface } from './simulated-virtual-interface.ts';

/** Whose a record is: records of a traffic carry its name already. */
export interface ProgramName {
  readonly id: string;
  readonly traffic: string | undefined;
}

function recordsOf(station: IpStation, { id, traffic }: ProgramName): RecordSink {
  if (traffic !== undefined) return station;
  return { record: (kind, fields) => station.record(kind, { program: id, ...fields }) };
}

/** Who runs the program, hears what it says, and keeps what it throws. */
type Owner = Lifecycle & { guard: Guard };

/** Its own clock too: among thousands of programs each object between costs a cache miss. */
export class SimulatedHost implements Host, HostOwner, Clock {
  // What every datagram and every timer touches stands first.
  readonly station: IpStation;
  readonly #owner: Owner;
  readonly around: Surroundings;
  readonly records: RecordSink;
  readonly clock: Clock = this;
  /** Most programs wait for one thing at a time. */
  #timer: SimulatedTimer | undefined = undefined;
  /** In no order. A set, which makes a new table every few entries, would feed the collector. */
  readonly #moreTimers: SimulatedTimer[] = [];
  readonly node: string;
  readonly random: Random;
  readonly interfaces: Interfaces;
  readonly #open = new Set<{ close(): void }>();

  constructor(around: Surroundings, station: IpStation, program: ProgramName, owner: Owner) {
    this.station = station;
    this.#owner = owner;
    this.around = around;
    this.node = station.name;
    this.random = seedRandom(around.seed, 'program', station.name, program.id);
    this.records = recordsOf(station, program);
    this.interfaces = {
      list: () => station.planned.interfaces.map((_, port) => station.interfaceInfo(port)),
      gatewayOf: (name) => gatewayOf(station, name),
      onChange: (callback) => this.#onChange(callback),
    };
  }

  get lifecycle(): Lifecycle {
    return this.#owner;
  }

  guard(callback: () => void): void {
    this.#owner.guard(callback);
  }

  nowNs(): number {
    return this.station.clockNs();
  }

  openDatagramSocket(options: DatagramOptions, events: DatagramEvents): DatagramSocket {
    return this.keep(openDatagramSocket(this, options, events));
  }

  openStream(options: StreamOptions, events: StreamEvents): Stream {
    return this.station.tcp.streams.open(options, events, this);
  }

  listenStream(options: StreamListenOptions, accept: AcceptStream): StreamListener {
    return this.station.tcp.streams.listen(options, accept, this);
  }

  openFramePort(options: FramePortOptions, events: FramePortEvents): FramePort {
    return this.keep(openFramePort(this, this.around.pool, options, events));
  }

  openVirtualInterface(
    options: VirtualInterfaceOptions,
    events: VirtualInterfaceEvents,
  ): VirtualInterface {
    return this.keep(openVirtualInterface(this, options, events));
  }

  portOf(name: string): number {
    const port = this.station.planned.interfaces.findIndex((one) => one.name === name);
    if (port < 0) throw noSuchInterface(this.station, name);
    return port;
  }

  close(): void {
    for (const one of [...this.#open, ...this.#moreTimers]) one.close();
    this.#timer?.close();
  }

  keep<T extends { close(): void }>(one: T): T {
    this.#open.add(one);
    return one;
  }

  adopt(one: { close(): void }): void {
    this.#open.add(one);
  }

  forget(one: { close(): void }): void {
    this.#open.delete(one);
  }

  #onChange(callback: (changed: InterfaceInfo) => void): { close(): void } {
    const listener = (changed: InterfaceInfo) => this.guard(() => callback(changed));
    this.station.interfaceListeners.add(listener);
    const subscription = {
      close: () => {
        this.station.interfaceListeners.delete(listener);
        this.forget(subscription);
      },
    };
    return this.keep(subscription);
  }

  after(delayNs: number, callback: () => void): Timer {
    const timer = new SimulatedTimer(this, callback);
    const delay = this.station.runTimeOf(Math.max(0, delayNs));
    timer.arm(this.around.schedule.nowNs + delay);
    if (this.#timer === undefined) this.#timer = timer;
    else timer.place = this.#moreTimers.push(timer) - 1;
    return timer;
  }

  forgetTimer(timer: SimulatedTimer): void {
    if (this.#timer === timer) {
      this.#timer = undefined;
      return;
    }
    const last = this.#moreTimers.pop()!;
    if (last === timer) return;
    last.place = timer.place;
    this.#moreTimers[timer.place] = last;
  }
}

class SimulatedTimer implements Actor, Timer {
  readonly #host: SimulatedHost;
  readonly #callback: () => void;
  #slot: number;
  /** Among the timers of its host, unless it is the only one. */
  place = -1;

  constructor(host: SimulatedHost, callback: () => void) {
    this.#host = host;
    this.#callback = callback;
    this.#slot = addActor(host.around.schedule, this);
  }

  get label(): string {
    return `a timer on ${this.#host.node}`;
  }

  arm(timeNs: number): void {
    setDeadline(this.#host.around.schedule, this.#slot, timeNs);
  }

  wake(): number {
    this.close();
    this.#host.guard(this.#callback);
    return Number.POSITIVE_INFINITY;
  }

  cancel(): void {
    this.close();
  }

  close(): void {
    if (this.#slot < 0) return;
    removeActor(this.#host.around.schedule, this.#slot);
    this.#slot = -1;
    this.#host.forgetTimer(this);
  }
}

function noSuchInterface(station: IpStation, name: string): RopewalkError {
  const names = station.planned.interfaces.map((one) => one.name).join(', ');
  return new RopewalkError({
    code: 'no-such-interface',
    message: `${station.name} has no interface ${name}`,
    hint: `it has ${names || 'none'}`,
  });
}

function gatewayOf({ planned }: IpStation, name: string): Ip | undefined {
  const routes = planned.routes.filter(
    (route) => route.interface === name && route.prefix.length === 0,
  );
  const gateways = routes.toSorted((a, b) => a.metric - b.metric).map(({ gateway }) => gateway);
  return gateways.find((gateway) => gateway !== undefined && isIpv4(gateway));
}
