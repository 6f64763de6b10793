import test from 'ava';
import { writeU16 } from '../base/bytes.ts';
import { nsPerSecond } from '../base/time.ts';
import { foldChecksum, sumWords } from '../wire/checksum.ts';
import { receivePacket } from './packet-input.ts';
import {
  clockOf,
  connectPair,
  patternOf,
  readAll,
  run,
  sendAll,
  type TestPair,
  type TestWire,
} from './testing-wire.ts';

const streamBytes = 3_000_000;

/** Packets longer than that vanish on the way from `a`. */
function narrow(wire: TestWire, mtuBytes: number, onTooLong: (packet: Uint8Array) => void): void {
  wire.fate = (packet) => {
    if (packet.from !== wire.sides[0] || packet.bytes.length <= mtuBytes) return [packet];
    onTooLong(packet.bytes);
    return [];
  };
}

function transfer({ wire, client }: TestPair, forNs: number): Uint8Array {
  const [a, b] = wire.sides;
  const read = readAll(wire, b);
  sendAll(wire, a, patternOf(streamBytes), client);
  run(wire, wire.nowNs + forNs);
  return Buffer.concat(read);
}

/** RFC 1191 4: what a router answers with, from its header to the quote. */
function fragmentationNeeded(packet: Uint8Array, mtuBytes: number): Uint8Array {
  const quote = packet.subarray(0, 28);
  const answer = new Uint8Array(28 + quote.length);
  answer[0] = 0x45;
  writeU16(answer, 2, answer.length);
  answer[9] = 1;
  answer.set(packet.subarray(12, 16), 16);
  answer.set([198, 51, 100, 1], 12);
  answer.set([3, 4], 20);
  writeU16(answer, 26, mtuBytes);
  answer.set(quote, 28);
  writeU16(answer, 22, foldChecksum(sumWords(answer, 20, answer.length)));
  return answer;
}

test('a router that says what fits is heeded at once, and the window stays', (t) => {
  const pair = connectPair();
  const { wire, client } = pair;
  const [a] = wire.sides;
  narrow(wire, 1_400, (packet) => {
    const answer = fragmentationNeeded(packet, 1_400);
    a.due.push(() => receivePacket(a.machine, clockOf(wire, a), answer, a.sink));
  });
  const read = transfer(pair, 5 * nsPerSecond);
  t.is(read.length, streamBytes);
  t.is(client.send.pathMtuBytes, 1_400);
  t.is(client.counts.timeouts, 0);
  t.deepEqual(
    a.records.filter(({ kind }) => kind === 'tcp.recovery'),
    [],
  );
});

test('where large segments vanish without a word, small ones go on and larger ones are tried', (t) => {
  const pair = connectPair();
  const { wire, client } = pair;
  narrow(wire, 1_400, () => {});
  const read = transfer(pair, 30 * nsPerSecond);
  t.is(read.length, streamBytes);
  t.true(client.send.pathMtuBytes > 1_400 - 16 && client.send.pathMtuBytes <= 1_400);
});

test('without probing they vanish for ever', (t) => {
  const pair = connectPair({}, { probesPathMtu: false });
  narrow(pair.wire, 1_400, () => {});
  t.is(transfer(pair, 30 * nsPerSecond).length, 0);
});

test('an ICMP error about a segment that is not in flight is not heeded', (t) => {
  const pair = connectPair();
  const { wire, client } = pair;
  const [a] = wire.sides;
  run(wire, wire.nowNs + nsPerSecond);
  const forged = fragmentationNeeded(wire.seen[0]!.bytes, 600);
  receivePacket(a.machine, wire.nowNs, forged, a.sink);
  t.is(client.send.pathMtuBytes, 1_500);
});
