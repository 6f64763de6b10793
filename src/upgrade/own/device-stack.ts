/**
 * A stack of our own on a device that the kernel has no address of, and how it changes the process: its
 * streams as bytes, the device's ring by its descriptor. What comes meanwhile waits in the ring.
 */
import type { Family, Ip } from '../../base/address.ts';
import type { Prefix } from '../../base/prefix.ts';
import { type Random, seedRandom } from '../../base/random.ts';
import { never, nsPerSecond } from '../../base/time.ts';
import type { Timer } from '../../host/host.ts';
import { ownerOf } from '../../ip/destinations.ts';
import { announce, setInterfaceUp } from '../../ip/interfaces.ts';
import { type LinkState, listLinks } from '../../linux/link.ts';
import type { RingCursor } from '../../linux/packet-ring.ts';
import { RouteSocket } from '../../linux/route-socket.ts';
import { createNodeMachine } from '../../runtime/interface-daemon/node-machine.ts';
import type { OwnRoute } from '../../runtime/interface-daemon/order.ts';
import type { KernelLoop } from '../../runtime/kernel-loop.ts';
import { OwnStack } from '../../runtime/own/own-stack.ts';
import { RingPort } from '../../runtime/ring-port.ts';
import type { MonotonicTime } from '../../runtime/run-clock.ts';
import type { Successor } from '../../sockets/carried-streams.ts';
import { mtuToward, sendSegment, sourceToward } from '../../sockets/segments-over-ip.ts';
import type { PortWish, StreamGround } from '../../sockets/stream-ground.ts';
import { StreamTable } from '../../sockets/stream-table.ts';
import type { StreamOwner } from '../../sockets/table-stream.ts';
import type { OutgoingSegment } from '../../tcp/sink.ts';
import { noSuchDevice } from './device-errors.ts';

export interface DeviceOptions {
  /** As the kernel calls it; it has no address of its own there. */
  readonly interface: string;
  readonly addresses: readonly Prefix[];
  readonly routes?: readonly Omit<OwnRoute, 'interface'>[];
}

/** What the next process needs beside the ring's descriptor. */
export interface CarriedDevice {
  readonly cursor: RingCursor;
  /** What the clock counts from. */
  readonly start: MonotonicTime;
  readonly mtuBytes: number;
  /** Base64. */
  readonly streams: string;
}

export class DeviceStack implements StreamGround, StreamOwner {
  readonly node: string;
  readonly random: Random;
  readonly table: StreamTable;
  readonly #loop: KernelLoop;
  readonly #link: LinkState;
  readonly #mtuBytes: number;
  readonly #stack: OwnStack;
  #port: RingPort | undefined;
  #timer: Timer | undefined;
  #dueNs = never;
  #nextPort = 49_152;

  constructor(loop: KernelLoop, options: DeviceOptions, seed: number, mtuBytes?: number) {
    const { interface: name, addresses, routes = [] } = options;
    this.#loop = loop;
    this.node = name;
    this.random = seedRandom(seed, name);
    this.#link = linkOf(name);
    this.#mtuBytes = mtuBytes ?? this.#link.mtuBytes;
    const own = { name, device: name, mac: this.#link.mac, mtuBytes: this.#mtuBytes, addresses };
    const order = { node: name, seed, forwards: false, interfaces: [own] };
    const machine = createNodeMachine(
      { ...order, routes: routes.map((route) => ({ ...route, interface: name })) },
      'upgrade',
    );
    this.#stack = new OwnStack(loop, machine, {
      ...{ transmitPacket() {}, datagram() {}, icmpError() {}, record() {} },
      packet: (_, packet) => this.table.receive(packet),
    });
    this.table = new StreamTable(this);
  }

  /** From here on it speaks and hears; on the ring of the process before, where there was one. */
  start(adopted?: { readonly fd: number; readonly cursor: RingCursor }): void {
    const mtuBytes = this.#mtuBytes;
    const options = { loop: this.#loop, interfaceIndex: this.#link.index, mtuBytes };
    this.#stack.plugWire(0, (events) => {
      this.#port = new RingPort({ ...options, ...(adopted && { adopted }) }, events);
      return this.#port;
    });
    this.#stack.run((machine, nowNs, sink) => {
      setInterfaceUp(machine, nowNs, 0, true, sink);
      if (adopted === undefined) announce(machine, nowNs, 0, sink);
    });
    this.#arm();
  }

  /** The ring's, which stays ours. */
  get descriptor(): number {
    return this.#port!.handle.fd;
  }

  /** It is silent and deaf from now on, and its descriptor closed: duplicates of it hold the ring. */
  carryOut(): CarriedDevice {
    const streams = Buffer.from(this.table.carryOut()).toString('base64');
    const { cursor } = this.#port!.handle;
    this.#port = undefined;
    this.#timer?.cancel();
    this.#stack[Symbol.dispose]();
    return { cursor, start: this.#loop.start, mtuBytes: this.#mtuBytes, streams };
  }

  /** Before `start`. Why it can't be gone on with, if it can't. */
  carryIn({ streams, start }: CarriedDevice, successor: Omit<Successor, 'shiftNs'>) {
    const shiftNs = nsBetween(this.#loop.start, start);
    const bytes = Buffer.from(streams, 'base64');
    return this.table.carryIn(bytes, { ...successor, shiftNs }, this);
  }

  nowNs(): number {
    return this.#loop.nowNs();
  }

  owns(address: Ip): boolean {
    return this.#stack.run((machine) => ownerOf(machine, address) !== undefined);
  }

  sourceFor(destination: Ip, interfaceName: string | undefined): Ip | undefined {
    return this.#stack.run((machine) => sourceToward(machine, destination, interfaceName));
  }

  mtuTo(destination: Ip): number {
    return this.#stack.run((machine, nowNs) => mtuToward(machine, nowNs, destination));
  }

  transmit(segment: OutgoingSegment): void {
    this.#stack.run((machine, nowNs, sink) => sendSegment(machine, nowNs, segment, sink));
  }

  /** Nobody else stands on the device. */
  takePort({ port }: PortWish): number {
    return port === 0 ? this.#nextPort++ : port;
  }

  givePort(_port: number, _family: Family): void {}

  record(): void {}

  wakeAt(deadlineNs: number): void {
    if (deadlineNs === this.#dueNs) return;
    this.#dueNs = deadlineNs;
    if (this.#port !== undefined) this.#arm();
  }

  /** What a callback throws ends the process, as anywhere in Node. */
  guard(callback: () => void): void {
    callback();
  }

  adopt(): void {}
  forget(): void {}

  #arm(): void {
    this.#timer?.cancel();
    if (this.#dueNs === never) return;
    this.#timer = this.#loop.after(this.#dueNs - this.#loop.nowNs(), () => {
      this.#dueNs = never;
      this.table.wake();
    });
  }
}

function linkOf(name: string): LinkState {
  using socket = new RouteSocket();
  const link = listLinks(socket).find((one) => one.name === name);
  if (link === undefined) throw noSuchDevice(name);
  return link;
}

function nsBetween(from: MonotonicTime, to: MonotonicTime): number {
  return (to.seconds - from.seconds) * nsPerSecond + (to.nanoseconds - from.nanoseconds);
}
