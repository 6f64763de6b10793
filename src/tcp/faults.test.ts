import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { drawBelow, drawChance, type Random, seedRandom } from '../base/random.ts';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import type { CongestionKind } from './congestion/controller.ts';
import { disturb, reviveSide } from './testing-faults.ts';
import {
  connectPair,
  livingOf,
  nextOf,
  patternOf,
  readAll,
  run,
  sendAll,
  type TestSide,
  type TestWire,
} from './testing-wire.ts';

const ratio = (most: number) => fc.double({ min: 0, max: most, noNaN: true });

/** Beside the wire's clock: exact, a bad crystal's, or anything that is still a clock. */
const clockRate = fc.oneof(
  fc.constant(1),
  fc.double({ min: 0.9999, max: 1.0001, noNaN: true }),
  fc.double({ min: 0.8, max: 1.25, noNaN: true }),
);

/** Links flap in the first second, and once more when timers have backed off. */
const outage = fc.record({
  fromNs: fc.oneof(fc.nat(nsPerSecond), fc.nat(60 * nsPerSecond)),
  forNs: fc.oneof(fc.nat(300 * nsPerMs), fc.nat(20 * nsPerSecond)),
  way: fc.constantFrom('both' as const, 'from-a' as const, 'from-b' as const),
});

const situation = fc.record({
  seed: fc.nat(),
  bytes: fc.tuple(fc.nat(60_000), fc.nat(60_000)),
  faults: fc.record({
    lossRatio: ratio(0.25),
    duplicateRatio: ratio(0.2),
    reorderRatio: ratio(0.3),
    corruptRatio: ratio(0.1),
    outages: fc.array(outage, { maxLength: 5 }),
  }),
  /** Whose state is saved and restored, again and again. */
  saved: fc.constantFrom(
    'nobody' as const,
    'nobody' as const,
    'a' as const,
    'b' as const,
    'either' as const,
  ),
  /** The users read now and then only, so that windows shut. */
  readsSeldom: fc.boolean(),
  clockRates: fc.tuple(clockRate, clockRate),
  wire: fc.record({
    delayNs: fc.constantFrom(nsPerMs, 20 * nsPerMs, 150 * nsPerMs),
    mtuBytes: fc.constantFrom(600, 1_500, 9_000),
    family: fc.constantFrom(4 as const, 6 as const),
  }),
  settings: fc.record({
    congestion: fc.constantFrom<CongestionKind>('fixed-window', 'new-reno', 'cubic', 'rate-based'),
    receiveBufferBytes: fc.constantFrom(2_000, 16_384, 8_000_000),
    sendBufferBytes: fc.constantFrom(3_000, 100_000),
    usesSack: fc.boolean(),
    usesTimestamps: fc.boolean(),
    usesWindowScale: fc.boolean(),
    isNoDelay: fc.boolean(),
    ecn: fc.constantFrom('request' as const, 'off' as const),
  }),
});

type Situation = typeof situation extends fc.Arbitrary<infer Given> ? Given : never;

/** The ACK of the FIN came while a paced segment waited: its timer was left armed, and fired for ever. */
const onceHung: Situation = {
  seed: 465_379_893,
  bytes: [42_990, 35_882],
  faults: {
    lossRatio: 1e-9,
    duplicateRatio: 1e-9,
    reorderRatio: 1e-9,
    corruptRatio: 1e-9,
    outages: [{ fromNs: 795_882_888, forNs: 11_957_059_449, way: 'both' }],
  },
  saved: 'nobody',
  readsSeldom: true,
  clockRates: [1, 0.9],
  wire: { delayNs: 150 * nsPerMs, mtuBytes: 600, family: 4 },
  settings: {
    congestion: 'rate-based',
    receiveBufferBytes: 8_000_000,
    sendBufferBytes: 100_000,
    usesSack: false,
    usesTimestamps: true,
    usesWindowScale: false,
    isNoDelay: true,
    ecn: 'request',
  },
};

const mostEvents = 300_000;

/** What is wrong with how it went; undefined: nothing. */
function faultOf(given: Situation, alter?: (wire: TestWire) => void): string | undefined {
  const { wire, client } = connectPair({ ...given.wire, seed: given.seed }, given.settings);
  const random = seedRandom(given.seed, 'faults');
  const [a, b] = wire.sides;
  [a.clockRate, b.clockRate] = given.clockRates;
  // It has read its clock already, which goes on from there.
  a.clockOffsetNs = wire.nowNs * (1 - a.clockRate);
  disturb(wire, given.faults, random);
  alter?.(wire);
  const sent = given.bytes.map((count) => patternOf(count));
  const read = [readAll(wire, a), readAll(wire, b)];
  // Each side closes when it has said all.
  for (const side of wire.sides) side.onEnded = () => {};
  const { connected } = b.sink;
  b.sink.connected = (connection) => {
    connected(connection);
    b.due.push(() => sendAll(wire, b, sent[1]!, livingOf(b, connection)));
  };
  sendAll(wire, a, sent[0]!, client);
  let events = 0;
  const waiting = given.readsSeldom ? [holdReading(a), holdReading(b)] : [];
  const pieceEvents = given.saved !== 'nobody' || given.readsSeldom ? 60 : mostEvents;
  for (;;) {
    events += run(wire, undefined, drawBelow(random, pieceEvents) + 1);
    const hasRead = waiting.filter((readNow) => readNow()).length > 0;
    if ((!hasRead && nextOf(wire) === Number.POSITIVE_INFINITY) || events >= mostEvents) break;
    const dies = diesNext(given.saved, random);
    if (dies !== undefined) reviveSide(wire.sides[dies], random);
  }
  if (events >= mostEvents) return 'it does not come to an end';
  if (a.machine.connections.count + b.machine.connections.count > 0) return 'a connection is left';
  return streamFault(a, b, read[0]!, sent[1]!) ?? streamFault(b, a, read[1]!, sent[0]!);
}

function diesNext(saved: Situation['saved'], random: Random): 0 | 1 | undefined {
  if (saved === 'nobody') return undefined;
  if (saved === 'either') return drawChance(random, 0.5) ? 0 : 1;
  return saved === 'a' ? 0 : 1;
}

/** What the side is told to read waits until the function that is returned is called. */
function holdReading(side: TestSide): () => boolean {
  const { onReadable } = side;
  const waiting: Parameters<typeof onReadable>[0][] = [];
  side.onReadable = (connection) => waiting.push(connection);
  return () => {
    const connection = waiting.pop();
    waiting.length = 0;
    if (connection !== undefined) onReadable(livingOf(side, connection));
    return connection !== undefined;
  };
}

function streamFault(
  side: TestSide,
  other: TestSide,
  pieces: Uint8Array[],
  sent: Uint8Array,
): string | undefined {
  const read = Buffer.concat(pieces);
  if (Buffer.compare(read, sent.subarray(0, read.length)) !== 0)
    return `${side.name} read what was not sent`;
  if (side.accepted.length > 0 && side.closed.length === 0) return `${side.name} was told no end`;
  const isFine =
    side.accepted.length > 0 && side.closed.every(({ reason }) => reason === 'finished');
  if (isFine && read.length < sent.length) {
    return `${side.name} finished with ${read.length} of ${sent.length}, the other ${other.closed[0]?.reason}`;
  }
  return undefined;
}

test('whatever the wire does, both streams are exact or the connection says why it ended', (t) => {
  const exact = fc.property(situation, (given) => {
    const fault = faultOf(given);
    if (fault !== undefined) throw new Error(fault);
  });
  t.notThrows(() => fc.assert(exact, { ...propertyRuns(300), examples: [[onceHung]] }));
});

test('a wire that alters what is sent, and mends the checksum, is found out', (t) => {
  const faults = fc
    .sample(situation, { seed: 1, numRuns: 5 })
    .map((given) => faultOf({ ...given, bytes: [50_000, 50_000] }, alterWords));
  t.true(faults.every((fault) => fault?.endsWith('read what was not sent')));
});

test('a situation that fails is shrunk to one that is hardly more than the fault, and its path replays it', (t) => {
  const planted = fc.property(situation, (given) => faultOf(given, alterWords) === undefined);
  const found = fc.check(planted, { seed: 7, numRuns: 50 });
  t.true(found.failed);
  const [smallest] = found.counterexample!;
  // One packet of 500 bytes shows it; the wire need do nothing else.
  const { faults, bytes, saved, readsSeldom } = smallest;
  const { outages, ...ratios } = faults;
  t.true(bytes[0] + bytes[1] < 600, `${bytes}`);
  t.deepEqual([outages, saved, readsSeldom], [[], 'nobody', false]);
  t.true(
    Object.values(ratios).every((ratio) => ratio < 1e-9),
    JSON.stringify(ratios),
  );
  const replay = { seed: found.seed, path: found.counterexamplePath!, endOnFailure: true };
  const again = fc.check(planted, replay);
  t.true(again.failed);
  t.deepEqual(again.counterexample, found.counterexample);
});

function alterWords(wire: TestWire): void {
  const { fate } = wire;
  wire.fate = (packet) => fate({ ...packet, bytes: swapWords(packet.bytes) });
}

/** Two words of the payload, which the checksum does not tell apart. */
function swapWords(packet: Uint8Array): Uint8Array {
  if (packet.length < 500) return packet;
  const bytes = packet.slice();
  bytes.set(packet.subarray(400, 402), 402);
  bytes.set(packet.subarray(402, 404), 400);
  return bytes;
}
