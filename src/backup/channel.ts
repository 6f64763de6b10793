/**
 * Messages between the boards over a raw link: in order, each once, a window of them outstanding. A message
 * is cut into parts that fit a frame; it counts as stored once all of its parts were acknowledged.
 */
import { never } from '../base/time.ts';
import { unwrapSequence, wrapSequence } from '../tcp/sequence.ts';

export interface ChannelOptions {
  /** So many messages may be unacknowledged. */
  readonly windowMessages: number;
  /** So many may wait for the window; `isFull` says so. */
  readonly queueMessages: number;
  readonly partBytes: number;
  readonly resendNs: number;
  /** For tests: where the numbers begin. */
  readonly firstNumber?: number;
}

export interface ChannelSink {
  part(number: number, isLast: boolean, body: Uint8Array): void;
  /** The other board has all of the message with this token. */
  stored(token: number): void;
  /** One message of the other board, whole. */
  message(bytes: Uint8Array): void;
}

interface OutgoingMessage {
  readonly token: number;
  readonly bytes: Uint8Array;
  /** Numbers of its parts, once it was sent. */
  first: number;
  end: number;
}

export interface Channel {
  readonly options: ChannelOptions;
  deadlineNs: number;
  nextNumber: number;
  nextToken: number;
  readonly waiting: OutgoingMessage[];
  readonly outstanding: OutgoingMessage[];
  /** The next number of the other board's, and what came of its next message. */
  expected: number;
  arrived: Uint8Array[];
  isAckOwed: boolean;
  /** Bytes of messages that went out, for the first time and again. */
  sentBytes: number;
  sentMessages: number;
  resentMessages: number;
}

export function createChannel(options: ChannelOptions): Channel {
  return {
    options,
    deadlineNs: never,
    nextNumber: options.firstNumber ?? 0,
    nextToken: 1,
    waiting: [],
    outstanding: [],
    expected: options.firstNumber ?? 0,
    arrived: [],
    isAckOwed: false,
    sentBytes: 0,
    sentMessages: 0,
    resentMessages: 0,
  };
}

/** Returns the token by which `stored` will speak of it. */
export function sendMessage(
  channel: Channel,
  nowNs: number,
  bytes: Uint8Array,
  sink: ChannelSink,
): number {
  const token = channel.nextToken++;
  channel.waiting.push({ token, bytes, first: 0, end: 0 });
  fillWindow(channel, nowNs, sink);
  return token;
}

export function isFull({ waiting, options }: Channel): boolean {
  return waiting.length >= options.queueMessages;
}

/** What the window takes now. */
function fillWindow(channel: Channel, nowNs: number, sink: ChannelSink): void {
  const { waiting, outstanding, options } = channel;
  while (waiting.length > 0 && outstanding.length < options.windowMessages) {
    const message = waiting.shift()!;
    message.first = channel.nextNumber;
    message.end = message.first + Math.max(1, Math.ceil(message.bytes.length / options.partBytes));
    channel.nextNumber = message.end;
    outstanding.push(message);
    channel.sentMessages++;
    sendParts(channel, message, sink);
  }
  if (outstanding.length === 0) channel.deadlineNs = never;
  else if (channel.deadlineNs === never) channel.deadlineNs = nowNs + options.resendNs;
}

function sendParts(channel: Channel, { bytes, first, end }: OutgoingMessage, sink: ChannelSink) {
  const { partBytes } = channel.options;
  channel.sentBytes += bytes.length;
  for (let number = first; number < end; number++) {
    const at = (number - first) * partBytes;
    sink.part(wrapSequence(number), number === end - 1, bytes.subarray(at, at + partBytes));
  }
}

/** The other board waits for this number. */
export function receiveAcknowledgement(
  channel: Channel,
  nowNs: number,
  wire: number,
  sink: ChannelSink,
): void {
  const { outstanding } = channel;
  const acknowledged = unwrapSequence(wire, outstanding[0]?.first ?? channel.nextNumber);
  // A number that was never sent says nothing.
  if (acknowledged > channel.nextNumber) return;
  let count = 0;
  while (count < outstanding.length && outstanding[count]!.end <= acknowledged) count++;
  if (count === 0) return;
  const stored = outstanding.splice(0, count);
  channel.deadlineNs = never;
  fillWindow(channel, nowNs, sink);
  for (const { token } of stored) sink.stored(token);
}

export function receivePart(
  channel: Channel,
  wire: number,
  isLast: boolean,
  body: Uint8Array,
  sink: ChannelSink,
): void {
  channel.isAckOwed = true;
  if (unwrapSequence(wire, channel.expected) !== channel.expected) return;
  channel.expected++;
  channel.arrived.push(body);
  if (!isLast) return;
  const parts = channel.arrived;
  channel.arrived = [];
  sink.message(parts.length === 1 ? parts[0]! : joinBytes(parts));
}

/** Nothing was acknowledged for a while: all that is outstanding goes again. */
export function advanceChannel(channel: Channel, nowNs: number, sink: ChannelSink): void {
  if (nowNs < channel.deadlineNs) return;
  channel.deadlineNs = nowNs + channel.options.resendNs;
  for (const message of channel.outstanding) {
    channel.resentMessages++;
    sendParts(channel, message, sink);
  }
}

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
