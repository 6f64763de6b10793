/** Streams change their process in the middle of traffic; the far end is a table that knows nothing of it. */
import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { drawBelow, drawUnit, type Random, seedRandom } from '../base/random.ts';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import type { Stream, StreamEvents } from '../host/stream.ts';
import { tcpFlag } from '../wire/tcp.ts';
import { cable, TestWorld, type Watched, watch } from './testing-multipath.ts';

const bytesEachWay = 400_000;
const flagsAt = 20 + 13;

function patternOf(seed: number): Uint8Array {
  return Uint8Array.from({ length: bytesEachWay }, (_, at) => (at * 31 + seed) ^ (at >>> 9));
}

/** Says a pattern, a piece whenever there is room, then the end; goes on where its predecessor was. */
class Speaker {
  readonly seen: Watched;
  readonly events: StreamEvents;
  readonly #bytes: Uint8Array;
  #at = 0;
  #stream: Stream | undefined;

  constructor(world: TestWorld, seed: number) {
    const { seen, events } = watch(world);
    this.seen = seen;
    this.#bytes = patternOf(seed);
    this.events = { ...events, connected: () => this.#go(), drained: () => this.#go() };
  }

  speakBy(stream: Stream): StreamEvents {
    this.#stream = stream;
    return this.events;
  }

  heardAll(seed: number): boolean {
    return Buffer.compare(Buffer.concat(this.seen.received), patternOf(seed)) === 0;
  }

  #go(): void {
    this.#at += this.#stream!.write(this.#bytes.subarray(this.#at));
    if (this.#at === this.#bytes.length) this.#stream!.end();
  }
}

interface Meeting {
  readonly world: TestWorld;
  readonly client: Speaker;
  readonly server: Speaker;
  readonly opened: Stream;
  resets: number;
}

function meet(lossRatio: number, seed: number): Meeting {
  const world = new TestWorld([cable({ delayNs: 10 * nsPerMs, lossRatio })], seed);
  const [left, right] = world.nodes;
  const client = new Speaker(world, 1);
  const server = new Speaker(world, 2);
  const small = { family: 4, port: 80, sendBufferBytes: 60_000 } as const;
  right.table.listen(small, (stream) => server.speakBy(stream), right);
  const to = { address: right.addressOn(0), port: 80 };
  const opened = left.table.open({ to, sendBufferBytes: 60_000 }, client.events, left);
  client.speakBy(opened);
  const meeting: Meeting = { world, client, server, opened, resets: 0 };
  // An end that is done may well reset what comes late.
  world.passes = ({ to, bytes }) => {
    const isOver = (to === 0 ? server : client).seen.closed !== undefined;
    if (!isOver && (bytes[flagsAt]! & tcpFlag.rst) !== 0) meeting.resets += 1;
    return true;
  };
  return meeting;
}

/** The right node's streams go to another table; for so long there is none, and what comes is kept or not. */
function replace({ world, server }: Meeting, holeNs: number, isKept: boolean): void {
  const right = world.nodes[1];
  const before = right.table;
  const bytes = before.carryOut();
  const kept: Uint8Array[] = [];
  if (isKept) before.receive = (packet) => void kept.push(packet.slice());
  world.after(holeNs, () => {
    const successor = {
      shiftNs: 0,
      adopt: (stream: Stream) => server.speakBy(stream),
      acceptAt: () => (stream: Stream) => server.speakBy(stream),
    };
    const objection = right.replaceTable().carryIn(bytes, successor, right);
    if (objection !== undefined) throw new Error(objection);
    for (const packet of kept) right.table.receive(packet);
  });
}

function isExact({ client, server, resets }: Meeting): boolean {
  const ends = [client.seen.closed, server.seen.closed];
  return (
    client.heardAll(2) &&
    server.heardAll(1) &&
    ends.every((end) => end === 'finished') &&
    resets === 0
  );
}

function replaceAtTimes(meeting: Meeting, random: Random, isKept: boolean): void {
  let atNs = 0;
  for (let count = 1 + drawBelow(random, 6); count > 0; count--) {
    atNs += drawUnit(random) * 200 * nsPerMs;
    const holeNs = drawUnit(random) * 100 * nsPerMs;
    meeting.world.after(atNs, () => replace(meeting, holeNs, isKept));
    atNs += holeNs;
  }
}

for (const isKept of [true, false]) {
  const what = isKept ? 'is kept' : 'is lost';
  test(`streams that change their process at any moment lose no byte, where what comes meanwhile ${what}`, (t) => {
    fc.assert(
      fc.property(fc.integer({ min: 0 }), fc.constantFrom(0, 0.01, 0.05), (seed, lossRatio) => {
        const meeting = meet(lossRatio, seed);
        replaceAtTimes(meeting, seedRandom(seed, 'replacing'), isKept);
        meeting.world.runFor(300 * nsPerSecond);
        return isExact(meeting);
      }),
      propertyRuns(60, 9),
    );
    t.pass();
  });
}

test('where what comes is kept, nothing is sent again', (t) => {
  const meeting = meet(0, 1);
  const { world, opened } = meeting;
  for (const atMs of [30, 60, 90, 120, 150]) {
    world.after(atMs * nsPerMs, () => replace(meeting, 3 * nsPerMs, true));
  }
  let retransmittedBytes = 0;
  world.after(500 * nsPerMs, () => {
    ({ retransmittedBytes } = opened.figures());
  });
  world.runFor(300 * nsPerSecond);
  t.true(isExact(meeting));
  t.is(retransmittedBytes, 0);
});

test('a listener goes along: who comes later is accepted by the next process', (t) => {
  const meeting = meet(0, 1);
  const { world } = meeting;
  world.runFor(100 * nsPerMs);
  replace(meeting, 0, true);
  world.runFor(nsPerMs);
  const [left, right] = world.nodes;
  const late = watch(world);
  left.table.open({ to: { address: right.addressOn(0), port: 80 } }, late.events, left);
  world.runFor(nsPerSecond);
  t.true(late.seen.isConnected);
});

test('control: without their state the next process resets them', (t) => {
  const meeting = meet(0, 1);
  const { world, client } = meeting;
  world.runFor(100 * nsPerMs);
  world.nodes[1].replaceTable();
  world.runFor(10 * nsPerSecond);
  t.is(client.seen.closed, 'reset');
});

test('a stream that was left behind is deaf, and says nothing more', (t) => {
  const meeting = meet(0, 1);
  const { world, server, client } = meeting;
  world.runFor(60 * nsPerMs);
  const [, right] = world.nodes;
  const heard = server.seen.receivedBytes;
  right.table.carryOut();
  let said = 0;
  world.passes = ({ to }) => {
    said += to === 0 ? 1 : 0;
    return true;
  };
  world.runFor(nsPerSecond);
  t.deepEqual([said, server.seen.receivedBytes], [0, heard]);
  t.is(client.seen.closed, undefined);
});

test('what is no table is refused with a word', (t) => {
  const world = new TestWorld([cable()]);
  const successor = {
    shiftNs: 0,
    adopt: () => ({ received() {} }),
    acceptAt: () => () => ({ received() {} }),
  };
  const [left] = world.nodes;
  t.regex(left.table.carryIn(new Uint8Array([1, 2]), successor, left)!, /these are no streams/);
});
