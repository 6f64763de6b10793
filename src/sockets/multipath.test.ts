/** Streams over MPTCP, as their users see them, between two nodes of ours. */
import test from 'ava';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import type { Stream } from '../host/stream.ts';
import type { MultipathStream } from './multipath-stream.ts';
import { cable, connect, TestWorld, type Watched } from './testing-multipath.ts';

const mebibyte = 1_048_576;

function pattern(count: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(count);
  let state = seed;
  for (let at = 0; at < count; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 16;
  }
  return bytes;
}

/** Writes all of it, as room comes. */
function pump(world: TestWorld, stream: Stream, bytes: Uint8Array, then: () => void = () => {}) {
  let at = 0;
  const go = () => {
    while (at < bytes.length) {
      const taken = stream.write(bytes.subarray(at, at + 65_536));
      at += taken;
      if (taken === 0) break;
    }
    if (at < bytes.length) world.after(nsPerMs, go);
    else then();
  };
  go();
}

/** A comparison that says which byte differs takes minutes. */
function isSame({ received }: Watched, bytes: Uint8Array): boolean {
  return Buffer.concat(received).equals(bytes);
}

test('two links: the stream is on both, and every byte arrives once and in order', (t) => {
  const world = new TestWorld([cable(), cable({ delayNs: 30 * nsPerMs })]);
  const { stream, opened, accepted, other } = connect(world);
  world.runFor(nsPerSecond / 2);
  t.true(opened.isConnected);
  t.is(stream.paths?.().length, 2);
  const bytes = pattern(4 * mebibyte);
  pump(world, stream, bytes, () => stream.end());
  world.runFor(10 * nsPerSecond, () => accepted.isEnded);
  t.true(accepted.isEnded);
  t.true(isSame(accepted, bytes));
  for (const { sentBytes } of stream.paths!()) t.true(sentBytes > mebibyte);
  other().end();
  world.runFor(nsPerSecond);
  t.is(opened.closed, 'finished');
  t.is(accepted.closed, 'finished');
});

test('both directions at once', (t) => {
  const world = new TestWorld([cable({ lossRatio: 0.005 }), cable({ delayNs: 25 * nsPerMs })]);
  const { stream, opened, accepted, other } = connect(world);
  world.runFor(nsPerSecond / 2);
  const there = pattern(2 * mebibyte, 3);
  const back = pattern(2 * mebibyte, 5);
  pump(world, stream, there, () => stream.end());
  pump(world, other(), back, () => other().end());
  world.runFor(
    20 * nsPerSecond,
    () => opened.closed !== undefined && accepted.closed !== undefined,
  );
  t.true(isSame(accepted, there));
  t.true(isSame(opened, back));
  t.is(opened.closed, 'finished');
  t.is(accepted.closed, 'finished');
});

test('to who speaks TCP only it is TCP: the stream works, on one link', (t) => {
  const world = new TestWorld([cable(), cable()]);
  const { stream, opened, accepted, other } = connect(world, {}, { transport: 'tcp' });
  world.runFor(nsPerSecond / 2);
  t.true(opened.isConnected);
  t.deepEqual(stream.paths?.(), []);
  const bytes = pattern(mebibyte);
  pump(world, stream, bytes, () => stream.end());
  pump(world, other(), bytes, () => other().end());
  world.runFor(10 * nsPerSecond, () => opened.closed !== undefined);
  t.true(isSame(accepted, bytes));
  t.true(isSame(opened, bytes));
  t.is(opened.closed, 'finished');
});

test('who is asked for MPTCP by TCP answers with TCP', (t) => {
  const world = new TestWorld([cable(), cable()]);
  const { stream, opened, accepted } = connect(world, { transport: 'tcp' }, { transport: 'mptcp' });
  world.runFor(nsPerSecond / 2);
  t.true(opened.isConnected);
  const bytes = pattern(mebibyte);
  pump(world, stream, bytes, () => stream.end());
  world.runFor(10 * nsPerSecond, () => accepted.isEnded);
  t.true(isSame(accepted, bytes));
});

/** In the middle of a transfer something happens to the nearer of two links; how long nothing came then. */
function gapAfterNs(happen: (world: TestWorld) => void): { gapNs: number; isWhole: boolean } {
  const world = new TestWorld([cable(), cable({ delayNs: 20 * nsPerMs })]);
  const { stream, accepted } = connect(world);
  world.runFor(nsPerSecond / 2);
  const bytes = pattern(8 * mebibyte);
  pump(world, stream, bytes, () => stream.end());
  world.runFor(nsPerSecond / 2);
  const lostAtNs = world.nowNs;
  happen(world);
  world.runFor(20 * nsPerSecond, () => accepted.isEnded);
  return { gapNs: largestGapNs(accepted.deliveries, lostAtNs), isWhole: isSame(accepted, bytes) };
}

test('a link that loses its carrier: the rest goes on within a round trip of the other', (t) => {
  const { gapNs, isWhole } = gapAfterNs((world) => world.setDown(0, true));
  t.true(isWhole);
  t.true(gapNs <= 60 * nsPerMs, `${gapNs / nsPerMs} ms`);
});

test('a link that goes silent: the rest goes on after two of its round trips', (t) => {
  const { gapNs, isWhole } = gapAfterNs((world) => {
    world.cables[0]!.isSilent = true;
  });
  t.true(isWhole);
  // 2 RTT_d + Q_d + OWD_s + Q_s + 50 ms, both queues 20 ms at 50 Mbit/s.
  t.true(gapNs <= (2 * 20 + 20 + 20 + 20 + 50) * nsPerMs, `${gapNs / nsPerMs} ms`);
});

test('without the watch on paths a silent link holds the stream up (control)', (t) => {
  const world = new TestWorld([cable(), cable({ delayNs: 20 * nsPerMs })]);
  const { stream, accepted } = connect(world);
  world.runFor(nsPerSecond / 2);
  Object.assign((stream as MultipathStream).connection.settings, { watchesPaths: false });
  const bytes = pattern(8 * mebibyte);
  pump(world, stream, bytes, () => stream.end());
  world.runFor(nsPerSecond / 2);
  const lostAtNs = world.nowNs;
  world.cables[0]!.isSilent = true;
  world.runFor(30 * nsPerSecond, () => accepted.isEnded);
  t.true(largestGapNs(accepted.deliveries, lostAtNs) > 200 * nsPerMs);
});

test('a message that is larger than the window of a reader of streams goes through it', (t) => {
  const world = new TestWorld([cable(), cable()]);
  const theirs = { transport: 'mptcp', receiveBufferBytes: 40_000 } as const;
  const { stream, accepted } = connect(world, { multipath: { messages: true } }, theirs);
  world.runFor(nsPerSecond / 2);
  const messages = [1, 60_000, 28, 65_535].map((size, at) => pattern(size, at + 1));
  for (const message of messages) t.is(stream.write(message), message.length);
  world.runFor(5 * nsPerSecond);
  t.true(isSame(accepted, Buffer.concat(messages)), `${accepted.receivedBytes}`);
});

test('losing every link and getting one back resumes the stream', (t) => {
  const world = new TestWorld([cable(), cable()]);
  const { stream, accepted } = connect(world);
  world.runFor(nsPerSecond / 2);
  const bytes = pattern(8 * mebibyte);
  pump(world, stream, bytes, () => stream.end());
  world.runFor(nsPerSecond / 4);
  world.setDown(0, true);
  world.setDown(1, true);
  world.runFor(3 * nsPerSecond);
  t.false(accepted.isEnded);
  world.setDown(1, false);
  world.runFor(20 * nsPerSecond, () => accepted.isEnded);
  t.true(isSame(accepted, bytes));
});

test('without any link for longer than was set it is given up', (t) => {
  const world = new TestWorld([cable(), cable()]);
  const { opened, accepted } = connect(world, { multipath: { resumeNs: 2 * nsPerSecond } });
  world.runFor(nsPerSecond / 2);
  world.setDown(0, true);
  world.setDown(1, true);
  world.runFor(3 * nsPerSecond);
  t.is(opened.closed, 'timed-out');
  t.is(accepted.closed, 'timed-out');
});

test('abort is at once: the other side hears of a reset', (t) => {
  const world = new TestWorld([cable(), cable()]);
  const { stream, opened, accepted } = connect(world);
  world.runFor(nsPerSecond / 2);
  stream.abort();
  world.runFor(nsPerSecond);
  t.is(opened.closed, 'aborted');
  t.is(accepted.closed, 'reset');
});

test('a link that stays silent is joined anew once it carries again', (t) => {
  const world = new TestWorld([cable(), cable()]);
  const { stream, accepted } = connect(world);
  world.runFor(nsPerSecond / 2);
  const bytes = pattern(4 * mebibyte);
  const ports = () => stream.paths!().map(({ local }) => local.port);
  const before = ports();
  world.cables[1]!.isSilent = true;
  let sent = 0;
  const trickle = () => {
    sent += stream.write(bytes.subarray(sent, sent + 20_000));
    if (sent < 3 * mebibyte) world.after(200 * nsPerMs, trickle);
  };
  trickle();
  world.runFor(30 * nsPerSecond);
  world.cables[1]!.isSilent = false;
  world.runFor(10 * nsPerSecond);
  t.is(accepted.receivedBytes, sent);
  t.is(stream.paths!().length, 2);
  t.not(ports()[1], before[1]);
});

test('a receiver that pauses holds the sender, and loses nothing', (t) => {
  const world = new TestWorld([cable(), cable()]);
  const buffers = { receiveBufferBytes: 65_536, sendBufferBytes: 65_536 };
  const { stream, accepted, other } = connect(world, buffers);
  world.runFor(nsPerSecond / 2);
  other().pause();
  const bytes = pattern(mebibyte);
  pump(world, stream, bytes, () => stream.end());
  world.runFor(2 * nsPerSecond);
  t.is(accepted.receivedBytes, 0);
  other().resume();
  world.runFor(20 * nsPerSecond, () => accepted.isEnded);
  t.true(isSame(accepted, bytes));
});

test('messages arrive whole and once, those of a near link before earlier ones of a far link', (t) => {
  const world = new TestWorld([cable({ delayNs: 100 * nsPerMs }), cable({ delayNs: 5 * nsPerMs })]);
  const { stream, accepted } = connect(world, {
    multipath: { messages: true, scheduler: 'lowest-rtt' },
  });
  world.runFor(nsPerSecond);
  const messages = Array.from({ length: 400 }, (_, index) => {
    const message = pattern(1 + ((index * 997) % 5_000), index + 1);
    message[0] = index & 255;
    return message;
  });
  for (const message of messages) t.is(stream.write(message), message.length);
  world.runFor(5 * nsPerSecond);
  t.is(accepted.messages.length, messages.length);
  const key = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  t.deepEqual(accepted.messages.map(key).sort(), messages.map(key).sort());
  t.notDeepEqual(accepted.messages.map(key), messages.map(key));
});

test('checksums are used where one side asks for them', (t) => {
  const world = new TestWorld([cable(), cable()]);
  const { stream, accepted } = connect(world, {}, { multipath: { checksum: true } });
  world.runFor(nsPerSecond / 2);
  const bytes = pattern(mebibyte);
  pump(world, stream, bytes, () => stream.end());
  world.runFor(10 * nsPerSecond, () => accepted.isEnded);
  t.true(isSame(accepted, bytes));
});

test('a backup carries nothing while another link is good', (t) => {
  const world = new TestWorld([cable(), cable()]);
  const { stream, accepted } = connect(world, { multipath: { backups: ['cable1'] } });
  world.runFor(nsPerSecond / 2);
  const bytes = pattern(4 * mebibyte);
  pump(world, stream, bytes, () => stream.end());
  world.runFor(nsPerSecond / 4);
  t.is(stream.paths!().find(({ isBackup }) => isBackup)!.sentBytes, 0);
  world.setDown(0, true);
  world.runFor(20 * nsPerSecond, () => accepted.isEnded);
  t.true(isSame(accepted, bytes));
});

test('a link that is made a backup while the stream runs carries no more, on either side (MP_PRIO)', (t) => {
  const world = new TestWorld([cable(), cable()]);
  const { stream, accepted, other } = connect(world);
  world.runFor(nsPerSecond / 2);
  stream.setBackup?.('cable1', true);
  world.runFor(nsPerSecond / 2);
  t.deepEqual(
    other()
      .paths?.()
      .map(({ isBackup }) => isBackup),
    [false, true],
  );
  const bytes = pattern(2 * mebibyte);
  pump(world, stream, bytes, () => stream.end());
  pump(world, other(), bytes, () => other().end());
  world.runFor(10 * nsPerSecond, () => accepted.isEnded);
  t.true(isSame(accepted, bytes));
  for (const end of [stream, other()]) {
    for (const { isBackup, sentBytes } of end.paths!()) t.is(sentBytes > 0, !isBackup);
  }
});

test('redundant: a link that goes silent is not noticed at all', (t) => {
  const world = new TestWorld([cable(), cable()]);
  const { stream, accepted } = connect(world, { multipath: { scheduler: 'redundant' } });
  world.runFor(nsPerSecond / 2);
  let sent = 0;
  const tick = () => {
    stream.write(new Uint8Array(200));
    if (++sent < 300) world.after(10 * nsPerMs, tick);
  };
  tick();
  world.runFor(nsPerSecond);
  const lostAtNs = world.nowNs;
  world.cables[0]!.isSilent = true;
  world.runFor(2 * nsPerSecond + nsPerSecond / 2);
  t.is(accepted.receivedBytes, 300 * 200);
  t.true(largestGapNs(accepted.deliveries, lostAtNs) <= 11 * nsPerMs);
});

function largestGapNs(deliveries: readonly { readonly atNs: number }[], fromNs: number): number {
  let largest = 0;
  for (let at = 1; at < deliveries.length; at++) {
    if (deliveries[at]!.atNs < fromNs) continue;
    largest = Math.max(largest, deliveries[at]!.atNs - deliveries[at - 1]!.atNs);
  }
  return largest;
}
