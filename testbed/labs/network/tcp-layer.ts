/** TCP on a node of a simulated network: the streams of its programs, over its IP machine. */
import type { Family, Ip } from '../../../src/base/address.ts';
import { type Random, seedRandom } from '../../../src/base/random.ts';
import { ownerOf } from '../../../src/ip/destinations.ts';
import type { IpSink } from '../../../src/ip/sink.ts';
import type { IpMachine } from '../../../src/ip/state.ts';
import { findUpperLayer } from '../../../src/ip/upper-layer.ts';
import type { LocalInterface } from '../../../src/mptcp/machine-state.ts';
import { PortSet } from '../../../src/sockets/port-set.ts';
import {
  isNeighbourOn,
  localInterfaces,
  mtuToward,
  sendSegment,
  sourceToward,
} from '../../../src/sockets/segments-over-ip.ts';
import type { PortWish, StreamGround } from '../../../src/sockets/stream-ground.ts';
import { StreamTable } from '../../../src/sockets/stream-table.ts';
import type { OutgoingSegment } from '../../../src/tcp/sink.ts';
import type { Field } from '../../../src/trace/record.ts';
import { ipProtocol } from '../../../src/wire/ip-protocol.ts';
import { type Actor, addActor, removeActor, setDeadline } from './schedule.ts';
import type { Surroundings } from './station.ts';

export function speaksTcp(packet: Uint8Array): boolean {
  return findUpperLayer(packet, 0, packet.length)?.protocol === ipProtocol.tcp;
}

/** The node that it is a layer of. */
interface IpNode extends IpSink {
  readonly name: string;
  readonly machine: IpMachine;
  /** After anything that may have moved the machine's deadline. */
  settle(): void;
  record(kind: string, fields: Readonly<Record<string, Field>>): void;
}

export class TcpLayer implements StreamGround, Actor {
  readonly label: string;
  readonly random: Random;
  readonly streams: StreamTable;
  readonly #around: Surroundings;
  readonly #station: IpNode;
  readonly #slot: number;
  readonly #ports = new PortSet();
  #deadlineNs = Number.POSITIVE_INFINITY;

  constructor(around: Surroundings, station: IpNode, boot: string) {
    this.label = `TCP of ${station.name}`;
    this.random = seedRandom(around.seed, 'tcp', station.name, boot);
    this.#around = around;
    this.#station = station;
    this.#slot = addActor(around.schedule, this);
    this.streams = new StreamTable(this);
  }

  get node(): string {
    return this.#station.name;
  }

  nowNs(): number {
    return this.#around.schedule.nowNs;
  }

  owns(address: Ip): boolean {
    return ownerOf(this.#station.machine, address) !== undefined;
  }

  sourceFor(destination: Ip, interfaceName: string | undefined): Ip | undefined {
    return sourceToward(this.#station.machine, destination, interfaceName);
  }

  mtuTo(destination: Ip): number {
    return mtuToward(this.#station.machine, this.nowNs(), destination);
  }

  transmit(segment: OutgoingSegment): void {
    sendSegment(this.#station.machine, this.nowNs(), segment, this.#station);
    this.#station.settle();
  }

  interfaces(): readonly LocalInterface[] {
    return localInterfaces(this.#station.machine);
  }

  isOnLink(destination: Ip, interfaceName: string): boolean {
    return isNeighbourOn(this.#station.machine, destination, interfaceName);
  }

  takePort({ family, port }: PortWish): number | undefined {
    return this.#ports.take(this.random, family, port);
  }

  givePort(port: number, family: Family): void {
    this.#ports.give(family, port);
  }

  record(kind: string, fields: Readonly<Record<string, Field>>): void {
    this.#station.record(kind, fields);
  }

  wakeAt(deadlineNs: number): void {
    this.#deadlineNs = deadlineNs;
    setDeadline(this.#around.schedule, this.#slot, Math.max(deadlineNs, this.nowNs()));
  }

  wake(): number {
    this.streams.wake();
    return this.#deadlineNs;
  }

  /** With the node's memory. */
  drop(): void {
    removeActor(this.#around.schedule, this.#slot);
  }
}
