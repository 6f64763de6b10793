/** TCP of a process on a node with a stack of ours: its streams, over the process's own stack. */
import { type Family, type Ip, isUnspecified } from '../../base/address.ts';
import { RopewalkError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import { never } from '../../base/time.ts';
import type { Timer } from '../../host/host.ts';
import { ownerOf } from '../../ip/destinations.ts';
import type { LocalInterface } from '../../mptcp/machine-state.ts';
import {
  isNeighbourOn,
  localInterfaces,
  mtuToward,
  sendSegment,
  sourceToward,
} from '../../sockets/segments-over-ip.ts';
import type { PortWish, StreamGround } from '../../sockets/stream-ground.ts';
import { StreamTable } from '../../sockets/stream-table.ts';
import type { OutgoingSegment } from '../../tcp/sink.ts';
import type { Field, RecordSink } from '../../trace/record.ts';
import type { KernelLoop } from '../kernel-loop.ts';
import type { ProcessStack } from './process-stack.ts';

export interface OwnStreamsOptions {
  readonly node: string;
  readonly loop: KernelLoop;
  readonly stack: ProcessStack;
  readonly random: Random;
  readonly records: RecordSink;
}

export class OwnStreams implements StreamGround {
  readonly table: StreamTable;
  readonly #options: OwnStreamsOptions;
  /** By family and port. */
  readonly #leases = new Map<string, number>();
  #timer: Timer | undefined;
  #timerNs = never;
  #deadlineNs = never;

  constructor(options: OwnStreamsOptions) {
    this.#options = options;
    this.table = new StreamTable(this);
    options.stack.hearTcp((packet) => this.table.receive(packet));
  }

  get node(): string {
    return this.#options.node;
  }

  get random(): Random {
    return this.#options.random;
  }

  nowNs(): number {
    return this.#options.loop.nowNs();
  }

  owns(address: Ip): boolean {
    return this.#options.stack.run((machine) => ownerOf(machine, address) !== undefined);
  }

  sourceFor(destination: Ip, interfaceName: string | undefined): Ip | undefined {
    return this.#options.stack.run((machine) => sourceToward(machine, destination, interfaceName));
  }

  mtuTo(destination: Ip): number {
    return this.#options.stack.run((machine, nowNs) => mtuToward(machine, nowNs, destination));
  }

  transmit(segment: OutgoingSegment): void {
    this.#options.stack.run((machine, nowNs, sink) => sendSegment(machine, nowNs, segment, sink));
  }

  interfaces(): readonly LocalInterface[] {
    return this.#options.stack.run(localInterfaces);
  }

  isOnLink(destination: Ip, interfaceName: string): boolean {
    return this.#options.stack.run((machine) => isNeighbourOn(machine, destination, interfaceName));
  }

  takePort({ family, address, port, interface: name }: PortWish): number | undefined {
    const isAny = address === undefined || isUnspecified(address);
    const wish = { family, address: isAny ? undefined : address, port, interface: name };
    try {
      const taken = this.#options.stack.claimTcp({ protocol: 'tcp', takes: 'frames', ...wish });
      this.#leases.set(`${family} ${taken.local.port}`, taken.lease);
      return taken.local.port;
    } catch (error) {
      const isTaken = error instanceof RopewalkError && takenCodes.includes(error.code);
      if (!isTaken) throw error;
      return undefined;
    }
  }

  givePort(port: number, family: Family): void {
    const key = `${family} ${port}`;
    const lease = this.#leases.get(key);
    if (lease === undefined) return;
    this.#leases.delete(key);
    this.#options.stack.unclaimTcp(lease);
  }

  record(kind: string, fields: Readonly<Record<string, Field>>): void {
    this.#options.records.record(kind, fields);
  }

  /** A timer that would fire too early only wakes us once more: it stays. */
  wakeAt(deadlineNs: number): void {
    this.#deadlineNs = deadlineNs;
    if (deadlineNs >= this.#timerNs) return;
    this.#timer?.cancel();
    this.#timerNs = deadlineNs;
    const { loop } = this.#options;
    this.#timer = loop.after(deadlineNs - loop.nowNs(), this.#onTimer);
  }

  atStepEnd(action: () => void): void {
    this.#options.loop.atStepEnd(action);
  }

  close(): void {
    this.#timer?.cancel();
  }

  readonly #onTimer = (): void => {
    this.#timerNs = never;
    if (this.#deadlineNs <= this.nowNs()) this.table.wake();
    else this.wakeAt(this.#deadlineNs);
  };
}

const takenCodes = ['address-in-use', 'no-free-port'];
