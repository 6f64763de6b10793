import test from 'ava';
import type { FromUnit, NamedSocket, ToUnit } from './messages.ts';
import { type Client, createUnit, hearClient, type UnitSink } from './unit.ts';

const source: Client = { id: 1, pid: 101 };
const target: Client = { id: 2, pid: 102 };
const stranger: Client = { id: 3, pid: 103 };

interface Said {
  readonly to: number;
  readonly message: FromUnit;
  /** Whose descriptors went beside it. */
  readonly beside: readonly number[];
}

/** A service of two connections, whose source intends to be upgraded. */
function intend() {
  const unit = createUnit();
  const said: Said[] = [];
  const sink: UnitSink = {
    say: (to, message, held = []) =>
      said.push({ to, message, beside: held.map(({ socket }) => socket) }),
    release() {},
    record() {},
  };
  const hear = (from: Client, message: ToUnit) => {
    hearClient(unit, from, message, sink, () => 'token');
    return said.at(-1)!;
  };
  hear(source, { kind: 'register', service: 'counter', version: '1' });
  hear(source, { kind: 'opened', sockets: [named(0), named(1)] });
  hear(source, { kind: 'intend' });
  return { hear, said };
}

function named(socket: number): NamedSocket {
  return { socket, kind: 'connection', name: `peer ${socket}` };
}

const preparation = { kind: 'prepare', service: 'counter', token: 'token' } as const;
const request = { kind: 'request', service: 'counter', token: 'token', version: '2' } as const;

test('a target has duplicates while the source serves; at the switch it gets those opened since', (t) => {
  const { hear } = intend();
  const prepared = hear(target, preparation);
  t.deepEqual([prepared.to, prepared.message.kind, prepared.beside], [2, 'prepared', [0, 1]]);
  hear(source, { kind: 'opened', sockets: [named(2)] });
  hear(source, { kind: 'stopped' });
  const { message, beside } = hear(target, request);
  t.like(message, { kind: 'switched', prepared: [0, 1] });
  t.is(message.kind === 'switched' && message.sockets.length, 3);
  t.deepEqual(beside, [2]);
});

test('what the source closes meanwhile, the target is told to close', (t) => {
  const { hear } = intend();
  hear(target, preparation);
  t.deepEqual(hear(source, { kind: 'closed', socket: 1 }), {
    ...{ to: 2, message: { kind: 'let-go', socket: 1 }, beside: [] },
  });
  hear(source, { kind: 'stopped' });
  const { message, beside } = hear(target, request);
  t.deepEqual([message.kind === 'switched' && message.sockets, beside], [[named(0)], []]);
});

test('who was not told the token gets no duplicate', (t) => {
  const { hear, said } = intend();
  const refused = hear(stranger, { ...preparation, token: 'guessed' });
  t.deepEqual([refused.to, refused.message], [3, { kind: 'refused', reason: 'no-indication' }]);
  const unknown = hear(stranger, { ...preparation, service: 'other' });
  t.deepEqual([unknown.to, unknown.message], [3, { kind: 'refused', reason: 'no-such-service' }]);
  t.true(said.every(({ to, beside }) => to !== 3 || beside.length === 0));
});

test('another than the prepared that shows the token gets every descriptor', (t) => {
  const { hear } = intend();
  hear(target, preparation);
  hear(source, { kind: 'stopped' });
  t.deepEqual(hear(stranger, request).beside, [0, 1]);
});
