import { Duplex } from 'node:stream';
import test from 'ava';
import { anyIpv4 } from '../base/address.ts';
import type { Stream } from '../host/stream.ts';
import { StreamCarrier } from './stream-carrier.ts';

/** A stream that takes as much as it is told to, and notes what is asked of it. */
class NotedStream implements Stream {
  readonly local = { address: anyIpv4, port: 1 };
  readonly remote = { address: anyIpv4, port: 2 };
  readonly asked: string[] = [];
  written = '';
  room = Number.POSITIVE_INFINITY;

  write(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.room);
    this.room -= taken;
    this.written += Buffer.from(bytes.subarray(0, taken)).toString();
    return taken;
  }

  end = () => void this.asked.push('end');
  abort = () => void this.asked.push('abort');
  pause = () => void this.asked.push('pause');
  resume = () => void this.asked.push('resume');
  figures(): never {
    throw new Error('nobody asks');
  }
}

function carried(highWaterMark = 65_536) {
  const stream = new NotedStream();
  const duplex = new Duplex({
    highWaterMark,
    read: () => carrier.read(),
    write: (chunk, _, done) => carrier.write(chunk, done),
    final: (done) => carrier.final(done),
    destroy: (error, done) => {
      carrier.destroy(error !== null);
      done(error);
    },
  });
  const carrier = new StreamCarrier(duplex, { connected() {}, active() {}, closed() {} });
  carrier.attach(stream);
  return { stream, duplex, carrier };
}

const bytes = (text: string) => Buffer.from(text);
const ticks = () => new Promise(setImmediate);

test('what is written before the stream is connected goes once it is', async (t) => {
  const { stream, duplex, carrier } = carried();
  duplex.write('early');
  t.is(stream.written, '');
  carrier.connected();
  await ticks();
  t.is(stream.written, 'early');
});

test('a write that found too little room goes on when there is more, and is done only then', async (t) => {
  const { stream, duplex, carrier } = carried();
  carrier.connected();
  stream.room = 4;
  let isDone = false;
  duplex.write('0123456789', () => {
    isDone = true;
  });
  await ticks();
  t.is(stream.written, '0123');
  t.false(isDone);
  stream.room = 100;
  carrier.drained();
  await ticks();
  t.is(stream.written, '0123456789');
  t.true(isDone);
});

test('the end is said behind all that was written', async (t) => {
  const { stream, duplex, carrier } = carried();
  carrier.connected();
  stream.room = 1;
  duplex.end('all');
  await ticks();
  t.deepEqual(stream.asked, []);
  stream.room = 10;
  carrier.drained();
  await ticks();
  t.deepEqual([stream.written, stream.asked[0]], ['all', 'end']);
});

test('what came in one turn is told in order, and ticks run between', async (t) => {
  const { duplex, carrier } = carried();
  const heard: string[] = [];
  duplex.on('data', (chunk) => {
    heard.push(String(chunk));
    process.nextTick(() => heard.push('tick'));
  });
  duplex.on('end', () => heard.push('end'));
  await ticks();
  carrier.received(bytes('a'));
  carrier.received(bytes('b'));
  carrier.received(bytes('c'));
  carrier.ended();
  await ticks();
  await ticks();
  t.deepEqual(heard, ['a', 'tick', 'bc', 'tick', 'end']);
});

test('who does not read makes the stream pause, and reading lets it go on', async (t) => {
  const { stream, duplex, carrier } = carried(4);
  carrier.received(bytes('too much'));
  t.true(stream.asked.includes('pause'));
  const before = stream.asked.length;
  duplex.read();
  await ticks();
  t.true(stream.asked.slice(before).includes('resume'));
});

test('a Duplex that is destroyed ends its stream, one that failed resets it', async (t) => {
  for (const [error, asked] of [
    [undefined, 'end'],
    [new Error('failed'), 'abort'],
  ] as const) {
    const { stream, duplex, carrier } = carried();
    duplex.on('error', () => undefined);
    carrier.connected();
    duplex.destroy(error);
    await ticks();
    t.is(stream.asked[0], asked);
  }
});
