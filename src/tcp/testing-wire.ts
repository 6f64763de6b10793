/** Two TCP machines and a wire between them in virtual time: what this room's tests speak in. */
import { type Endpoint, type Ip, isIpv4, parseIp, writeIp } from '../base/address.ts';
import { writeU16 } from '../base/bytes.ts';
import { seedRandom } from '../base/random.ts';
import { nsPerMs } from '../base/time.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import type { Connection, TcpState } from './connection.ts';
import { listen } from './listeners.ts';
import { advance, createTcpMachine } from './machine.ts';
import type { TcpMachine } from './machine-state.ts';
import { openConnection } from './open.ts';
import { receivePacket } from './packet-input.ts';
import type { ConnectionSettings } from './settings.ts';
import type { CloseReason, OutgoingSegment, TcpSink } from './sink.ts';
import { closeConnection, consumeBytes, readableBytes, writeBytes } from './user-calls.ts';

export interface TestSide {
  readonly name: string;
  readonly address: Ip;
  machine: TcpMachine;
  readonly sink: TcpSink;
  readonly accepted: Connection[];
  readonly states: { readonly connection: Connection; readonly state: TcpState }[];
  readonly closed: { readonly connection: Connection; readonly reason: CloseReason }[];
  readonly records: { readonly kind: string; readonly fields: Readonly<Record<string, unknown>> }[];
  /** Called for the connection that may be read or written. */
  onReadable: (connection: Connection) => void;
  onWritable: (connection: Connection) => void;
  onEnded: (connection: Connection) => void;
  readonly due: (() => void)[];
  /** Its clock beside the wire's: how fast it runs, and how far ahead it is. */
  clockRate: number;
  clockOffsetNs: number;
  /** Connections that were saved, and what they are since they were restored. */
  readonly renamed: Map<Connection, Connection>;
}

/** The connection as it stands today. */
export function livingOf(side: TestSide, connection: Connection): Connection {
  const renamed = side.renamed.get(connection);
  return renamed === undefined ? connection : livingOf(side, renamed);
}

export interface TestPacket {
  readonly from: TestSide;
  readonly to: TestSide;
  bytes: Uint8Array;
  atNs: number;
}

export interface TestWire {
  nowNs: number;
  readonly sides: readonly [TestSide, TestSide];
  readonly flights: TestPacket[];
  readonly seen: TestPacket[];
  /** What becomes of a packet: the packets that go on, each at its time; left out: one, after `delayNs`. */
  fate: (packet: TestPacket) => readonly TestPacket[];
  delayNs: number;
}

export interface TestWireOptions {
  readonly delayNs?: number;
  readonly mtuBytes?: number;
  readonly family?: 4 | 6;
  readonly seed?: number;
}

export function createTestWire(options: TestWireOptions = {}): TestWire {
  const { delayNs = 10 * nsPerMs, family = 4 } = options;
  const addresses = family === 4 ? ['192.0.2.1', '192.0.2.2'] : ['2001:db8::1', '2001:db8::2'];
  const flights: TestPacket[] = [];
  const sides = addresses.map((text, index) =>
    createSide(index === 0 ? 'a' : 'b', parseIp(text)!, options),
  ) as unknown as readonly [TestSide, TestSide];
  const wire: TestWire = {
    nowNs: 1_000_000_000,
    sides,
    flights,
    seen: [],
    fate: (packet) => [packet],
    delayNs,
  };
  const [a, b] = sides;
  Object.assign(a.sink, { transmit: (segment: OutgoingSegment) => carry(wire, a, b, segment) });
  Object.assign(b.sink, { transmit: (segment: OutgoingSegment) => carry(wire, b, a, segment) });
  return wire;
}

function createSide(name: string, address: Ip, options: TestWireOptions): TestSide {
  const { mtuBytes = 1_500, seed = 1 } = options;
  const side: TestSide = {
    name,
    address,
    machine: createTcpMachine({ random: seedRandom(seed, name), mtuTo: () => mtuBytes }),
    sink: {
      transmit() {},
      stateChanged: (connection) => side.states.push({ connection, state: connection.state }),
      connected: (connection) => side.accepted.push(connection),
      readable: (connection) => side.due.push(() => side.onReadable(livingOf(side, connection))),
      writable: (connection) => side.due.push(() => side.onWritable(livingOf(side, connection))),
      ended: (connection) => side.due.push(() => side.onEnded(livingOf(side, connection))),
      closed: (connection, reason) => side.closed.push({ connection, reason }),
      record: (kind, fields) => side.records.push({ kind, fields }),
    },
    accepted: [],
    states: [],
    closed: [],
    records: [],
    onReadable() {},
    onWritable() {},
    onEnded() {},
    due: [],
    clockRate: 1,
    clockOffsetNs: 0,
    renamed: new Map(),
  };
  return side;
}

function carry(wire: TestWire, from: TestSide, to: TestSide, segment: OutgoingSegment): void {
  const bytes = packetOf(segment);
  const packet: TestPacket = { from, to, bytes, atNs: wire.nowNs + wire.delayNs };
  wire.seen.push(packet);
  for (const each of wire.fate(packet)) insert(wire.flights, each);
}

/** In the order of arrival; of those at one moment, in the order of sending. */
function insert(flights: TestPacket[], packet: TestPacket): void {
  let at = flights.length;
  while (at > 0 && flights[at - 1]!.atNs > packet.atNs) at--;
  flights.splice(at, 0, packet);
}

/** An IP header, as far as TCP looks at it, and the segment. */
export function packetOf(segment: Omit<OutgoingSegment, 'dontFragment'>): Uint8Array {
  const { source, destination, bytes, at, end, ecn } = segment;
  const isV4 = isIpv4(source);
  const headerBytes = isV4 ? 20 : 40;
  const packet = new Uint8Array(headerBytes + end - at);
  packet[0] = isV4 ? 0x45 : 0x60;
  packet[1] = isV4 ? ecn : ecn << 4;
  writeU16(packet, isV4 ? 2 : 4, isV4 ? packet.length : end - at);
  packet[isV4 ? 9 : 6] = ipProtocol.tcp;
  writeIp(packet, isV4 ? 12 : 8, source);
  writeIp(packet, isV4 ? 16 : 24, destination);
  packet.set(bytes.subarray(at, end), headerBytes);
  return packet;
}

/** Lets time pass until nothing is left to do, or until `untilNs`. Returns the events handled. */
export function run(
  wire: TestWire,
  untilNs = Number.POSITIVE_INFINITY,
  mostEvents = 1_000_000,
): number {
  for (let events = 0; events < mostEvents; events++) {
    settle(wire);
    const nextNs = nextOf(wire);
    if (nextNs > untilNs || nextNs === Number.POSITIVE_INFINITY) {
      if (untilNs !== Number.POSITIVE_INFINITY) wire.nowNs = Math.max(wire.nowNs, untilNs);
      return events;
    }
    wire.nowNs = Math.max(wire.nowNs, nextNs);
    stepWire(wire);
  }
  return mostEvents;
}

/** When something happens next. */
export function nextOf({ flights, sides }: TestWire): number {
  const arrivesNs = flights[0]?.atNs ?? Number.POSITIVE_INFINITY;
  return Math.min(arrivesNs, wakesNs(sides[0]), wakesNs(sides[1]));
}

/** When the wire's clock shows what the side waits for on its own. */
function wakesNs({ machine, clockRate, clockOffsetNs }: TestSide): number {
  return (machine.deadlineNs - clockOffsetNs) / clockRate;
}

/** What the side's own clock shows. */
export function clockOf({ nowNs }: TestWire, { clockRate, clockOffsetNs }: TestSide): number {
  return nowNs * clockRate + clockOffsetNs;
}

function stepWire(wire: TestWire): void {
  const { flights, nowNs } = wire;
  if (flights.length > 0 && flights[0]!.atNs <= nowNs) {
    const { to, bytes } = flights.shift()!;
    receivePacket(to.machine, clockOf(wire, to), bytes, to.sink);
    return;
  }
  for (const side of wire.sides) {
    if (wakesNs(side) > nowNs) continue;
    const atNs = Math.max(clockOf(wire, side), side.machine.deadlineNs);
    advance(side.machine, atNs, side.sink);
  }
}

/** What the sinks were told is acted on after the machine's call, never inside. */
export function settle({ sides }: TestWire): void {
  for (const side of sides) {
    while (side.due.length > 0) side.due.shift()!();
  }
}

export function endpointOf(side: TestSide, port: number): Endpoint {
  return { address: side.address, port };
}

export interface TestPair {
  readonly wire: TestWire;
  readonly client: Connection;
  server(): Connection;
}

/** A connection from `a` to port 80 of `b`, its SYN on the way. */
export function connectPair(
  options: TestWireOptions = {},
  settings: Partial<ConnectionSettings> = {},
): TestPair {
  const wire = createTestWire(options);
  const [a, b] = wire.sides;
  listen(b.machine, { port: 80, settings });
  const opened = { local: endpointOf(a, 5_000), remote: endpointOf(b, 80), settings };
  const client = openConnection(a.machine, wire.nowNs, opened, a.sink) as Connection;
  return { wire, client, server: () => b.accepted[0]! };
}

/** `side` sends `bytes` on `connection` as fast as it is taken, then closes. */
export function sendAll(
  wire: TestWire,
  side: TestSide,
  bytes: Uint8Array,
  connection: Connection,
): void {
  let at = 0;
  const push = (connected: Connection) => {
    at += writeBytes(side.machine, clockOf(wire, side), connected, bytes.subarray(at), side.sink);
    if (at === bytes.length)
      closeConnection(side.machine, clockOf(wire, side), connected, side.sink);
  };
  side.onWritable = push;
  push(connection);
}

/** What `side` reads, as it comes; it closes when the other side did. */
export function readAll(wire: TestWire, side: TestSide): Uint8Array[] {
  const read: Uint8Array[] = [];
  side.onReadable = (connection) => {
    for (;;) {
      const bytes = readableBytes(connection);
      if (bytes.length === 0) return;
      read.push(bytes.slice());
      consumeBytes(side.machine, clockOf(wire, side), connection, bytes.length, side.sink);
    }
  };
  side.onEnded = (connection) =>
    closeConnection(side.machine, clockOf(wire, side), connection, side.sink);
  return read;
}

/** A stream in which every place looks different. */
export function patternOf(length: number): Uint8Array {
  return new Uint8Array(length).map((_, at) => (at * 31) ^ (at >>> 8) ^ (at >>> 16));
}
