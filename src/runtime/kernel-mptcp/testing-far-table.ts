/** Our streams at the far end of a kernel's TUN device, on two networks, as real time goes by. */
import process from 'node:process';
import { setTimeout as sleep, setImmediate as yieldToLoop } from 'node:timers/promises';
import { type Family, type Ip, isIpv4, parseIp } from '../../base/address.ts';
import { seedRandom } from '../../base/random.ts';
import { makeIpPacket } from '../../ip/empty-packet.ts';
import type { LocalInterface } from '../../mptcp/machine-state.ts';
import { PortSet } from '../../sockets/port-set.ts';
import type { PortWish, StreamGround } from '../../sockets/stream-ground.ts';
import { StreamTable } from '../../sockets/stream-table.ts';
import type { StreamOwner } from '../../sockets/table-stream.ts';
import type { OutgoingSegment } from '../../tcp/sink.ts';
import type { Field } from '../../trace/record.ts';
import { ipProtocol } from '../../wire/ip-protocol.ts';
import type { KernelNetwork } from '../kernel-tcp/kernel-network.ts';

/** Both networks of ours, and the kernel's address in each. */
export const networks = [
  { name: 'net0', ours: parseIp('192.0.2.1')!, kernel: parseIp('192.0.2.2')! },
  { name: 'net1', ours: parseIp('198.51.100.1')!, kernel: parseIp('198.51.100.2')! },
] as const;

const mostAtOnce = 64;
const mostSeen = 4_000;

export class FarTable implements StreamGround, StreamOwner {
  readonly node = 'far';
  readonly random = seedRandom(7, 'far table');
  readonly table: StreamTable;
  readonly records: { readonly kind: string; readonly fields: Readonly<Record<string, Field>> }[] =
    [];
  readonly seen: { readonly atNs: number; readonly packet: Uint8Array }[] = [];
  /** Nothing passes there, and nobody is told. */
  readonly silent = new Set<string>();
  readonly #network: KernelNetwork;
  readonly #ports = new PortSet();
  readonly #startedNs = process.hrtime.bigint();
  #wakeAtNs = Number.POSITIVE_INFINITY;

  constructor(network: KernelNetwork) {
    this.#network = network;
    this.table = new StreamTable(this);
  }

  /** Until `isDone`; false: not within the limit. */
  async run(isDone: () => boolean, limitNs: number): Promise<boolean> {
    const untilNs = this.nowNs() + limitNs;
    for (;;) {
      const isBusy = this.#carry();
      if (isDone()) return true;
      if (this.nowNs() > untilNs) return false;
      await (isBusy ? yieldToLoop() : sleep(1));
    }
  }

  #carry(): boolean {
    let carried = 0;
    for (; carried < mostAtOnce; carried++) {
      const packet = this.#network.receive();
      if (packet === undefined) break;
      this.#note(packet);
      if (!this.#isSilent(packet, 16)) this.table.receive(packet);
    }
    if (this.#wakeAtNs > this.nowNs()) return carried > 0;
    this.#wakeAtNs = Number.POSITIVE_INFINITY;
    this.table.wake();
    return true;
  }

  #note(packet: Uint8Array): void {
    if (this.seen.length < mostSeen) this.seen.push({ atNs: this.nowNs(), packet: packet.slice() });
  }

  /** By our own address, which stands at `at` of the header. */
  #isSilent(packet: Uint8Array, at: number): boolean {
    const own = ((packet[at]! << 24) | (packet[at + 1]! << 16) | (packet[at + 2]! << 8)) >>> 0;
    const found = networks.find(({ ours }) => isIpv4(ours) && ours >>> 8 === own >>> 8);
    return found !== undefined && this.silent.has(found.name);
  }

  transmit({ source, destination, bytes, at, end, ecn }: OutgoingSegment): void {
    const ends = { source, destination };
    const { packet, at: bodyAt } = makeIpPacket(ends, ipProtocol.tcp, end - at, ecn);
    packet.set(bytes.subarray(at, end), bodyAt);
    this.#note(packet);
    if (!this.#isSilent(packet, 12)) this.#network.send(packet);
  }

  nowNs(): number {
    return Number(process.hrtime.bigint() - this.#startedNs);
  }

  owns(address: Ip): boolean {
    return networks.some(({ ours }) => ours === address);
  }

  sourceFor(destination: Ip, interfaceName: string | undefined): Ip | undefined {
    const found = networks.find(({ kernel }) => kernel === destination);
    if (interfaceName !== undefined && found?.name !== interfaceName) return undefined;
    return found?.ours;
  }

  mtuTo(): number {
    return 1_500;
  }

  interfaces(): readonly LocalInterface[] {
    return networks.map(({ name, ours }) => ({ name, isUp: true, addresses: [ours] }));
  }

  isOnLink(destination: Ip, interfaceName: string): boolean {
    return networks.some(({ name, kernel }) => name === interfaceName && kernel === destination);
  }

  takePort({ family, port }: PortWish): number | undefined {
    return this.#ports.take(this.random, family, port);
  }

  givePort(port: number, family: Family): void {
    this.#ports.give(family, port);
  }

  record(kind: string, fields: Readonly<Record<string, Field>>): void {
    this.records.push({ kind, fields });
  }

  wakeAt(deadlineNs: number): void {
    this.#wakeAtNs = deadlineNs;
  }

  guard(callback: () => void): void {
    callback();
  }

  adopt(): void {}
  forget(): void {}
}
