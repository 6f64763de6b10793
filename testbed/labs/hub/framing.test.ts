import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../../src/base/property-runs.conformance.ts';
import { never } from '../../../src/base/time.ts';
import { frameMessage, MessageReader } from './framing.ts';

test('what JSON would lose arrives: infinity, undefined, bytes', (t) => {
  const message = {
    rateBps: never,
    trace: undefined,
    address: '\0\u2001',
    bytes: Uint8Array.of(1),
  };
  const heard: unknown[] = [];
  new MessageReader((one) => heard.push(one)).push(frameMessage(message));
  t.deepEqual(heard, [message]);
});

test('messages are whole however the stream is cut', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 6 }), fc.integer({ min: 1, max: 40 }), cut),
      propertyRuns(200),
    ),
  );
});

function cut(messages: readonly unknown[], pieceBytes: number): boolean {
  const stream = messages.flatMap((message) => [...frameMessage(message)]);
  const heard: unknown[] = [];
  const reader = new MessageReader((one) => heard.push(one));
  for (let at = 0; at < stream.length; at += pieceBytes) {
    reader.push(Uint8Array.from(stream.slice(at, at + pieceBytes)));
  }
  return JSON.stringify(heard) === JSON.stringify(messages);
}
