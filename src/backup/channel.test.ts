import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { wrapSequence } from '../tcp/sequence.ts';
import {
  advanceChannel,
  type Channel,
  type ChannelSink,
  createChannel,
  isFull,
  type Part,
  receiveAcknowledgement,
  receivePart,
  sendMessage,
} from './channel.ts';

const options = { windowMessages: 4, queueMessages: 8, partBytes: 3, resendNs: 1_000 };

/** A channel whose parts wait for the test to carry them. */
function sender(firstNumber = 0) {
  const parts: Part[] = [];
  const stored: number[] = [];
  const sink: ChannelSink = {
    part: (part) => void parts.push({ ...part, body: part.body.slice() }),
    stored: (token) => void stored.push(token),
    message() {},
  };
  return { channel: createChannel({ ...options, firstNumber }), parts, stored, sink };
}

function receiver(firstNumber = 0) {
  const messages: string[] = [];
  const sink: ChannelSink = {
    part() {},
    stored() {},
    message: (bytes) => void messages.push(Buffer.from(bytes).toString()),
  };
  return { channel: createChannel({ ...options, firstNumber }), messages, sink };
}

function take(channel: Channel, parts: readonly Part[], sink: ChannelSink): void {
  for (const part of parts) receivePart(channel, 0, part, sink);
}

test('system 3.2: a window of messages is outstanding, and never more', (t) => {
  const { channel, parts, sink, stored } = sender();
  for (let n = 0; n < 10; n++) sendMessage(channel, 0, Buffer.from(`${n}`), sink);
  t.is(parts.length, options.windowMessages);
  receiveAcknowledgement(channel, 0, 1, sink);
  t.deepEqual(stored, [1]);
  t.is(parts.length, options.windowMessages + 1);
});

test('system 3.2: with a window a row of messages takes fewer round trips than one by one', (t) => {
  const roundTrips = (windowMessages: number) => {
    const { parts, sink } = sender();
    const channel = createChannel({ ...options, windowMessages });
    for (let n = 0; n < 8; n++) sendMessage(channel, 0, Buffer.from('x'), sink);
    let trips = 0;
    for (; channel.outstanding.length > 0; trips++) {
      receiveAcknowledgement(channel, 0, parts.at(-1)!.number + 1, sink);
    }
    return trips;
  };
  t.is(roundTrips(1), 8);
  t.is(roundTrips(4), 2);
});

test('a message of several parts is stored when the last of them is acknowledged', (t) => {
  const { channel, parts, sink, stored } = sender();
  const far = receiver();
  sendMessage(channel, 0, Buffer.from('abcdefgh'), sink);
  t.deepEqual(
    parts.map(({ body, isLast }) => `${Buffer.from(body)} ${isLast}`),
    ['abc false', 'def false', 'gh true'],
  );
  receiveAcknowledgement(channel, 0, 2, sink);
  t.deepEqual(stored, []);
  take(far.channel, parts, far.sink);
  t.deepEqual(far.messages, ['abcdefgh']);
  receiveAcknowledgement(channel, 0, far.channel.expected, sink);
  t.deepEqual(stored, [1]);
});

test('a message longer than the queue of the link arrives, a burst of it after the other', (t) => {
  const queueParts = 20;
  const near = sender();
  const far = receiver();
  const text = 'what a board tells of a connection in the middle of a transfer '.repeat(20);
  sendMessage(near.channel, 0, Buffer.from(text), near.sink);
  let nowNs = 0;
  for (let burst = 0; near.stored.length === 0 && burst < 200; burst++) {
    const carried = near.parts.splice(0).slice(0, queueParts);
    take(far.channel, carried, far.sink);
    const before = near.channel.acknowledged;
    nowNs += 100 + carried.length * 10;
    receiveAcknowledgement(near.channel, nowNs, far.channel.expected, near.sink);
    if (near.channel.acknowledged > before) continue;
    nowNs += options.resendNs;
    advanceChannel(near.channel, nowNs, near.sink);
  }
  t.deepEqual(far.messages, [text]);
  // Bursts of the window's size that grew too far are cut by the queue, and no more than that is sent again.
  t.true(near.channel.sentBytes < 2 * text.length, String(near.channel.sentBytes));
});

test('what waits for the window is counted, and a full channel says so', (t) => {
  const { channel, sink } = sender();
  for (let n = 0; n < options.windowMessages + options.queueMessages - 1; n++) {
    sendMessage(channel, 0, Buffer.from('x'), sink);
  }
  t.false(isFull(channel));
  sendMessage(channel, 0, Buffer.from('x'), sink);
  t.true(isFull(channel));
});

/** When it sends, in the first `toNs`, while nothing comes back. */
function sendingsNs(channel: Channel, parts: Part[], sink: ChannelSink, toNs: number): number[] {
  const atNs: number[] = [];
  while (channel.deadlineNs <= toNs) {
    const nowNs = channel.deadlineNs;
    parts.length = 0;
    advanceChannel(channel, nowNs, sink);
    if (parts.length > 0) atNs.push(nowNs);
  }
  return atNs;
}

test('while nothing comes back it is sent again after twice the time each time, and after eight times at most', (t) => {
  const { channel, parts, sink } = sender();
  sendMessage(channel, 0, Buffer.from('x'), sink);
  t.deepEqual(
    sendingsNs(channel, parts, sink, 32_000),
    [1_000, 3_000, 7_000, 15_000, 23_000, 31_000],
  );
  receiveAcknowledgement(channel, 32_000, 1, sink);
  sendMessage(channel, 32_000, Buffer.from('y'), sink);
  // The trip may have taken all of the time since it was first sent: twice that is waited for.
  t.deepEqual(sendingsNs(channel, parts, sink, 100_000), [96_000]);
  receiveAcknowledgement(channel, 96_200, 2, sink);
  sendMessage(channel, 100_000, Buffer.from('z'), sink);
  receiveAcknowledgement(channel, 100_200, 3, sink);
  sendMessage(channel, 110_000, Buffer.from('z'), sink);
  t.deepEqual(sendingsNs(channel, parts, sink, 114_000), [111_000, 113_000]);
});

test('between boards that are further apart than its patience only the first message is sent more than once', (t) => {
  const tripNs = 40 * options.resendNs;
  const { channel, parts, sink } = sender();
  const sentBytes = Array.from({ length: 5 }, (_, n) => {
    const before = channel.sentBytes;
    const beginsNs = 2 * n * tripNs;
    sendMessage(channel, beginsNs, Buffer.from('abc'), sink);
    sendingsNs(channel, parts, sink, beginsNs + tripNs - 1);
    receiveAcknowledgement(channel, beginsNs + tripNs, n + 1, sink);
    return channel.sentBytes - before;
  });
  // At 0, 1, 3, 7, 15, 23, 31 and 39 times its patience; what is sent again every time is sent 40 times.
  t.deepEqual(sentBytes, [8 * 3, 3, 3, 3, 3]);
});

test('an acknowledgement of what was never sent says nothing', (t) => {
  const { channel, sink, stored } = sender();
  sendMessage(channel, 0, Buffer.from('x'), sink);
  receiveAcknowledgement(channel, 0, 17, sink);
  t.deepEqual(stored, []);
});

test('whatever parts and acknowledgements are lost, messages arrive in order, once, across the wrap', (t) => {
  const texts = fc.array(fc.string({ maxLength: 9 }), { minLength: 1, maxLength: 20 });
  const losses = fc.infiniteStream(fc.nat(3));
  const first = fc.constantFrom(0, 0xffff_fff0, 0xffff_fffe);
  const property = fc.property(texts, losses, first, (sent, loss, firstNumber) => {
    const near = sender(firstNumber);
    const far = receiver(firstNumber);
    const isLost = () => loss.next().value === 0;
    for (const text of sent) sendMessage(near.channel, 0, Buffer.from(text), near.sink);
    let nowNs = 0;
    for (let round = 0; near.channel.outstanding.length > 0 && round < 2_000; round++) {
      const carried = near.parts.splice(0).filter(() => !isLost());
      take(far.channel, carried, far.sink);
      const { expected } = far.channel;
      if (!isLost()) receiveAcknowledgement(near.channel, nowNs, wrapSequence(expected), near.sink);
      nowNs += options.resendNs;
      advanceChannel(near.channel, nowNs, near.sink);
    }
    t.deepEqual(
      far.messages,
      sent.map((text) => Buffer.from(text).toString()),
    );
    t.is(near.stored.length, sent.length);
  });
  fc.assert(property, { ...propertyRuns(200), seed: 1 });
});
