/**
 * What a table of streams stands on where the other side is a virtual interface: the applications of this
 * node, whose TCP ends here whatever address they speak to.
 */
import { type Family, type Ip, type Ipv4, type Ipv6, isIpv4 } from '../base/address.ts';
import type { Random } from '../base/random.ts';
import { never } from '../base/time.ts';
import type { Host, Timer, VirtualInterface } from '../host/host.ts';
import type { PortWish, StreamGround } from '../sockets/stream-ground.ts';
import type { OutgoingSegment } from '../tcp/sink.ts';
import type { Field } from '../trace/record.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { emitIpv4, ipv4HeaderBytes } from '../wire/ipv4.ts';
import { emitIpv6, ipv6HeaderBytes } from '../wire/ipv6.ts';

/** The largest that both length fields can say. */
export const innerMtuBytes = 65_535;
const ttl = 64;
const noOptions = new Uint8Array(0);

export class VirtualGround implements StreamGround {
  readonly node: string;
  readonly random: Random;
  readonly #host: Pick<Host, 'node' | 'random' | 'clock' | 'records'>;
  readonly #wake: () => void;
  readonly #room = new Uint8Array(innerMtuBytes + ipv6HeaderBytes);
  #virtual: VirtualInterface | undefined;
  #timer: Timer | undefined;
  #timerNs = never;
  #deadlineNs = never;

  constructor(host: Pick<Host, 'node' | 'random' | 'clock' | 'records'>, wake: () => void) {
    this.#host = host;
    this.node = host.node;
    this.random = host.random;
    this.#wake = wake;
  }

  attach(virtual: VirtualInterface): void {
    this.#virtual = virtual;
  }

  nowNs(): number {
    return this.#host.clock.nowNs();
  }

  /** To an application all of the world is behind its interface. */
  owns(): boolean {
    return true;
  }

  sourceFor(_destination: Ip): Ip | undefined {
    return undefined;
  }

  mtuTo(_destination: Ip): number {
    return innerMtuBytes;
  }

  transmit(segment: OutgoingSegment): void {
    const { source, destination, bytes, at, end, ecn } = segment;
    const payloadBytes = end - at;
    const bodyAt = isIpv4(source)
      ? this.#writeV4(source, destination as Ipv4, payloadBytes, ecn)
      : this.#writeV6(source, destination as Ipv6, payloadBytes, ecn);
    this.#room.set(bytes.subarray(at, end), bodyAt);
    this.#virtual?.inject(this.#room.subarray(0, bodyAt + payloadBytes));
  }

  takePort({ port }: PortWish): number | undefined {
    return port === 0 ? undefined : port;
  }

  givePort(_port: number, _family: Family): void {}

  /** One link, and nothing to choose. */
  interfaces(): readonly never[] {
    return [];
  }

  isOnLink(): boolean {
    return true;
  }

  record(kind: string, fields: Readonly<Record<string, Field>>): void {
    this.#host.records.record(kind, fields);
  }

  /** A timer that would fire too early only wakes us once more: it stays. */
  wakeAt(deadlineNs: number): void {
    this.#deadlineNs = deadlineNs;
    if (deadlineNs >= this.#timerNs) return;
    this.#timer?.cancel();
    this.#timerNs = deadlineNs;
    const delayNs = Math.max(0, deadlineNs - this.nowNs());
    this.#timer = this.#host.clock.after(delayNs, () => this.#onTimer());
  }

  close(): void {
    this.#timer?.cancel();
    this.#virtual = undefined;
  }

  #onTimer(): void {
    this.#timerNs = never;
    if (this.#deadlineNs <= this.nowNs()) this.#wake();
    else this.wakeAt(this.#deadlineNs);
  }

  #writeV4(source: Ipv4, destination: Ipv4, payloadBytes: number, ecn: number): number {
    return emitIpv4(this.#room, 0, {
      ...{ headerBytes: ipv4HeaderBytes, dscp: 0, ecn, identification: 0, ttl },
      ...{ dontFragment: true, moreFragments: false, fragmentOffset: 0, options: noOptions },
      ...{ protocol: ipProtocol.tcp, source, destination },
      totalLength: ipv4HeaderBytes + payloadBytes,
    });
  }

  #writeV6(source: Ip & Ipv6, destination: Ipv6, payloadLength: number, ecn: number): number {
    return emitIpv6(this.#room, 0, {
      ...{ trafficClass: ecn, flowLabel: 0, payloadLength, hopLimit: ttl },
      ...{ nextHeader: ipProtocol.tcp, source, destination },
    });
  }
}
