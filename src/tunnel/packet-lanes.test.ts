/** Packets on streams: whole, once, and no others than the terminal's own. */
import test from 'ava';
import fc from 'fast-check';
import { type Ip, parseIp } from '../base/address.ts';
import { writeU16 } from '../base/bytes.ts';
import { createFramePool, takeFrame } from '../base/frame.ts';
import { parsePrefix } from '../base/prefix.ts';
import { seedRandom } from '../base/random.ts';
import { makeIpPacket } from '../ip/empty-packet.ts';
import { cutIpv4, sealIpv4 } from '../ip/fragment.ts';
import { ipAt } from '../ip/link-header.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { ipv4HeaderBytes, ipv4Offset } from '../wire/ipv4.ts';
import { parseTunnel, tunnelBytes } from '../wire/tunnel.ts';
import { sealRequest, sessionKeyOf, tunnelKeyOf } from './credentials.ts';
import { flowNumber, makeGreeting, whyNoPacket } from './inner-packet.ts';
import { PacketLane } from './packet-lane.ts';
import { ProxyLanes } from './proxy-lanes.ts';
import { endpoint, StubStream } from './testing-application.ts';
import { TunnelSessions } from './tunnel-sessions.ts';

const inner = parseIp('172.31.0.1')!;
const server = parseIp('198.51.100.7')!;
const key = tunnelKeyOf('lab');

function datagram(source: Ip, destination: Ip, ports: readonly [number, number], bytes = 8) {
  const { packet, at } = makeIpPacket({ source, destination }, ipProtocol.udp, 8 + bytes, 0);
  writeU16(packet, at, ports[0]);
  writeU16(packet, at + 2, ports[1]);
  writeU16(packet, at + 4, 8 + bytes);
  return packet;
}

test('on a stream without messages packets come out whole, however their bytes come in', (t) => {
  const sizes = fc.array(fc.nat(3_000), { minLength: 1, maxLength: 20 });
  const cuts = fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 50 });
  const property = fc.property(sizes, cuts, (lengths, pieces) => {
    const packets = lengths.map((length, at) => datagram(inner, server, [at, 9], length));
    const all = Buffer.concat(packets);
    const heard: string[] = [];
    const lane = new PacketLane({
      packet: (packet) => heard.push(Buffer.from(packet).toString('hex')),
      closed: () => undefined,
    });
    const events = lane.streamEvents();
    for (let at = 0, piece = 0; at < all.length; piece++) {
      const length = pieces[piece % pieces.length]!;
      events.received(all.subarray(at, at + length));
      at += length;
    }
    t.deepEqual(
      heard,
      packets.map((packet) => Buffer.from(packet).toString('hex')),
    );
  });
  fc.assert(property, { seed: 1, numRuns: 100 });
});

test('what a stream has no room for follows whole and in order; a queue that is full drops', (t) => {
  const lane = new PacketLane({ packet: () => undefined, closed: () => undefined });
  const events = lane.streamEvents();
  const stream = new StubStream(endpoint('192.0.2.1', 7_444), events);
  lane.attach(stream);
  events.connected?.();
  const packets = Array.from({ length: 30 }, (_, at) => datagram(inner, server, [at, 2], 60_000));
  stream.roomBytes = 50;
  const sent = packets.filter((packet) => lane.send(packet));
  t.is(sent.length, 17, 'a mebibyte waits');
  t.is(lane.dropped, 13);
  stream.roomBytes = 100_000;
  events.drained?.();
  stream.roomBytes = Number.POSITIVE_INFINITY;
  events.drained?.();
  t.true(stream.content.equals(Buffer.concat(sent)));
  t.true(lane.send(packets[0]!));
});

test('a flow has one number in both directions, and its fragments one of their own', (t) => {
  const there = flowNumber(datagram(inner, server, [5_000, 53]));
  t.is(there, flowNumber(datagram(server, inner, [53, 5_000])));
  t.is(there, flowNumber(datagram(inner, server, [5_000, 53], 900)));
  t.not(there, flowNumber(datagram(inner, server, [5_001, 53])));
  const [first, later] = [0x2000, 0x0010].map((word) => {
    const piece = datagram(inner, server, [5_000, 53], 900);
    writeU16(piece, ipv4Offset.fragment, word);
    return flowNumber(piece);
  });
  t.is(first, later, 'the later ones do not tell their ports');
});

interface Landing {
  readonly lanes: ProxyLanes;
  readonly delivered: Uint8Array[];
  readonly dropped: unknown[];
  readonly refused: string[];
  readonly request: () => Uint8Array;
}

function createLanding(): Landing {
  const delivered: Uint8Array[] = [];
  const dropped: unknown[] = [];
  const sessions = new TunnelSessions(seedRandom(1, 'proxy'), key);
  const hello = { kind: 'hello', nonce: new Uint8Array(16) } as const;
  const welcome = parseTunnel(sessions.welcome(hello), 0, tunnelBytes.welcome);
  if (!('kind' in welcome) || welcome.kind !== 'welcome') throw new Error('no welcome');
  const sessionKey = sessionKeyOf(key, hello, welcome);
  let counter = 0;
  return {
    ...{ delivered, dropped, refused: [] },
    lanes: new ProxyLanes({
      host: { records: { record: (_kind, { reason }) => reason && dropped.push(reason) } },
      ...{ sessions, networks: [parsePrefix('172.31.0.0/24')!] },
      deliver: (packet) => delivered.push(packet.slice()),
    }),
    request: () => {
      const destination = { address: inner, port: 0 };
      return sealRequest(sessionKey, { session: welcome.session, counter: counter++, destination });
    },
  };
}

/** A stream that came to the proxy; `hears` gives it a packet as a message. */
function comeTo(landing: Landing, greeting?: Uint8Array) {
  const stream = new StubStream(endpoint('192.0.2.2', 40_000), { received: () => undefined });
  const events = landing.lanes.take(stream, {
    proven: () => undefined,
    refused: (reason) => landing.refused.push(reason),
    gone: () => undefined,
  });
  const hears = (packet: Uint8Array): void => events.message?.(packet);
  if (greeting !== undefined) hears(greeting);
  return { stream, hears, events };
}

test('system 2.5: a malformed inner length costs that packet, not the tunnel', (t) => {
  const landing = createLanding();
  const { hears } = comeTo(landing, makeGreeting(inner, landing.request()));
  const good = datagram(inner, server, [1, 2]);
  const long = good.slice();
  writeU16(long, ipv4Offset.totalLength, 60_000);
  const short = good.slice();
  writeU16(short, ipv4Offset.totalLength, 10);
  for (const packet of [good, long, short, new Uint8Array(0), Uint8Array.of(0x45), good]) {
    hears(packet);
  }
  t.is(landing.delivered.length, 2);
  t.is(landing.dropped.length, 4, `${landing.dropped}`);
  for (const packet of landing.delivered) t.deepEqual(packet, good);
});

test('system 2.2: fragments that a host sends are tunnelled each as it is, and make the whole again', (t) => {
  const pool = createFramePool();
  const whole = datagram(inner, server, [5_000, 53], 4_000);
  // The host may cut it.
  writeU16(whole, ipv4Offset.fragment, 0);
  const frame = takeFrame(pool, ipAt + whole.length);
  frame.bytes.set(whole, ipAt);
  sealIpv4(frame.bytes);
  const pieces = cutIpv4(pool, frame, 1_500).map(({ bytes, length }) => bytes.slice(ipAt, length));
  t.is(pieces.length, 3);
  const landing = createLanding();
  const { hears } = comeTo(landing, makeGreeting(inner, landing.request()));
  for (const piece of pieces) hears(piece);
  t.deepEqual(landing.delivered, pieces);
  const bodies = landing.delivered.map((piece) => piece.subarray(ipv4HeaderBytes));
  t.true(Buffer.concat(bodies).equals(whole.subarray(ipv4HeaderBytes)));
});

test('who does not greet is hung up on, and nothing of his is delivered', (t) => {
  const landing = createLanding();
  const foreign = landing.request();
  foreign[40]! ^= 1;
  const used = landing.request();
  comeTo(landing, makeGreeting(inner, used));
  for (const first of [
    datagram(inner, server, [1, 2]),
    makeGreeting(inner, foreign),
    makeGreeting(inner, used),
    makeGreeting(parseIp('10.0.0.1')!, landing.request()),
  ]) {
    comeTo(landing, first);
  }
  t.deepEqual(landing.refused, ['malformed', 'forged', 'replayed', 'not-an-inner-address']);
  t.is(landing.delivered.length, 0);
});

test('a terminal sends from its own addresses only', (t) => {
  const landing = createLanding();
  const { hears } = comeTo(landing, makeGreeting(inner, landing.request()));
  hears(datagram(parseIp('172.31.0.9')!, server, [1, 2]));
  t.is(landing.delivered.length, 0);
  t.deepEqual(landing.dropped, ['source-not-its-own']);
});

test('system 2.4: a flow keeps to one of several tunnels, and is answered by the one that it came by', (t) => {
  const landing = createLanding();
  const both = [1, 2].map(() => comeTo(landing, makeGreeting(inner, landing.request())));
  for (let port = 0; port < 64; port++) {
    const by = both[port % 2]!;
    const before = by.stream.written.length;
    by.hears(datagram(inner, server, [port, 53]));
    landing.lanes.send(datagram(server, inner, [53, port]));
    landing.lanes.send(datagram(server, inner, [53, port]));
    t.is(by.stream.written.length, before + 2);
  }
});

test('flows that began elsewhere are spread over all tunnels', (t) => {
  const landing = createLanding();
  const both = [1, 2].map(() => comeTo(landing, makeGreeting(inner, landing.request())));
  for (let port = 0; port < 400; port++) landing.lanes.send(datagram(server, inner, [port, 9]));
  for (const { stream } of both) t.true(stream.written.length > 100, `${stream.written.length}`);
  both[0]!.events.closed?.('reset');
  const before = both[1]!.stream.written.length;
  for (let port = 0; port < 10; port++) landing.lanes.send(datagram(server, inner, [port, 9]));
  t.is(both[1]!.stream.written.length, before + 10, 'what is left of them carries all');
});

test('whatever a packet is made of, it is one or it is not', (t) => {
  const property = fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
    const reason = whyNoPacket(bytes);
    if (bytes.length > 0) flowNumber(Uint8Array.from([...bytes, ...new Uint8Array(64)]));
    return reason === undefined || reason.length > 0;
  });
  t.notThrows(() => fc.assert(property, { seed: 1, numRuns: 500 }));
});
