/**
 * Messages between the boards over a raw link: in order, each once, a window of them outstanding. A message
 * is cut into parts that fit a frame, as many on the way as the link takes; it counts as stored once all of
 * its parts were acknowledged.
 */
import { never, nsPerMs } from '../base/time.ts';
import { unwrapSequence, wrapSequence } from '../tcp/sequence.ts';
import {
  createPartWindow,
  noteFull,
  notePartSent,
  notePartsAcknowledged,
  notePartsLost,
  type PartWindow,
  resendAfterNs,
} from './part-window.ts';

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

export interface Part {
  readonly number: number;
  /** Of its message. */
  readonly isLast: boolean;
  /** It is to be acknowledged at once: nothing follows. */
  readonly isAsking: boolean;
  readonly body: Uint8Array;
}

export interface ChannelSink {
  part(part: Part): void;
  /** The other board has all of the message with this token. */
  stored(token: number): void;
  /** One message of the other board, whole. */
  message(bytes: Uint8Array): void;
}

interface OutgoingMessage {
  readonly token: number;
  readonly bytes: Uint8Array;
  /** Somebody waits for it to be stored. */
  readonly isAwaited: boolean;
  /** Numbers of its parts, once it was sent. */
  first: number;
  end: number;
}

export interface Channel {
  readonly options: ChannelOptions;
  readonly window: PartWindow;
  deadlineNs: number;
  /** One past the last part of what is outstanding; the next part to be sent; all before were acknowledged. */
  nextNumber: number;
  sentTo: number;
  acknowledged: number;
  nextToken: number;
  readonly waiting: OutgoingMessage[];
  readonly outstanding: OutgoingMessage[];
  /** The next number of the other board's, and what came of its next message. */
  expected: number;
  arrived: Uint8Array[];
  isAckOwed: boolean;
  /** What nobody waits for is acknowledged with the next frame, and by then at the latest. */
  ackAtNs: number;
  /** Bytes of messages that went out, for the first time and again. */
  sentBytes: number;
  sentMessages: number;
  sentParts: number;
}

export function createChannel(options: ChannelOptions): Channel {
  const first = options.firstNumber ?? 0;
  return {
    options,
    window: createPartWindow(first),
    deadlineNs: never,
    nextNumber: first,
    sentTo: first,
    acknowledged: first,
    nextToken: 1,
    waiting: [],
    outstanding: [],
    expected: first,
    arrived: [],
    isAckOwed: false,
    ackAtNs: never,
    sentBytes: 0,
    sentMessages: 0,
    sentParts: 0,
  };
}

/** Returns the token by which `stored` will speak of it. */
export function sendMessage(
  channel: Channel,
  nowNs: number,
  bytes: Uint8Array,
  sink: ChannelSink,
): number {
  const token = queueMessage(channel, bytes);
  sendQueued(channel, nowNs, sink);
  return token;
}

/** It goes with the next `sendQueued`. */
export function queueMessage(channel: Channel, bytes: Uint8Array, isAwaited = true): number {
  const token = channel.nextToken++;
  channel.waiting.push({ token, bytes, isAwaited, first: 0, end: 0 });
  return token;
}

export function isFull({ waiting, options }: Channel): boolean {
  return waiting.length >= options.queueMessages;
}

/** What the windows take now. */
export function sendQueued(channel: Channel, nowNs: number, sink: ChannelSink): void {
  const { waiting, outstanding, options } = channel;
  while (waiting.length > 0 && outstanding.length < options.windowMessages) {
    const message = waiting.shift()!;
    message.first = channel.nextNumber;
    message.end = message.first + Math.max(1, Math.ceil(message.bytes.length / options.partBytes));
    channel.nextNumber = message.end;
    outstanding.push(message);
    channel.sentMessages++;
  }
  sendParts(channel, nowNs, sink);
  if (outstanding.length === 0) channel.deadlineNs = never;
  else if (channel.deadlineNs === never) channel.deadlineNs = nowNs + patienceNs(channel);
}

function patienceNs({ window, options }: Channel): number {
  return resendAfterNs(window, options.resendNs);
}

function sendParts(channel: Channel, nowNs: number, sink: ChannelSink): void {
  const { outstanding, window, acknowledged } = channel;
  const edge = acknowledged + window.parts;
  const end = Math.min(channel.nextNumber, edge);
  if (channel.sentTo >= end) return;
  const isFirst = end > window.sentFirstTo;
  const isTight = outstanding.length >= channel.options.windowMessages;
  let isAwaited = isTight || end === edge;
  for (const message of outstanding) {
    if (message.end > channel.sentTo && message.first < end) isAwaited ||= message.isAwaited;
    while (channel.sentTo < end && channel.sentTo < message.end) {
      const number = channel.sentTo++;
      sendPart(channel, nowNs, message, number, isAwaited && number === end - 1, sink);
    }
  }
  if (isFirst && end === edge && !window.wasFull) noteFull(window, nowNs, end - 1);
}

function sendPart(
  channel: Channel,
  nowNs: number,
  { bytes, first, end }: OutgoingMessage,
  number: number,
  isAsking: boolean,
  sink: ChannelSink,
): void {
  const { partBytes } = channel.options;
  const at = (number - first) * partBytes;
  const body = bytes.subarray(at, at + partBytes);
  channel.sentBytes += body.length;
  channel.sentParts++;
  notePartSent(channel.window, nowNs, number);
  sink.part({ number: wrapSequence(number), isLast: number === end - 1, isAsking, body });
}

/** The other board waits for this number. */
export function receiveAcknowledgement(
  channel: Channel,
  nowNs: number,
  wire: number,
  sink: ChannelSink,
): void {
  const { outstanding, window } = channel;
  const acknowledged = unwrapSequence(wire, channel.acknowledged);
  // A number that was never sent says nothing.
  if (acknowledged > channel.nextNumber || acknowledged <= channel.acknowledged) return;
  channel.acknowledged = acknowledged;
  channel.sentTo = Math.max(channel.sentTo, acknowledged);
  notePartsAcknowledged(window, nowNs, acknowledged);
  const kept = outstanding.findIndex(({ end }) => end > acknowledged);
  const stored = outstanding.splice(0, kept === -1 ? outstanding.length : kept);
  channel.deadlineNs = never;
  sendQueued(channel, nowNs, sink);
  for (const { token } of stored) sink.stored(token);
}

/** A long message is acknowledged in between, so that the window moves on. */
const partsAnAck = 8;
/** Sooner than it would be sent again. */
const laziestAckNs = 2 * nsPerMs;

export function noteAcknowledged(channel: Channel): void {
  channel.isAckOwed = false;
  channel.ackAtNs = never;
}

export function receivePart(
  channel: Channel,
  nowNs: number,
  { number: wire, isLast, isAsking, body }: Part,
  sink: ChannelSink,
): void {
  if (unwrapSequence(wire, channel.expected) !== channel.expected) {
    channel.isAckOwed = true;
    return;
  }
  channel.expected++;
  if (isAsking || channel.expected % partsAnAck === 0) channel.isAckOwed = true;
  channel.ackAtNs = Math.min(channel.ackAtNs, nowNs + laziestAckNs);
  channel.arrived.push(body);
  if (!isLast) return;
  const parts = channel.arrived;
  channel.arrived = [];
  sink.message(parts.length === 1 ? parts[0]! : joinBytes(parts));
}

/** Nothing was acknowledged for a while: all that was on the way goes again, ever less often. */
export function advanceChannel(channel: Channel, nowNs: number, sink: ChannelSink): void {
  if (nowNs >= channel.ackAtNs) channel.isAckOwed = true;
  if (nowNs < channel.deadlineNs) return;
  notePartsLost(channel.window);
  channel.sentTo = channel.acknowledged;
  channel.deadlineNs = nowNs + patienceNs(channel);
  sendParts(channel, nowNs, sink);
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
