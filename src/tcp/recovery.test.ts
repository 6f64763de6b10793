import test from 'ava';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import { foldChecksum, sumWords } from '../wire/checksum.ts';
import { tcpFlag } from '../wire/tcp.ts';
import type { CongestionKind } from './congestion/controller.ts';
import {
  connectPair,
  patternOf,
  readAll,
  run,
  sendAll,
  type TestPacket,
  type TestPair,
} from './testing-wire.ts';

const ipBytes = 20;

function isData(pair: TestPair, { from, bytes }: TestPacket): boolean {
  return from === pair.wire.sides[0] && bytes.length > 100;
}

function flagsOf({ bytes }: TestPacket): number {
  return bytes[ipBytes + 13]!;
}

function transfer(pair: TestPair, bytes: number, forNs: number): Uint8Array {
  const { wire, client } = pair;
  const [a, b] = wire.sides;
  const read = readAll(wire, b);
  sendAll(wire, a, patternOf(bytes), client);
  run(wire, wire.nowNs + forNs);
  return Buffer.concat(read);
}

/** RFC 3168: a router says that its queue grows. */
function markCongested(packet: TestPacket): TestPacket {
  const bytes = packet.bytes.slice();
  if ((bytes[1]! & 3) === 2) bytes[1] = 3;
  return { ...packet, bytes };
}

test('a lost tail is repaired by a probe, before the retransmission timer', (t) => {
  const pair = connectPair();
  let dropped = 0;
  pair.wire.fate = (packet) => {
    const isTail = isData(pair, packet) && (flagsOf(packet) & tcpFlag.fin) !== 0;
    return isTail && dropped++ === 0 ? [] : [packet];
  };
  const read = transfer(pair, 50_000, nsPerSecond);
  t.is(read.length, 50_000);
  t.is(pair.client.counts.timeouts, 0);
  t.true(pair.client.counts.segmentsRetransmitted >= 1);
});

test('a hole in the middle is filled without a timer, and nothing else is sent twice', (t) => {
  const pair = connectPair();
  let seen = 0;
  pair.wire.fate = (packet) =>
    isData(pair, packet) && ++seen % 20 === 0 && seen < 130 ? [] : [packet];
  const read = transfer(pair, 400_000, 5 * nsPerSecond);
  const { counts } = pair.client;
  t.is(read.length, 400_000);
  t.is(counts.timeouts, 0);
  t.is(counts.segmentsRetransmitted, 6);
});

test('without SACK holes are filled one a round trip (RFC 6582)', (t) => {
  const pair = connectPair({}, { usesSack: false });
  let seen = 0;
  pair.wire.fate = (packet) => (isData(pair, packet) && [20, 22].includes(++seen) ? [] : [packet]);
  const read = transfer(pair, 200_000, 5 * nsPerSecond);
  t.is(read.length, 200_000);
  t.is(pair.client.counts.timeouts, 0);
  t.is(pair.client.counts.segmentsRetransmitted, 2);
});

for (const usesTimestamps of [true, false]) {
  const word = usesTimestamps ? 'is found out and undone' : 'is believed where no timestamp tells';
  test(`a timeout because the path slept ${word} (RFC 3522)`, (t) => {
    const pair = connectPair({}, { usesTimestamps, congestion: 'new-reno', usesSack: false });
    const { wire, client } = pair;
    const sleepsFromNs = wire.nowNs + 150 * nsPerMs;
    const wakesNs = sleepsFromNs + 800 * nsPerMs;
    wire.fate = (packet) => {
      const isAsleep = packet.atNs > sleepsFromNs && packet.atNs < wakesNs;
      return [isAsleep ? { ...packet, atNs: wakesNs } : packet];
    };
    const read = transfer(pair, 2_000_000, 10 * nsPerSecond);
    t.is(read.length, 2_000_000);
    t.true(client.counts.timeouts > 0);
    t.is(client.counts.spuriousRecoveries, usesTimestamps ? 1 : 0);
  });
}

test('an ECN mark makes the window smaller, is answered with CWR, and nothing is sent again', (t) => {
  const pair = connectPair({}, { ecn: 'request', congestion: 'new-reno' });
  let seen = 0;
  pair.wire.fate = (packet) => {
    return [isData(pair, packet) && ++seen === 50 ? markCongested(packet) : packet];
  };
  const read = transfer(pair, 300_000, 5 * nsPerSecond);
  t.is(read.length, 300_000);
  const { client, wire } = pair;
  t.true(client.options.hasEcn);
  t.is(client.counts.segmentsRetransmitted, 0);
  t.true(client.congestion.ssthreshBytes < 200_000);
  const answered = wire.seen.filter(
    (packet) => isData(pair, packet) && (flagsOf(packet) & tcpFlag.cwr) !== 0,
  );
  t.is(answered.length, 1);
});

test('who does not ask for ECN sends nothing that may be marked', (t) => {
  const pair = connectPair({}, { ecn: 'off' });
  transfer(pair, 100_000, nsPerSecond);
  t.true(pair.wire.seen.every(({ bytes }) => (bytes[1]! & 3) === 0));
});

const bottleneckBps = 10_000_000;
const queueBytes = 62_500;

for (const congestion of ['new-reno', 'cubic', 'rate-based'] as const satisfies CongestionKind[]) {
  test(`${congestion} fills a pipe of 10 Mbit/s with a queue of its own size, and repeats only what was lost`, (t) => {
    const pair = connectPair({ delayNs: 25 * nsPerMs }, { congestion });
    const { wire, client } = pair;
    let freeNs = 0;
    let lost = 0;
    wire.fate = (packet) => {
      if (packet.from !== wire.sides[0]) return [packet];
      const waitsBytes = (Math.max(0, freeNs - wire.nowNs) * bottleneckBps) / 8e9;
      if (waitsBytes + packet.bytes.length > queueBytes) {
        lost++;
        return [];
      }
      freeNs = Math.max(freeNs, wire.nowNs) + (packet.bytes.length * 8e9) / bottleneckBps;
      return [{ ...packet, atNs: freeNs + wire.delayNs }];
    };
    const read = transfer(pair, 12_000_000, 10 * nsPerSecond);
    const possible = (10 * bottleneckBps * 1_448) / 1_500 / 8;
    t.true(read.length > 0.93 * Math.min(possible, 12_000_000), `${read.length} of ${possible}`);
    t.is(client.counts.timeouts, 0);
    t.true(client.counts.segmentsRetransmitted <= lost + 2);
    t.true(client.counts.bytesSent <= 1.02 * read.length + queueBytes * 2);
  });
}

test('a corrupted segment is as good as lost', (t) => {
  const pair = connectPair();
  let seen = 0;
  pair.wire.fate = (packet) => {
    if (!isData(pair, packet) || ++seen !== 5) return [packet];
    const bytes = packet.bytes.slice();
    bytes[700]! ^= 1;
    t.not(foldChecksum(sumWords(bytes, ipBytes, bytes.length)), 0);
    return [{ ...packet, bytes }];
  };
  const read = transfer(pair, 50_000, nsPerSecond);
  t.is(Buffer.compare(read, patternOf(50_000)), 0);
  t.is(pair.client.counts.segmentsRetransmitted, 1);
});
