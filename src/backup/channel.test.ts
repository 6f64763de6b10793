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
  receiveAcknowledgement,
  receivePart,
  sendMessage,
} from './channel.ts';

interface Part {
  readonly number: number;
  readonly isLast: boolean;
  readonly body: Uint8Array;
}

const options = { windowMessages: 4, queueMessages: 8, partBytes: 3, resendNs: 1_000 };

/** A channel whose parts wait for the test to carry them. */
function sender(firstNumber = 0) {
  const parts: Part[] = [];
  const stored: number[] = [];
  const sink: ChannelSink = {
    part: (number, isLast, body) => void parts.push({ number, isLast, body: body.slice() }),
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
  for (const { number, isLast, body } of parts) receivePart(channel, number, isLast, body, sink);
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

test('what waits for the window is counted, and a full channel says so', (t) => {
  const { channel, sink } = sender();
  for (let n = 0; n < options.windowMessages + options.queueMessages - 1; n++) {
    sendMessage(channel, 0, Buffer.from('x'), sink);
  }
  t.false(isFull(channel));
  sendMessage(channel, 0, Buffer.from('x'), sink);
  t.true(isFull(channel));
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
