/** System 2.3: packets on a stream that keeps messages, as a capture and their reader see them. */
import test from 'ava';
import { readU16, writeU16 } from '../base/bytes.ts';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import type { StreamSettings } from '../host/stream.ts';
import { cable, connect, TestWorld } from './testing-multipath.ts';
import { mptcpIn, payloadAt } from './testing-segments.ts';

const asMessages = { multipath: { messages: true, scheduler: 'lowest-rtt' } } as const;

test('system 2.3: each packet has a mapping of its own, and no mapping has two', (t) => {
  const world = new TestWorld([cable(), cable({ delayNs: 20 * nsPerMs })]);
  const { stream } = connect(world, asMessages);
  world.runFor(nsPerSecond / 2);
  const lengths = new Map<number, number>();
  world.passes = ({ to, bytes }) => {
    for (const option of mptcpIn(bytes)) {
      if (to !== 1 || !('kind' in option) || option.kind !== 'dss') continue;
      const { mapping } = option;
      if (mapping !== undefined) lengths.set(mapping.dataSequence.low, mapping.length);
    }
    return true;
  };
  const sizes = [28, 1, 1_400, 1_401, 5_000, 65_535, 20, 60_000, 300];
  for (const size of sizes) t.is(stream.write(new Uint8Array(size)), size);
  world.runFor(5 * nsPerSecond);
  const inOrder = [...lengths].sort(([a], [b]) => (a - b) | 0);
  t.deepEqual(
    inOrder.map(([, length]) => length),
    sizes,
  );
});

const packetBytes = 500;
const packetCount = 400;
const nearDelayNs = 5 * nsPerMs;
/** What the near cable's own queue may take: it is full at first. */
const nearQueueNs = 20 * nsPerMs;

interface Trip {
  readonly leftNs: number;
  /** Undefined: it never came. */
  arrivedNs: number | undefined;
}

/** The near link's packets, while one of the far link's first is lost. */
function nearTrips(theirs: StreamSettings): readonly Trip[] {
  const cables = [cable({ delayNs: 100 * nsPerMs }), cable({ delayNs: nearDelayNs })];
  const world = new TestWorld(cables);
  const { stream, accepted } = connect(world, asMessages, { transport: 'mptcp', ...theirs });
  world.runFor(nsPerSecond);
  const left = [new Map<number, number>(), new Map<number, number>()] as const;
  let isLost = false;
  world.passes = ({ to, cable: index, bytes }) => {
    const at = payloadAt(bytes);
    if (to !== 1 || bytes.length - at !== packetBytes) return true;
    const number = readU16(bytes, at);
    if (!left[index]!.has(number)) left[index]!.set(number, world.nowNs);
    const wasLost = isLost;
    isLost ||= index === 0;
    return wasLost || !isLost;
  };
  for (let number = 0; number < packetCount; number++) {
    const packet = new Uint8Array(packetBytes);
    writeU16(packet, 0, number);
    stream.write(packet);
  }
  const arrived = new Map<number, number>();
  for (let step = 0; step < 3_000; step++) {
    world.runFor(nsPerMs);
    for (const number of numbersIn(accepted.messages, accepted.received)) {
      if (!arrived.has(number)) arrived.set(number, world.nowNs);
    }
  }
  return [...left[1]].flatMap(([number, leftNs]) =>
    left[0].has(number) ? [] : [{ leftNs, arrivedNs: arrived.get(number) }],
  );
}

/** Of whole packets, as messages or in the stream. */
function numbersIn(messages: readonly Uint8Array[], chunks: readonly Uint8Array[]): number[] {
  const stream = Buffer.concat(chunks);
  const whole = Math.floor(stream.length / packetBytes);
  const inStream = Array.from({ length: whole }, (_, at) => stream.readUInt16BE(at * packetBytes));
  return [...messages.map((message) => readU16(message, 0)), ...inStream];
}

function longestTripNs(trips: readonly Trip[]): number {
  const ofEach = trips.map(({ leftNs, arrivedNs }) => (arrivedNs ?? Infinity) - leftNs);
  return Math.max(...ofEach);
}

test('system 2.3: what a far link loses delays no packet of the near link', (t) => {
  const trips = nearTrips(asMessages);
  t.true(trips.length > 50, `${trips.length} packets went by the near link only`);
  const longestNs = longestTripNs(trips);
  t.true(longestNs <= nearDelayNs + nearQueueNs + nsPerMs, `${longestNs / nsPerMs} ms`);
});

test('system 2.3, control: a reader that waits for order waits for the far link', (t) => {
  const longestNs = longestTripNs(nearTrips({}));
  // Until what the far link lost has come after all, by whichever link.
  t.true(longestNs > nearDelayNs + nearQueueNs + 10 * nsPerMs, `${longestNs / nsPerMs} ms`);
});
