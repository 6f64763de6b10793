/** Two nodes with several cables between them, in virtual time: streams over MPTCP as their users see them. */
import { type Endpoint, type Family, type Ip, isIpv4, parseIp } from '../base/address.ts';
import { type Momentary, popMoment, pushMoment } from '../base/moment-heap.ts';
import { drawChance, type Random, seedRandom } from '../base/random.ts';
import { nsPerMs } from '../base/time.ts';
import type { Stream, StreamEnd, StreamEvents, StreamSettings } from '../host/stream.ts';
import type { LocalInterface } from '../mptcp/machine-state.ts';
import type { OutgoingSegment } from '../tcp/sink.ts';
import { packetOf } from '../tcp/testing-wire.ts';
import type { Field } from '../trace/record.ts';
import { PortSet } from './port-set.ts';
import type { PortWish, StreamGround } from './stream-ground.ts';
import { StreamTable } from './stream-table.ts';
import type { StreamOwner } from './table-stream.ts';

export interface TestCable {
  delayNs: number;
  rateBps: number;
  lossRatio: number;
  /** Bytes that may wait, each way. */
  queueBytes: number;
  /** Nothing passes, and nobody is told. */
  isSilent: boolean;
  /** Both ends see no carrier. */
  isDown: boolean;
  readonly freeAtNs: [number, number];
  /** Its own chance each way, so that it loses the same packets whatever stands beside it; else the world's. */
  readonly chance?: readonly [Random, Random];
}

export interface TestPacket extends Momentary {
  readonly cable: number;
  readonly to: 0 | 1;
  readonly bytes: Uint8Array;
}

const mtuBytes = 1_500;
/** What happens so often in one moment happens for ever. */
const mostAtOnce = 10_000;

export function cable(changes: Partial<TestCable> = {}): TestCable {
  return {
    delayNs: 10 * nsPerMs,
    rateBps: 50_000_000,
    lossRatio: 0,
    queueBytes: 125_000,
    isSilent: false,
    isDown: false,
    freeAtNs: [0, 0],
    ...changes,
  };
}

export class TestWorld {
  nowNs = 1_000_000_000;
  readonly cables: readonly TestCable[];
  readonly nodes: readonly [TestNode, TestNode];
  readonly random: Random;
  /** Looks at each packet as it leaves; false: it is lost. */
  passes: (packet: TestPacket) => boolean = () => true;
  readonly #heap: (TestPacket | Timer)[] = [];

  constructor(cables: readonly TestCable[], seed = 1) {
    this.cables = cables;
    this.random = seedRandom(seed, 'world');
    this.nodes = [new TestNode(this, 0, seed), new TestNode(this, 1, seed)];
  }

  at(atNs: number, act: () => void): void {
    pushMoment(this.#heap, { atNs, act });
  }

  after(delayNs: number, act: () => void): void {
    this.at(this.nowNs + delayNs, act);
  }

  /** Onto a cable: queue, rate, loss, delay. */
  carry(from: 0 | 1, index: number, bytes: Uint8Array): void {
    const line = this.cables[index]!;
    const to = from === 0 ? 1 : 0;
    const packet = { atNs: 0, cable: index, to, bytes } as const;
    if (line.isDown || !this.passes(packet)) return;
    const startNs = Math.max(this.nowNs, line.freeAtNs[from]);
    if (((startNs - this.nowNs) * line.rateBps) / 8e9 > line.queueBytes) return;
    line.freeAtNs[from] = startNs + (bytes.length * 8e9) / line.rateBps;
    if (line.isSilent || drawChance(line.chance?.[from] ?? this.random, line.lossRatio)) return;
    pushMoment(this.#heap, { ...packet, atNs: line.freeAtNs[from] + line.delayNs });
  }

  setDown(index: number, isDown: boolean): void {
    this.cables[index]!.isDown = isDown;
    for (const node of this.nodes) node.table.interfacesChanged();
  }

  /** Until nothing is due any more, or the moment, or the condition. */
  run(untilNs: number, isDone: () => boolean = () => false): void {
    for (let standing = 0; ; standing++) {
      const next = this.#heap[0];
      if (next === undefined || next.atNs > untilNs || isDone()) break;
      popMoment(this.#heap);
      if (next.atNs > this.nowNs) standing = 0;
      if (standing > mostAtOnce) throw new Error(`time stands still at ${this.nowNs} ns`);
      this.nowNs = Math.max(this.nowNs, next.atNs);
      if ('act' in next) next.act();
      else if (!this.cables[next.cable]!.isDown) this.nodes[next.to].table.receive(next.bytes);
    }
    if (!isDone() && Number.isFinite(untilNs)) this.nowNs = Math.max(this.nowNs, untilNs);
  }

  runFor(delayNs: number, isDone?: () => boolean): void {
    this.run(this.nowNs + delayNs, isDone);
  }
}

interface Timer extends Momentary {
  readonly act: () => void;
}

export class TestNode implements StreamGround, StreamOwner {
  readonly node: string;
  readonly random: Random;
  table: StreamTable;
  readonly records: { readonly kind: string; readonly fields: Readonly<Record<string, Field>> }[] =
    [];
  readonly #world: TestWorld;
  readonly #side: 0 | 1;
  #ports = new PortSet();
  #wakeAtNs = Number.POSITIVE_INFINITY;
  #isInside = false;

  constructor(world: TestWorld, side: 0 | 1, seed: number) {
    this.#world = world;
    this.#side = side;
    this.node = side === 0 ? 'left' : 'right';
    this.random = seedRandom(seed, this.node);
    this.table = new StreamTable(this);
  }

  /** Another process has the node's interfaces from now on, and none of its streams. */
  replaceTable(): StreamTable {
    this.#ports = new PortSet();
    this.#wakeAtNs = Number.POSITIVE_INFINITY;
    this.table = new StreamTable(this);
    return this.table;
  }

  addressOn(index: number): Ip {
    return parseIp(`10.0.${index}.${this.#side + 1}`)!;
  }

  nowNs(): number {
    return this.#world.nowNs;
  }

  owns(address: Ip): boolean {
    return this.#world.cables.some((_, index) => this.addressOn(index) === address);
  }

  sourceFor(destination: Ip, interfaceName: string | undefined): Ip | undefined {
    const index = this.#world.cables.findIndex((_, at) => isNeighbour(destination, at));
    const name = `cable${index}`;
    if (index < 0 || (interfaceName !== undefined && interfaceName !== name)) return undefined;
    return this.addressOn(index);
  }

  mtuTo(): number {
    return mtuBytes;
  }

  transmit(segment: OutgoingSegment): void {
    const index = this.#world.cables.findIndex(
      (_, each) => this.addressOn(each) === segment.source,
    );
    this.#world.carry(this.#side, index, packetOf(segment));
  }

  takePort({ family, port }: PortWish): number | undefined {
    return this.#ports.take(this.random, family, port);
  }

  givePort(port: number, family: Family): void {
    this.#ports.give(family, port);
  }

  interfaces(): readonly LocalInterface[] {
    return this.#world.cables.map(({ isDown }, index) => ({
      name: `cable${index}`,
      isUp: !isDown,
      addresses: [this.addressOn(index)],
    }));
  }

  isOnLink(destination: Ip, interfaceName: string): boolean {
    const index = Number(interfaceName.slice('cable'.length));
    return isNeighbour(destination, index);
  }

  record(kind: string, fields: Readonly<Record<string, Field>>): void {
    this.records.push({ kind, fields });
  }

  wakeAt(deadlineNs: number): void {
    if (deadlineNs === this.#wakeAtNs) return;
    this.#wakeAtNs = deadlineNs;
    if (!Number.isFinite(deadlineNs)) return;
    this.#world.at(Math.max(deadlineNs, this.#world.nowNs), () => {
      if (this.#wakeAtNs !== deadlineNs || this.#isInside) return;
      this.#wakeAtNs = Number.POSITIVE_INFINITY;
      this.#isInside = true;
      this.table.wake();
      this.#isInside = false;
    });
  }

  guard(callback: () => void): void {
    callback();
  }

  adopt(): void {}
  forget(): void {}
}

function isNeighbour(address: Ip, index: number): boolean {
  return isIpv4(address) && ((address >>> 8) & 0xff) === index;
}

/** A stream as a test watches it. */
export interface Watched {
  readonly received: Uint8Array[];
  receivedBytes: number;
  /** When bytes were handed over. */
  readonly deliveries: { readonly atNs: number; readonly bytes: number }[];
  readonly messages: Uint8Array[];
  isConnected: boolean;
  isEnded: boolean;
  closed: StreamEnd | undefined;
  drains: number;
}

export function watch(world: TestWorld, keeps = true): { seen: Watched; events: StreamEvents } {
  const seen: Watched = {
    received: [],
    receivedBytes: 0,
    deliveries: [],
    messages: [],
    isConnected: false,
    isEnded: false,
    closed: undefined,
    drains: 0,
  };
  const events: StreamEvents = {
    connected: () => {
      seen.isConnected = true;
    },
    received: (bytes) => {
      if (keeps) seen.received.push(bytes.slice());
      seen.receivedBytes += bytes.length;
      seen.deliveries.push({ atNs: world.nowNs, bytes: bytes.length });
    },
    message: (bytes) => void seen.messages.push(bytes.slice()),
    drained: () => void seen.drains++,
    ended: () => {
      seen.isEnded = true;
    },
    closed: (reason) => {
      seen.closed = reason;
    },
  };
  return { seen, events };
}

/** A stream from the left node to the right one's first address, both ends watched. */
export function connect(
  world: TestWorld,
  settings: StreamSettings = {},
  theirs = settings,
  keeps = true,
) {
  const [left, right] = world.nodes;
  const accepted = watch(world, keeps);
  const opened = watch(world, keeps);
  let other: Stream | undefined;
  const listening = { family: 4, port: 80, transport: 'mptcp', ...theirs } as const;
  right.table.listen(
    listening,
    (stream) => {
      other = stream;
      return accepted.events;
    },
    right,
  );
  const to: Endpoint = { address: right.addressOn(0), port: 80 };
  const opening = { to, transport: 'mptcp', ...settings } as const;
  const stream = left.table.open(opening, opened.events, left);
  return { stream, opened: opened.seen, accepted: accepted.seen, other: () => other! };
}
