/** Our TCP machine at the far end of a kernel's TUN device, over a way that delays, loses, doubles, reorders and corrupts. */
import process from 'node:process';
import { setTimeout as sleep, setImmediate as yieldToLoop } from 'node:timers/promises';
import { drawBelow, drawChance, type Random, seedRandom } from '../../base/random.ts';
import { nsPerMs } from '../../base/time.ts';
import { makeIpPacket } from '../../ip/empty-packet.ts';
import type { Connection } from '../../tcp/connection.ts';
import { advance, createTcpMachine } from '../../tcp/machine.ts';
import type { TcpMachine } from '../../tcp/machine-state.ts';
import { receivePacket } from '../../tcp/packet-input.ts';
import type { OutgoingSegment, TcpSink } from '../../tcp/sink.ts';
import { ipProtocol } from '../../wire/ip-protocol.ts';
import type { KernelNetwork } from './kernel-network.ts';

export interface Way {
  /** Each way. */
  readonly delayNs: number;
  readonly lossRatio?: number;
  readonly doubleRatio?: number;
  /** One byte of the segment is another. */
  readonly corruptRatio?: number;
  /** Comes two milliseconds later than those behind it. */
  readonly reorderRatio?: number;
}

interface Travelling {
  readonly atNs: number;
  readonly packet: Uint8Array;
  readonly toKernel: boolean;
}

const reorderNs = 2 * nsPerMs;
/** Segments that are looked at before anything else is done. */
const mostAtOnce = 64;
const mostSeen = 2_000;

export class FarSide {
  readonly machine: TcpMachine;
  readonly sink: TcpSink;
  /** In the order of reaching ESTABLISHED. */
  readonly connected: Connection[] = [];
  readonly told: string[] = [];
  /** What both sides sent, before anything happened to it: the first packets of each run. */
  readonly seen: { readonly atNs: number; readonly packet: Uint8Array }[] = [];
  readonly #network: KernelNetwork;
  readonly #kernelPort: () => number;
  readonly #way: Way;
  readonly #random: Random;
  readonly #travelling: Travelling[] = [];
  readonly #startedNs = process.hrtime.bigint();

  constructor(network: KernelNetwork, kernelPort: () => number, way: Way, seed: number) {
    this.#network = network;
    this.#kernelPort = kernelPort;
    this.#way = way;
    this.#random = seedRandom(seed, 'far side');
    this.machine = createTcpMachine({ random: seedRandom(seed, 'secrets'), mtuTo: () => 1_500 });
    this.sink = {
      transmit: (segment) => this.#send(packetOf(segment), true),
      stateChanged() {},
      connected: (connection) => this.connected.push(connection),
      readable() {},
      writable() {},
      ended: () => this.told.push('ended'),
      closed: (_connection, reason) => this.told.push(`closed ${reason}`),
      record() {},
    };
  }

  nowNs(): number {
    return Number(process.hrtime.bigint() - this.#startedNs);
  }

  /** Carries packets and lets timers expire; `work` is done in between, until it says that it is done. */
  async run(work: () => boolean, limitNs: number): Promise<boolean> {
    const untilNs = this.nowNs() + limitNs;
    for (;;) {
      const isBusy = this.#carry();
      if (work()) return true;
      if (this.nowNs() > untilNs) return false;
      await (isBusy ? yieldToLoop() : sleep(1));
    }
  }

  #carry(): boolean {
    let carried = 0;
    for (; carried < mostAtOnce; carried++) {
      const packet = this.#network.receive(this.#kernelPort());
      if (packet === undefined) break;
      this.#send(packet, false);
    }
    const nowNs = this.nowNs();
    while (this.#travelling.length > 0 && this.#travelling[0]!.atNs <= nowNs) {
      const { packet, toKernel } = this.#travelling.shift()!;
      if (toKernel) this.#network.send(packet);
      else receivePacket(this.machine, nowNs, packet, this.sink);
      carried += 1;
    }
    if (this.machine.deadlineNs <= nowNs) advance(this.machine, nowNs, this.sink);
    return carried > 0 || this.#travelling.length > 0;
  }

  #send(packet: Uint8Array, toKernel: boolean): void {
    const {
      delayNs,
      lossRatio = 0,
      doubleRatio = 0,
      corruptRatio = 0,
      reorderRatio = 0,
    } = this.#way;
    if (this.seen.length < mostSeen) this.seen.push({ atNs: this.nowNs(), packet: packet.slice() });
    if (drawChance(this.#random, lossRatio)) return;
    const copies = drawChance(this.#random, doubleRatio) ? 2 : 1;
    const headerBytes = packet[0]! >>> 4 === 4 ? 20 : 40;
    if (drawChance(this.#random, corruptRatio)) {
      packet[headerBytes + drawBelow(this.#random, packet.length - headerBytes)]! ^= 0x10;
    }
    const lateNs = drawChance(this.#random, reorderRatio) ? reorderNs : 0;
    const atNs = this.nowNs() + delayNs + lateNs;
    for (let copy = 0; copy < copies; copy++) this.#insert({ atNs, packet, toKernel });
  }

  #insert(travelling: Travelling): void {
    let at = this.#travelling.length;
    while (at > 0 && this.#travelling[at - 1]!.atNs > travelling.atNs) at--;
    this.#travelling.splice(at, 0, travelling);
  }
}

function packetOf({ source, destination, bytes, at, end, ecn }: OutgoingSegment): Uint8Array {
  const { packet, at: bodyAt } = makeIpPacket(
    { source, destination },
    ipProtocol.tcp,
    end - at,
    ecn,
  );
  packet.set(bytes.subarray(at, end), bodyAt);
  return packet;
}
