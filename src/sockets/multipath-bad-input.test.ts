/** Forged joins, replays, mappings that lie, data that was changed, and options that make no sense. */
import test from 'ava';
import fc from 'fast-check';
import { bytesOf, hexOf, readU32, writeU16, writeU32 } from '../base/bytes.ts';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { drawBelow, drawChance, seedRandom } from '../base/random.ts';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import { parseMptcp } from '../wire/mptcp-parse.ts';
import { tcpChecksum, tcpFlag } from '../wire/tcp.ts';
import type { MultipathStream } from './multipath-stream.ts';
import { cable, connect, type TestPacket, TestWorld, type Watched } from './testing-multipath.ts';

const ipBytes = 20;
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

/** Where kind 30 begins in the packet, and ends. */
function optionsIn(bytes: Uint8Array): { at: number; end: number }[] {
  const found = [];
  const headerEnd = ipBytes + (bytes[ipBytes + 12]! >>> 4) * 4;
  for (let at = ipBytes + 20; at < headerEnd; ) {
    const kind = bytes[at]!;
    if (kind === 0) break;
    const length = kind === 1 ? 1 : Math.max(2, bytes[at + 1]!);
    if (kind === 30) found.push({ at, end: at + length });
    at += length;
  }
  return found;
}

function sign(bytes: Uint8Array): void {
  writeU16(bytes, ipBytes + 16, 0);
  writeU16(bytes, ipBytes + 16, tcpChecksum(bytes, 0, ipBytes, bytes.length));
}

function payloadAt(bytes: Uint8Array): number {
  return ipBytes + (bytes[ipBytes + 12]! >>> 4) * 4;
}

/** What was sent from now on, as far as it holds such an option. */
function tap(world: TestWorld, kind: string): TestPacket[] {
  const taken: TestPacket[] = [];
  const before = world.passes;
  world.passes = (packet) => {
    const kinds = optionsIn(packet.bytes).map(({ at, end }) => parseMptcp(packet.bytes, at, end));
    const isWanted = kinds.some((one) => 'kind' in one && one.kind === kind);
    if (isWanted) taken.push({ ...packet, bytes: packet.bytes.slice() });
    return before(packet);
  };
  return taken;
}

const isReset = ({ bytes }: TestPacket) => (bytes[ipBytes + 13]! & tcpFlag.rst) !== 0;

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
  t.is(answers.filter(isReset).length, 1);
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
  t.is(answers.filter(isReset).length, 1);
  t.is(server.subflows.length, before);
});

test('a mapping that contradicts one told before ends its subflow; no byte is wrong', (t) => {
  const world = new TestWorld([cable(), cable()]);
  const { stream, accepted } = connect(world);
  world.runFor(nsPerSecond / 2);
  let lies = 0;
  world.passes = (packet) => {
    const isData = packet.to === 1 && packet.cable === 1 && packet.bytes.length > 1_000;
    if (!isData || lies > 0) return true;
    lies++;
    const lie = packet.bytes.slice();
    const [option] = optionsIn(lie);
    // Of the mapping: a subflow number that lies inside the true one, and comes before it.
    const at = option!.at + 4 + 4 + 4;
    writeU32(lie, at, readU32(lie, at) + 700);
    sign(lie);
    world.after(nsPerMs, () => world.nodes[1].table.receive(lie));
    return true;
  };
  pour(world, stream);
  world.runFor(10 * nsPerSecond, () => accepted.isEnded);
  t.is(lies, 1);
  t.is(firstWrong(accepted), undefined);
  t.is(accepted.receivedBytes, total);
});

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
