import test from 'ava';
import type { FromUnit, NamedSocket, ToUnit } from './messages.ts';
import { createUnit, hearClient, loseClient, type UnitSink } from './unit.ts';
import { type Client, tableOf } from './unit-services.ts';

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
  const tokens = ['of the state', 'of the indication'];
  const drawToken = () => tokens.shift() ?? 'of another upgrade';
  const hear = (from: Client, message: ToUnit) => {
    hearClient(unit, from, message, sink, drawToken);
    return said.at(-1)!;
  };
  const lose = ({ id }: Client) => loseClient(unit, id, 0, sink);
  hear(source, { kind: 'register', service: 'counter', version: '1' });
  hear(source, { kind: 'opened', sockets: [named(0), named(1)] });
  hear(source, { kind: 'intend' });
  return { unit, hear, lose, said };
}

function named(socket: number): NamedSocket {
  return { socket, kind: 'connection', name: `peer ${socket}` };
}

const preparation = { kind: 'prepare', service: 'counter', token: 'of the state' } as const;
const token = 'of the indication';
const request = { kind: 'request', service: 'counter', token, version: '2' } as const;

test('a target has duplicates while the source serves; at the switch it gets those opened since', (t) => {
  const { hear } = intend();
  const prepared = hear(target, preparation);
  t.deepEqual([prepared.to, prepared.message.kind, prepared.beside], [2, 'prepared', [0, 1]]);
  hear(source, { kind: 'opened', sockets: [named(2)] });
  hear(source, { kind: 'stopped' });
  const { message, beside } = hear(target, request);
  t.deepEqual([message, beside], [{ kind: 'switched', sockets: [named(2)] }, [2]]);
});

test('what the source closes meanwhile, the target is told to close', (t) => {
  const { hear } = intend();
  hear(target, preparation);
  t.deepEqual(hear(source, { kind: 'closed', socket: 1 }), {
    ...{ to: 2, message: { kind: 'let-go', socket: 1 }, beside: [] },
  });
  hear(source, { kind: 'stopped' });
  const { message, beside } = hear(target, request);
  t.deepEqual([message, beside], [{ kind: 'switched', sockets: [] }, []]);
});

test('system 4.1: a request that overtakes the word of the source waits for it', (t) => {
  const { unit, hear, said } = intend();
  hear(target, preparation);
  const before = said.length;
  hear(target, request);
  t.deepEqual([said.length, tableOf(unit)[0]!.phase], [before, 'intending']);
  t.is(hear(source, { kind: 'stopped' }).message.kind, 'switched');
});

test('who asked too early and is gone gets nothing; the source has its sockets back', (t) => {
  const { unit, hear, lose } = intend();
  hear(target, preparation);
  hear(target, request);
  lose(target);
  hear(source, { kind: 'stopped' });
  t.is(tableOf(unit)[0]!.phase, 'stopped');
  const back = hear(source, { kind: 'give-back', reason: 'the target is gone' });
  t.deepEqual([back.message.kind, back.beside], ['given-back', [0, 1]]);
});

test('system 4.6: who had the state and no indication is refused', (t) => {
  const { hear } = intend();
  hear(target, preparation);
  const early = hear(target, { ...request, token: preparation.token });
  t.deepEqual(early.message, { kind: 'refused', reason: 'no-indication' });
  hear(source, { kind: 'stopped' });
  const late = hear(target, { ...request, token: preparation.token });
  t.deepEqual(late.message, { kind: 'refused', reason: 'no-indication' });
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

test('who asks while another waits for an upgrade is refused, and the other is told what came of it', (t) => {
  const { hear, said } = intend();
  hear(source, { kind: 'give-back', reason: 'not now' });
  const ask = { kind: 'ask-upgrade', service: 'counter', command: ['node'] } as const;
  t.deepEqual(hear(target, ask).message.kind, 'upgrade-asked');
  const second = hear(stranger, ask);
  t.deepEqual([second.to, second.message], [3, { kind: 'refused', reason: 'already-upgrading' }]);
  hear(source, { kind: 'intend' });
  hear(source, { kind: 'give-back', reason: 'not now' });
  t.true(said.some(({ to, message }) => to === 2 && message.kind === 'kept'));
});

test('system 4.2: the table keeps service and sockets, and names another process', (t) => {
  const { unit, hear } = intend();
  hear(stranger, { kind: 'register', service: 'other', version: '7' });
  const [before, other] = tableOf(unit);
  hear(source, { kind: 'stopped' });
  hear(target, request);
  hear(target, { kind: 'taken' });
  const moved = { ...before, pid: target.pid, version: '2', phase: 'serving' };
  t.deepEqual(tableOf(unit), [moved, other]);
});

const strangers: readonly ToUnit[] = [
  request,
  { ...request, token: 'guessed' },
  preparation,
  { kind: 'taken' },
  { kind: 'stopped' },
  { kind: 'give-back', reason: 'because' },
  { kind: 'closed', socket: 0 },
  { kind: 'intend' },
];

for (const message of strangers) {
  test(`system 4.6: a stranger’s ${JSON.stringify(message)} is refused, and changes no mapping`, (t) => {
    const { unit, hear } = intend();
    hear(source, { kind: 'give-back', reason: 'not now' });
    const before = tableOf(unit);
    const { to, message: answer } = hear(stranger, message);
    t.deepEqual([to, answer.kind], [3, 'refused']);
    t.deepEqual(tableOf(unit), before);
  });
}
