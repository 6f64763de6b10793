/** Stream sockets between two neighbours. */
import type { ExecutionContext } from 'ava';
import type { Family } from '../base/address.ts';
import { FaultError } from '../base/errors.ts';
import type { Host } from './host.ts';
import { addressOf, type ConformanceCase, expectSoon, type HostPair } from './pair.conformance.ts';
import type { Stream, StreamEnd, StreamListenOptions, StreamOptions } from './stream.ts';

const port = 7_000;

/** One end of a stream, with all that it was told, in order. */
class KeptStream {
  stream: Stream | undefined;
  readonly chunks: Uint8Array[] = [];
  readonly told: string[] = [];
  receivedBytes = 0;
  end: StreamEnd | undefined;

  readonly events = {
    connected: () => this.told.push('connected'),
    received: (bytes: Uint8Array) => {
      this.chunks.push(bytes.slice());
      this.receivedBytes += bytes.length;
    },
    drained: () => this.told.push('drained'),
    ended: () => this.told.push('ended'),
    closed: (reason: StreamEnd) => {
      this.told.push('closed');
      this.end = reason;
    },
  };

  get content(): Uint8Array {
    return Buffer.concat(this.chunks);
  }

  has(what: string): boolean {
    return this.told.includes(what);
  }
}

function openTo(host: Host, options: StreamOptions): KeptStream {
  const kept = new KeptStream();
  kept.stream = host.openStream(options, kept.events);
  return kept;
}

function accepting(host: Host, options: StreamListenOptions): KeptStream[] {
  const accepted: KeptStream[] = [];
  host.listenStream(options, (stream) => {
    const kept = new KeptStream();
    kept.stream = stream;
    accepted.push(kept);
    return kept.events;
  });
  return accepted;
}

/** A stream from left to right, connected at both ends. */
async function connect(
  t: ExecutionContext,
  pair: HostPair,
  family: Family = 4,
): Promise<readonly [left: KeptStream, right: KeptStream]> {
  const accepted = accepting(pair.right.host, { family, port });
  const left = openTo(pair.left.host, { to: { address: addressOf(pair.right, family), port } });
  const isThere = () => left.has('connected') && accepted.length === 1;
  await expectSoon(t, pair, isThere, 'both ends connected');
  return [left, accepted[0]!];
}

/** Writes all of it, as there is room. */
function pour({ stream, events }: KeptStream, content: Uint8Array): void {
  let at = 0;
  const more = () => {
    at += stream!.write(content.subarray(at));
  };
  const { drained } = events;
  events.drained = () => {
    more();
    return drained();
  };
  more();
}

function patternOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + (at >>> 8)) & 255);
}

const largeBytes = 3_000_000;

export const streamCases: readonly ConformanceCase[] = [
  ...([4, 6] as const).flatMap((family) => [connects(family), carriesAll(family)]),
  {
    title: 'listeners of both families share a port, and each gets its own',
    check: async (t, pair) => {
      const [four, six] = [
        accepting(pair.right.host, { family: 4, port }),
        accepting(pair.right.host, { family: 6, port }),
      ];
      const left = openTo(pair.left.host, { to: { address: addressOf(pair.right, 6), port } });
      await expectSoon(t, pair, () => left.has('connected') && six.length === 1, 'connected');
      t.is(four.length, 0);
    },
  },
  {
    title: 'a stream goes both ways at once',
    check: async (t, pair) => {
      const [left, right] = await connect(t, pair);
      const [there, back] = [patternOf(500_000), patternOf(400_000).reverse()];
      pour(left, there);
      pour(right, back);
      const isWhole = () =>
        right.receivedBytes >= there.length && left.receivedBytes >= back.length;
      await expectSoon(t, pair, isWhole, 'all bytes of both');
      t.deepEqual(right.content, Buffer.from(there));
      t.deepEqual(left.content, Buffer.from(back));
    },
  },
  {
    title: 'the end comes behind all bytes, and the other side may go on',
    check: async (t, pair) => {
      const [left, right] = await connect(t, pair);
      left.stream!.write(patternOf(1_000));
      left.stream!.end();
      await expectSoon(t, pair, () => right.has('ended'), 'the end of left');
      t.is(right.receivedBytes, 1_000);
      t.is(left.stream!.write(patternOf(1)), 0, 'nothing is taken behind the end');
      right.stream!.write(patternOf(2_000));
      right.stream!.end();
      await expectSoon(t, pair, () => left.has('closed') && right.has('closed'), 'both closed');
      t.is(left.receivedBytes, 2_000);
      t.deepEqual([left.end, right.end], ['finished', 'finished']);
      t.deepEqual(left.told, ['connected', 'ended', 'closed']);
    },
  },
  {
    title: 'a stream to where nobody listens is refused',
    check: async (t, pair) => {
      const left = openTo(pair.left.host, { to: { address: pair.right.ipv4, port } });
      await expectSoon(t, pair, () => left.has('closed'), 'the refusal');
      t.deepEqual([left.told, left.end], [['closed'], 'refused']);
    },
  },
  {
    title: 'an abort resets the other side, and is told on this one after the call',
    check: async (t, pair) => {
      const [left, right] = await connect(t, pair);
      left.stream!.abort();
      t.false(left.has('closed'));
      await expectSoon(t, pair, () => left.has('closed') && right.has('closed'), 'both closed');
      t.deepEqual([left.end, right.end], ['aborted', 'reset']);
    },
  },
  {
    title: 'who does not read slows the writer down, and loses nothing',
    check: async (t, pair) => {
      const [left, right] = await connect(t, pair);
      right.stream!.pause();
      // More than any buffers on both sides together.
      const content = patternOf(40_000_000);
      let at = 0;
      const before = left.events.drained;
      left.events.drained = () => {
        at += left.stream!.write(content.subarray(at));
        return before();
      };
      at += left.stream!.write(content);
      await expectSoon(t, pair, () => left.has('drained'), 'room for more');
      t.is(right.receivedBytes, 0);
      t.true(at < content.length, `all ${at} bytes were taken`);
      right.stream!.resume();
      await expectSoon(t, pair, () => right.receivedBytes === content.length, 'all bytes');
      t.is(Buffer.compare(right.content, content), 0);
    },
  },
  {
    title: 'a stream tells what it knows of its way',
    check: async (t, pair) => {
      const [left, right] = await connect(t, pair);
      pour(left, patternOf(100_000));
      await expectSoon(t, pair, () => right.receivedBytes === 100_000, 'the bytes');
      right.stream!.write(patternOf(1));
      // The SYN has a number too, and kernels count it.
      const isAll = () => left.stream!.figures().acknowledgedBytes >= 100_000;
      await expectSoon(t, pair, isAll, 'the acknowledgement');
      const figures = left.stream!.figures();
      t.true(figures.smoothedRttNs > 0 && figures.smoothedRttNs < 10_000_000_000);
      t.true(figures.congestionWindowBytes >= 1_000);
      // A kernel that is woken late may try its last segment twice.
      t.true(figures.retransmittedBytes < 100_000);
    },
  },
  {
    title: 'many streams to one port are apart',
    check: async (t, pair) => {
      const accepted = accepting(pair.right.host, { family: 4, port });
      const to = { address: pair.right.ipv4, port };
      const opened = Array.from({ length: 50 }, () => openTo(pair.left.host, { to }));
      await expectSoon(t, pair, () => opened.every((one) => one.has('connected')), 'all of them');
      for (const [index, one] of opened.entries()) one.stream!.write(Uint8Array.of(index));
      const isHeard = () =>
        accepted.length === 50 && accepted.every((one) => one.receivedBytes > 0);
      await expectSoon(t, pair, isHeard, 'a byte of each');
      const byPort = new Map(opened.map(({ stream }, index) => [stream!.local.port, index]));
      t.is(byPort.size, 50);
      for (const { stream, content } of accepted) {
        t.is(content[0], byPort.get(stream!.remote.port));
      }
    },
  },
  {
    title: 'a port that is listened on, or an address of another node, is a fault',
    check: async (t, pair) => {
      accepting(pair.right.host, { family: 4, port });
      const again = () => accepting(pair.right.host, { family: 4, port });
      t.is(t.throws(again, { instanceOf: FaultError })!.code, 'address-in-use');
      const foreign = { family: 4, port: port + 1, address: pair.left.ipv4 } as const;
      const elsewhere = () => accepting(pair.right.host, foreign);
      t.is(t.throws(elsewhere, { instanceOf: FaultError })!.code, 'not-our-address');
    },
  },
  {
    title: 'a listener that is closed refuses, and leaves its streams alone',
    check: async (t, pair) => {
      const accepted: KeptStream[] = [];
      const listener = pair.right.host.listenStream({ family: 4, port }, (stream) => {
        accepted.push(Object.assign(new KeptStream(), { stream }));
        return accepted[0]!.events;
      });
      const to = { address: pair.right.ipv4, port };
      const first = openTo(pair.left.host, { to });
      await expectSoon(t, pair, () => accepted.length === 1 && first.has('connected'), 'the first');
      listener.close();
      const second = openTo(pair.left.host, { to });
      await expectSoon(t, pair, () => second.has('closed'), 'the refusal');
      t.is(second.end, 'refused');
      first.stream!.write(patternOf(10));
      await expectSoon(t, pair, () => accepted[0]!.receivedBytes === 10, 'bytes of the first');
    },
  },
];

function connects(family: Family): ConformanceCase {
  return {
    title: `an IPv${family} stream connects, and both ends agree where they are`,
    check: async (t, pair) => {
      const [left, right] = await connect(t, pair, family);
      const here = addressOf(pair.left, family);
      t.is(left.stream!.local.address, here);
      t.deepEqual(right.stream!.remote, left.stream!.local);
      t.deepEqual(right.stream!.local, { address: addressOf(pair.right, family), port });
    },
  };
}

function carriesAll(family: Family): ConformanceCase {
  return {
    title: `an IPv${family} stream carries megabytes whole`,
    check: async (t, pair) => {
      const [left, right] = await connect(t, pair, family);
      const content = patternOf(largeBytes);
      pour(left, content);
      await expectSoon(t, pair, () => right.receivedBytes >= content.length, 'all bytes');
      t.is(Buffer.compare(right.content, content), 0);
    },
  };
}
