/** A vocabulary for tests of this room: machines joined by wires in memory, and a clock moved by hand. */
import { type Endpoint, type Ip, parseIp } from '../base/address.ts';
import { InputError } from '../base/errors.ts';
import {
  copyFrame,
  createFramePool,
  type Frame,
  type FramePool,
  releaseFrame,
  takeFrame,
} from '../base/frame.ts';
import type { Mac } from '../base/mac.ts';
import { type Prefix, parsePrefix } from '../base/prefix.ts';
import { seedRandom } from '../base/random.ts';
import { nsPerMs } from '../base/time.ts';
import { bindDatagramSocket } from './datagram-sockets.ts';
import { advance, createIpMachine, receiveFrame, receivePacket } from './machine.ts';
import type { Middlebox } from './middlebox.ts';
import { addRoute } from './routes.ts';
import type { DatagramArrival, IcmpErrorArrival, IpSink } from './sink.ts';
import type { IpMachine } from './state.ts';

/** How long a frame is under way on every wire. */
const wireDelayNs = nsPerMs;

export interface TestNet {
  nowNs: number;
  readonly pool: FramePool;
  readonly nodes: TestNode[];
  readonly wires: TestWire[];
  flights: Flight[];
}

export interface TestNode {
  readonly name: string;
  readonly machine: IpMachine;
  readonly sink: IpSink;
  readonly datagrams: { readonly socket: number; readonly arrival: DatagramArrival }[];
  readonly errors: { readonly socket: number; readonly arrival: IcmpErrorArrival }[];
  readonly packets: { readonly interfaceIndex: number; readonly packet: Uint8Array }[];
  readonly records: { readonly kind: string; readonly fields: Readonly<Record<string, unknown>> }[];
}

/** Two ends, or more: then it is a hub. */
export interface TestWire {
  readonly ends: readonly (readonly [TestNode, number])[];
  /** Copies of the frames that went over it. */
  readonly seen: { readonly from: string; readonly atNs: number; readonly bytes: Uint8Array }[];
  /** Set by a test: frames for which it is true don't arrive. */
  loses: (bytes: Uint8Array) => boolean;
}

interface Flight {
  readonly dueNs: number;
  readonly node: TestNode;
  readonly interfaceIndex: number;
  readonly frame: Frame | Uint8Array;
}

export interface TestNodeOptions {
  /** For each interface its addresses, blank-separated: `10.0.0.1/24 2001:db8::1/64`. */
  readonly addresses: readonly string[];
  /** Of all interfaces, or of each. */
  readonly mtuBytes?: number | readonly number[];
  readonly forwards?: boolean;
  /** `10.9.0.0/16 by 0`, `0.0.0.0/0 by 1 via 10.0.0.254`; the order is the metric. */
  readonly routes?: readonly string[];
  readonly pointToPoint?: boolean;
  readonly middlebox?: Middlebox;
  readonly strayDatagrams?: 'refuse' | 'hand-on';
}

export function createTestNet(): TestNet {
  return { nowNs: 0, pool: createFramePool(), nodes: [], wires: [], flights: [] };
}

export function addNode(net: TestNet, name: string, options: TestNodeOptions): TestNode {
  const place = net.nodes.length + 1;
  const machine = createIpMachine({
    interfaces: options.addresses.map((addresses, index) => ({
      name: `${name}${index}`,
      mac: options.pointToPoint ? undefined : testMac(place, index),
      mtuBytes: mtuOf(options, index),
      addresses: addresses.split(' ').filter(Boolean).map(prefix),
    })),
    forwards: options.forwards ?? false,
    pool: net.pool,
    random: seedRandom(1, name),
    middlebox: options.middlebox,
    ...(options.strayDatagrams && { strayDatagrams: options.strayDatagrams }),
  });
  for (const [metric, text] of (options.routes ?? []).entries()) {
    addRoute(machine, { ...routeOf(text), metric });
  }
  const node = listen(net, name, machine);
  net.nodes.push(node);
  return node;
}

function mtuOf(options: TestNodeOptions, index: number): number {
  const { mtuBytes = 1_500 } = options;
  return typeof mtuBytes === 'number' ? mtuBytes : mtuBytes[index]!;
}

export function testMac(place: number, index: number): Mac {
  return (0x0200_0000_0000 + place * 256 + index) as Mac;
}

function routeOf(text: string) {
  const match = /^(\S+) by (\d+)(?: via (\S+))?$/.exec(text)!;
  const gateway = match[3] === undefined ? undefined : ip(match[3]);
  return { prefix: prefix(match[1]!), interfaceIndex: Number(match[2]), gateway };
}

function listen(net: TestNet, name: string, machine: IpMachine): TestNode {
  const heard = { datagrams: [], errors: [], packets: [], records: [] } as Pick<
    TestNode,
    'datagrams' | 'errors' | 'packets' | 'records'
  >;
  const sink: IpSink = {
    transmit: (index, frame) => carry(net, name, index, frame),
    transmitPacket: (index, packet) => carryPacket(net, name, index, packet.slice()),
    datagram: (socket, arrival) =>
      heard.datagrams.push({ socket, arrival: { ...arrival, payload: arrival.payload.slice() } }),
    icmpError: (socket, arrival) => heard.errors.push({ socket, arrival }),
    packet: (interfaceIndex, packet) =>
      heard.packets.push({ interfaceIndex, packet: packet.slice() }),
    record: (kind, fields) => heard.records.push({ kind, fields }),
  };
  return { name, machine, sink, ...heard };
}

export function connect(net: TestNet, ...ends: (readonly [TestNode, number])[]): TestWire {
  const wire: TestWire = { ends, seen: [], loses: () => false };
  net.wires.push(wire);
  return wire;
}

function carry(net: TestNet, from: string, index: number, frame: Frame): void {
  const bytes = frame.bytes.subarray(0, frame.length);
  for (const [node, interfaceIndex] of otherEnds(net, from, index, bytes)) {
    const dueNs = net.nowNs + wireDelayNs;
    net.flights.push({ dueNs, node, interfaceIndex, frame: copyFrame(net.pool, frame) });
  }
  frame.bytes.fill(0xa5);
  releaseFrame(net.pool, frame);
}

function carryPacket(net: TestNet, from: string, index: number, packet: Uint8Array): void {
  for (const [node, interfaceIndex] of otherEnds(net, from, index, packet)) {
    net.flights.push({ dueNs: net.nowNs + wireDelayNs, node, interfaceIndex, frame: packet });
  }
}

function otherEnds(net: TestNet, from: string, index: number, bytes: Uint8Array) {
  const isFrom = ([node, at]: readonly [TestNode, number]) => node.name === from && at === index;
  const wire = net.wires.find(({ ends }) => ends.some(isFrom));
  if (wire === undefined) return [];
  wire.seen.push({ from, atNs: net.nowNs, bytes: bytes.slice() });
  return wire.loses(bytes) ? [] : wire.ends.filter((end) => !isFrom(end));
}

/** Lets everything happen that is due within `forNs`. */
export function run(net: TestNet, forNs: number): void {
  const endNs = net.nowNs + forNs;
  for (let steps = 0; ; steps++) {
    if (steps > 100_000) throw new InputError({ code: 'endless', message: 'this net never rests' });
    const nextNs = nextDueNs(net);
    if (nextNs > endNs) break;
    net.nowNs = Math.max(net.nowNs, nextNs);
    step(net);
  }
  net.nowNs = endNs;
}

function nextDueNs(net: TestNet): number {
  const flights = net.flights.map(({ dueNs }) => dueNs);
  const timers = net.nodes.map(({ machine }) => machine.deadlineNs);
  return Math.min(...flights, ...timers);
}

function step(net: TestNet): void {
  const due = net.flights.filter(({ dueNs }) => dueNs <= net.nowNs);
  net.flights = net.flights.filter(({ dueNs }) => dueNs > net.nowNs);
  for (const { node, interfaceIndex, frame } of due) {
    const { machine, sink } = node;
    if (frame instanceof Uint8Array) {
      receivePacket(machine, net.nowNs, interfaceIndex, frame, sink);
    } else {
      receiveFrame(machine, net.nowNs, interfaceIndex, frame, sink);
    }
  }
  for (const { machine, sink } of net.nodes) {
    if (machine.deadlineNs <= net.nowNs) advance(machine, net.nowNs, sink);
  }
}

export function ip(text: string): Ip {
  return parseIp(text)!;
}

export function prefix(text: string): Prefix {
  return parsePrefix(text)!;
}

export function at(address: string, port: number): Endpoint {
  return { address: ip(address), port };
}

/** `payload(3)` is 0, 1, 2. */
export function payload(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index & 0xff);
}

/** Puts frames into the pool, and later tells how many of them are gone, or there twice. */
export function countPool(net: TestNet): () => number {
  const small = Array.from({ length: 256 }, () => takeFrame(createFramePool(), 64));
  const large = Array.from({ length: 32 }, () => takeFrame(createFramePool(), 9_000));
  net.pool.small.push(...small);
  net.pool.large.push(...large);
  const all = [...small, ...large];
  return () => {
    const idle = [...net.pool.small, ...net.pool.medium, ...net.pool.large];
    const missing = all.filter((frame) => !idle.includes(frame)).length;
    return missing + idle.length - new Set(idle).size;
  };
}

/** How many records say that a packet was discarded for this reason. */
export function discards(node: TestNode, reason: string): number {
  return node.records.filter(({ fields }) => fields['reason'] === reason).length;
}

/** A client and a server with a router between them; its server side may have a smaller MTU. */
export function routedPair(farMtuBytes = 1_500, middlebox?: Middlebox) {
  const net = createTestNet();
  const client = addNode(net, 'client', {
    addresses: ['10.0.0.1/24 2001:db8:a::1/64'],
    routes: ['0.0.0.0/0 by 0 via 10.0.0.254', '::/0 by 0 via 2001:db8:a::fe'],
  });
  const router = addNode(net, 'router', {
    addresses: ['10.0.0.254/24 2001:db8:a::fe/64', '10.1.0.254/24 2001:db8:b::fe/64'],
    mtuBytes: [1_500, farMtuBytes],
    forwards: true,
    ...(middlebox === undefined ? {} : { middlebox }),
  });
  const server = addNode(net, 'server', {
    addresses: ['10.1.0.1/24 2001:db8:b::1/64'],
    routes: ['0.0.0.0/0 by 0 via 10.1.0.254', '::/0 by 0 via 2001:db8:b::fe'],
  });
  const near = connect(net, [client, 0], [router, 0]);
  const far = connect(net, [router, 1], [server, 0]);
  for (const family of [4, 6] as const) {
    bindDatagramSocket(client.machine, family, { family, port: 4_000 });
    bindDatagramSocket(server.machine, family, { family, port: 5_000 });
  }
  return { net, client, router, server, near, far };
}

/** The addresses of `routedPair`. */
export const pairAddress = {
  4: { client: '10.0.0.1', server: '10.1.0.1', near: '10.0.0.254', far: '10.1.0.254' },
  6: {
    client: '2001:db8:a::1',
    server: '2001:db8:b::1',
    near: '2001:db8:a::fe',
    far: '2001:db8:b::fe',
  },
} as const;
