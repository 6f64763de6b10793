/** Forged joins, replays, mappings that lie, data that was changed, and options that make no sense. */
import test from 'ava';
import fc from 'fast-check';
import { bytesOf, hexOf, readU32, writeU16, writeU32 } from '../base/bytes.ts';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { drawBelow, drawChance, seedRandom } from '../base/random.ts';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import { resetReason } from '../wire/mptcp.ts';
import { tcpChecksum, tcpFlag } from '../wire/tcp.ts';
import type { MultipathStream } from './multipath-stream.ts';
import { cable, connect, type TestPacket, TestWorld, type Watched } from './testing-multipath.ts';
import { ipBytes, mptcpIn, optionsIn, payloadAt } from './testing-segments.ts';

const total = 200_000;

function byteAt(at: number): number {
  return (Math.imul(at, 2_654_435_761) >>> 24) ^ (at & 255);
}

/** How many bytes came before the first wrong one; undefined: none was wrong. */
function firstWrong({ received }: Watched): number | undefined {
  let at = 0;
  for (const chunk of received) for (const byte of chunk) if (byte !== byteAt(at++)) return at - 1;
  return undefined;
}

function pour(world: TestWorld, stream: { write(bytes: Uint8Array): number; end(): void }): void {
  const bytes = Uint8Array.from({ length: total }, (_, at) => byteAt(at));
  let at = 0;
  const go = () => {
    at += stream.write(bytes.subarray(at, at + 20_000));
    if (at < total) world.after(2 * nsPerMs, go);
    else stream.end();
  };
  go();
}

function sign(bytes: Uint8Array): void {
  writeU16(bytes, ipBytes + 16, 0);
  writeU16(bytes, ipBytes + 16, tcpChecksum(bytes, 0, ipBytes, bytes.length));
}

/** What was sent from now on, as far as it holds such an option. */
function tap(world: TestWorld, kind: string): TestPacket[] {
  const taken: TestPacket[] = [];
  const before = world.passes;
  world.passes = (packet) => {
    const isWanted = mptcpIn(packet.bytes).some((one) => 'kind' in one && one.kind === kind);
    if (isWanted) taken.push({ ...packet, bytes: packet.bytes.slice() });
    return before(packet);
  };
  return taken;
}

const isReset = ({ bytes }: TestPacket) => (bytes[ipBytes + 13]! & tcpFlag.rst) !== 0;

/** What the resets among them say (RFC 8684 3.6). */
function reasonsIn(packets: readonly TestPacket[]): (number | undefined)[] {
  return packets.filter(isReset).map(({ bytes }) => {
    const told = mptcpIn(bytes).find((one) => 'kind' in one && one.kind === 'reset');
    return told !== undefined && 'reason' in told ? told.reason : undefined;
  });
}

/** A join's SYN as it was, from another port, so that it is a connection of its own. */
function asFrom(packet: TestPacket, port: number): Uint8Array {
  const bytes = packet.bytes.slice();
  writeU16(bytes, ipBytes, port);
  return bytes;
}

function joinedWorld() {
  const world = new TestWorld([cable(), cable()]);
  const syns = tap(world, 'join-syn');
  const pair = connect(world);
  world.runFor(nsPerSecond / 2);
  const server = (pair.other() as MultipathStream).connection;
  return { world, syns, server, ...pair };
}

test('a join with a token that nobody gave out is reset, and leaves nothing behind', (t) => {
  const { world, syns, server } = joinedWorld();
  const forged = asFrom(syns[0]!, 5_555);
  const [option] = optionsIn(forged);
  writeU32(forged, option!.at + 4, readU32(forged, option!.at + 4) ^ 1);
  sign(forged);
  const answers: TestPacket[] = [];
  world.passes = (packet) => answers.push(packet) > 0;
  world.nodes[1].table.receive(forged);
  t.is(answers.filter(isReset).length, 1);
  t.is(server.subflows.length, 2);
});

test('a join that does not know the keys is reset at its third packet; the stream goes on', (t) => {
  const { world, syns, server, stream, accepted } = joinedWorld();
  const forged = asFrom(syns[0]!, 5_555);
  sign(forged);
  const answers: TestPacket[] = [];
  world.passes = (packet) => answers.push(packet) > 0;
  world.nodes[1].table.receive(forged);
  const synAck = answers[0]!.bytes;
  t.is(synAck[ipBytes + 13]! & (tcpFlag.syn | tcpFlag.ack), tcpFlag.syn | tcpFlag.ack);
  const third = thirdAck(forged, synAck, bytesOf('00'.repeat(20)));
  world.nodes[1].table.receive(third);
  t.deepEqual(reasonsIn(answers), [resetReason.mptcpError]);
  t.is(server.subflows.length, 2);
  pour(world, stream);
  world.runFor(5 * nsPerSecond, () => accepted.isEnded);
  t.is(accepted.receivedBytes, total);
  t.is(firstWrong(accepted), undefined);
});

/** The ACK of a SYN-ACK with such an HMAC, its timestamp echoed. */
function thirdAck(syn: Uint8Array, synAck: Uint8Array, hmac: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(ipBytes + 20 + 12 + 24);
  bytes.set(syn.subarray(0, ipBytes + 20));
  writeU16(bytes, 2, bytes.length);
  writeU32(bytes, ipBytes + 4, readU32(syn, ipBytes + 4) + 1);
  writeU32(bytes, ipBytes + 8, readU32(synAck, ipBytes + 4) + 1);
  bytes[ipBytes + 12] = ((20 + 12 + 24) / 4) << 4;
  bytes[ipBytes + 13] = tcpFlag.ack;
  bytes.set(bytesOf(`0101080a${timestampOf(syn)}${timestampOf(synAck)}`), ipBytes + 20);
  bytes.set(bytesOf('1e181000'), ipBytes + 32);
  bytes.set(hmac, ipBytes + 36);
  sign(bytes);
  return bytes;
}

/** TSval, as our SYNs have it: behind MSS, SACK-permitted and two no-operations each. */
function timestampOf(syn: Uint8Array): string {
  const at = ipBytes + 20 + 4 + 4 + 4;
  return hexOf(syn.subarray(at, at + 4));
}

test('a join that is played again meets another nonce: its third packet is worth nothing', (t) => {
  const world = new TestWorld([cable(), cable()]);
  const syns = tap(world, 'join-syn');
  const thirds = tap(world, 'join-ack');
  const { other } = connect(world);
  world.runFor(nsPerSecond / 2);
  const server = (other() as MultipathStream).connection;
  const before = server.subflows.length;
  const syn = asFrom(syns[0]!, 5_556);
  sign(syn);
  const answers: TestPacket[] = [];
  world.passes = (packet) => answers.push(packet) > 0;
  world.nodes[1].table.receive(syn);
  const [option] = optionsIn(thirds[0]!.bytes);
  const hmac = thirds[0]!.bytes.slice(option!.at + 4, option!.end);
  world.nodes[1].table.receive(thirdAck(syn, answers[0]!.bytes, hmac));
  t.deepEqual(reasonsIn(answers), [resetReason.mptcpError]);
  t.is(server.subflows.length, before);
});

/** A second segment of the same bytes, with another mapping. */
interface Lie {
  readonly name: string;
  readonly spoil: (packet: Uint8Array, mappingAt: number) => void;
}

/** Of a mapping with numbers of 32 bits: data sequence, subflow sequence, length (RFC 8684 3.3.1). */
const inMapping = { data: 0, subflow: 4, length: 8 } as const;

const lies: readonly Lie[] = [
  {
    name: 'begins inside one told before',
    spoil: (packet, at) =>
      writeU32(packet, at + inMapping.subflow, readU32(packet, at + inMapping.subflow) + 700),
  },
  {
    name: 'reaches into one told before',
    spoil: (packet, at) => {
      writeU32(packet, at + inMapping.subflow, readU32(packet, at + inMapping.subflow) - 1);
      writeU16(packet, at + inMapping.length, 60_000);
    },
  },
  {
    name: 'says other data of the same bytes',
    spoil: (packet, at) =>
      writeU32(packet, at + inMapping.data, readU32(packet, at + inMapping.data) + 5_000),
  },
  {
    name: 'speaks of data farther off than any window',
    spoil: (packet, at) =>
      writeU32(
        packet,
        at + inMapping.data,
        (readU32(packet, at + inMapping.data) ^ (2 ** 31)) >>> 0,
      ),
  },
];

for (const { name, spoil } of lies) {
  test(`a mapping that ${name}: its subflow is reset, the stream goes on, no byte is wrong`, (t) => {
    const world = new TestWorld([cable(), cable()]);
    const { stream, accepted } = connect(world);
    world.runFor(nsPerSecond / 2);
    const answers: TestPacket[] = [];
    let mapped = 0;
    world.passes = (packet) => {
      if (packet.to === 0 && packet.cable === 1) answers.push(packet);
      const mappingAt = mappingIn(packet);
      if (packet.to !== 1 || packet.cable !== 1 || mappingAt === undefined) return true;
      mapped++;
      // The first is lost, so that the second's bytes wait and its mapping stands when the lie comes.
      if (mapped === 2) {
        const lie = packet.bytes.slice();
        spoil(lie, mappingAt);
        sign(lie);
        world.after(15 * nsPerMs, () => world.nodes[1].table.receive(lie));
      }
      return mapped !== 1;
    };
    pour(world, stream);
    world.runFor(10 * nsPerSecond, () => accepted.isEnded);
    t.true(mapped >= 2);
    t.is(firstWrong(accepted), undefined);
    t.is(accepted.receivedBytes, total);
    // What was on its way to that subflow is then answered by TCP alone.
    t.is(reasonsIn(answers)[0], resetReason.mptcpError);
  });
}

/** Where the mapping begins in a packet with numbers of 32 bits: behind 4 bytes of head and 4 of acknowledgment. */
function mappingIn({ bytes }: TestPacket): number | undefined {
  const options = mptcpIn(bytes);
  const index = options.findIndex(
    (one) => 'kind' in one && one.kind === 'dss' && one.mapping !== undefined,
  );
  return index < 0 ? undefined : optionsIn(bytes)[index]!.at + 8;
}

test('changed data on one of two subflows: the checksum shows it, that subflow ends, no byte is wrong', (t) => {
  const world = new TestWorld([cable(), cable()]);
  const fails = tap(world, 'fail');
  const { stream, accepted, other } = connect(world, { multipath: { checksum: true } });
  world.runFor(nsPerSecond / 2);
  const server = (other() as MultipathStream).connection;
  alterData(world, 1);
  pour(world, stream);
  world.runFor(20 * nsPerSecond, () => accepted.isEnded);
  t.is(firstWrong(accepted), undefined);
  t.is(accepted.receivedBytes, total);
  t.true(server.counts.checksumErrors > 0);
  t.true(fails.length > 0);
  t.true(fails.every(isReset), 'RFC 8684 3.7: MP_FAIL rides on the reset of its subflow');
});

test('changed data on the only subflow: plain TCP, as RFC 8684 3.7 has it', (t) => {
  const world = new TestWorld([cable()]);
  const { stream, accepted, other } = connect(world, { multipath: { checksum: true } });
  world.runFor(nsPerSecond / 2);
  alterData(world, 0);
  pour(world, stream);
  world.runFor(20 * nsPerSecond, () => accepted.isEnded);
  t.is(accepted.receivedBytes, total);
  t.is((other() as MultipathStream).connection.counts.checksumErrors, 1);
  t.deepEqual(stream.paths?.(), []);
});

/** A middlebox that rewrites payloads, once on this cable: a length that stays, a TCP checksum that is right. */
function alterData(world: TestWorld, index: number): void {
  const before = world.passes;
  let altered = 0;
  world.passes = (packet) => {
    if (packet.to === 1 && packet.cable === index && packet.bytes.length > 1_000 && altered++ < 1) {
      packet.bytes[payloadAt(packet.bytes) + 100]! ^= 0xff;
      sign(packet.bytes);
    }
    return before(packet);
  };
}

test('options that a middlebox takes away from the SYN, or later, leave plain TCP', (t) => {
  for (const fromSyn of [true, false]) {
    const world = new TestWorld([cable()]);
    world.passes = ({ bytes }) => {
      const isSyn = (bytes[ipBytes + 13]! & tcpFlag.syn) !== 0;
      if (fromSyn || !isSyn) blank(bytes);
      return true;
    };
    const { stream, opened, accepted } = connect(world);
    world.runFor(nsPerSecond / 2);
    t.true(opened.isConnected);
    pour(world, stream);
    world.runFor(20 * nsPerSecond, () => accepted.isEnded);
    t.deepEqual(stream.paths?.(), []);
    t.is(accepted.receivedBytes, total, `from the SYN: ${fromSyn}`);
    t.is(firstWrong(accepted), undefined);
  }
});

function blank(bytes: Uint8Array): void {
  for (const { at, end } of optionsIn(bytes)) bytes.fill(1, at, end);
  sign(bytes);
}

test('option soup: whatever stands in kind 30, nothing breaks and no byte is wrong', (t) => {
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), (seed) => {
      const random = seedRandom(seed, 'soup');
      const world = new TestWorld([cable(), cable({ delayNs: 20 * nsPerMs })], seed);
      const { stream, accepted } = connect(world, { multipath: { checksum: true } });
      world.runFor((drawBelow(random, 200) * nsPerSecond) / 1_000);
      world.passes = ({ bytes }) => {
        if (!drawChance(random, 0.02)) return true;
        for (const { at, end } of optionsIn(bytes)) {
          bytes[at + 2 + drawBelow(random, end - at - 2)] = drawBelow(random, 256);
        }
        sign(bytes);
        return true;
      };
      pour(world, stream);
      world.runFor(5 * nsPerSecond, () => accepted.isEnded);
      t.is(firstWrong(accepted), undefined, `seed ${seed}`);
    }),
    propertyRuns(60),
  );
});
