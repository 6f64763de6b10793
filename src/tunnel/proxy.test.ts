/** What a proxy does for those who know its key, and what strangers get. */
import test from 'ava';
import fc from 'fast-check';
import { seedRandom } from '../base/random.ts';
import { nsPerSecond } from '../base/time.ts';
import { createFakeTime, drive, scheduleAt } from '../host/fake-time.ts';
import type { Host } from '../host/host.ts';
import type { AcceptStream, StreamEnd, StreamEvents } from '../host/stream.ts';
import { parseTunnel, tunnelBytes } from '../wire/tunnel.ts';
import { bytesOfMessage, sealRequest, sessionKeyOf, tunnelKeyOf } from './credentials.ts';
import { TunnelProxy } from './proxy.ts';
import { endpoint, StubStream } from './testing-application.ts';

const key = tunnelKeyOf('lab');
const web = endpoint('198.51.100.80', 443);
const hello = { kind: 'hello', nonce: new Uint8Array(16).fill(7) } as const;

/** A proxy, the streams that callers open to it, and those that it opens. */
function createProxy() {
  const time = createFakeTime();
  const refused: unknown[] = [];
  const far: StubStream[] = [];
  const accepts: AcceptStream[] = [];
  const host = {
    node: 'gateway',
    random: seedRandom(1, 'proxy'),
    clock: {
      nowNs: () => time.nowNs,
      after: (delayNs: number, callback: () => void) =>
        scheduleAt(time, time.nowNs + delayNs, callback),
    },
    records: {
      record: (kind: string, fields: { reason?: string }) => {
        if (kind === 'tunnel.refused') refused.push(fields.reason);
      },
    },
    lifecycle: { ready: () => undefined },
    listenStream: (_options: object, accept: AcceptStream) => {
      accepts.push(accept);
      return { local: web, close: () => undefined };
    },
    openStream: ({ to }: { to: typeof web }, events: StreamEvents) => {
      const stream = new StubStream(to, events);
      far.push(stream);
      return stream;
    },
  } as unknown as Host;
  new TunnelProxy(host, { port: 7_443, key, transport: 'tcp', networks: [] });
  const call = (): StubStream => {
    const events: { current?: StreamEvents } = {};
    const stream = new StubStream(web, {
      received: (bytes) => events.current!.received(bytes),
      closed: (reason: StreamEnd) => events.current?.closed?.(reason),
      ended: () => events.current!.ended?.(),
      drained: () => events.current!.drained?.(),
    });
    events.current = accepts[0]!(stream);
    return stream;
  };
  return { time, refused, far, call };
}

/** A session of somebody who knows the key. */
function enter(proxy: ReturnType<typeof createProxy>) {
  const stream = proxy.call();
  stream.events.received(bytesOfMessage(hello));
  const welcome = parseTunnel(stream.content, 0, tunnelBytes.welcome);
  if (!('kind' in welcome) || welcome.kind !== 'welcome') throw new Error('no welcome');
  const { session } = welcome;
  return { session, sessionKey: sessionKeyOf(key, hello, welcome) };
}

test('who knows the key is joined to where he asks for, once that stands', (t) => {
  const proxy = createProxy();
  const { session, sessionKey } = enter(proxy);
  const stream = proxy.call();
  stream.events.received(sealRequest(sessionKey, { session, counter: 0, destination: web }));
  const [far] = proxy.far;
  t.deepEqual(far!.remote, web);
  t.is(stream.content.length, 0, 'no word before the far side has one');
  far!.events.connected?.();
  t.deepEqual(parseTunnel(stream.content, 0, 4), { kind: 'verdict', verdict: 'connected' });
  stream.events.received(Buffer.from('question'));
  far!.events.received(Buffer.from('answer'));
  t.is(far!.content.toString(), 'question');
  t.is(stream.content.subarray(4).toString(), 'answer');
});

for (const verdict of ['refused', 'unreachable', 'timed-out', 'reset'] as const) {
  test(`that the far side is ${verdict} is passed on in words`, (t) => {
    const proxy = createProxy();
    const { session, sessionKey } = enter(proxy);
    const stream = proxy.call();
    stream.events.received(sealRequest(sessionKey, { session, counter: 0, destination: web }));
    proxy.far[0]!.events.closed?.(verdict);
    t.deepEqual(parseTunnel(stream.content, 0, 4), { kind: 'verdict', verdict });
    t.deepEqual(stream.told, ['end']);
  });
}

test('a caller who leaves before the far side stands takes it along', (t) => {
  const proxy = createProxy();
  const { session, sessionKey } = enter(proxy);
  const stream = proxy.call();
  stream.events.received(sealRequest(sessionKey, { session, counter: 0, destination: web }));
  stream.events.closed?.('reset');
  t.deepEqual(proxy.far[0]!.told, ['abort']);
});

test('a stranger gets a reset, and no far side is opened for him', (t) => {
  const proxy = createProxy();
  const { session, sessionKey } = enter(proxy);
  const request = { session, counter: 5, destination: web };
  const good = sealRequest(sessionKey, request);
  const wrong: readonly (readonly [string, Uint8Array])[] = [
    ['malformed', Buffer.from('GET / HTTP/1.1\r\n')],
    ['malformed', bytesOfMessage({ kind: 'verdict', verdict: 'connected' })],
    ['malformed', Buffer.concat([good, Buffer.from('early')])],
    ['forged', sealRequest(tunnelKeyOf('another'), request)],
    ['forged', good.with(21, good[21]! ^ 1)],
    ['unknown-session', sealRequest(sessionKey, { ...request, session: session + 1 })],
  ];
  for (const [, bytes] of wrong) {
    const stream = proxy.call();
    stream.events.received(bytes);
    t.deepEqual(stream.told, ['abort']);
    t.is(stream.content.length, 0);
  }
  t.deepEqual(
    proxy.refused,
    wrong.map(([reason]) => reason),
  );
  t.is(proxy.far.length, 0);
});

test('a request counts once, whoever sends it again', (t) => {
  const proxy = createProxy();
  const { session, sessionKey } = enter(proxy);
  const request = sealRequest(sessionKey, { session, counter: 0, destination: web });
  proxy.call().events.received(request);
  const again = proxy.call();
  again.events.received(request);
  t.deepEqual(again.told, ['abort']);
  t.deepEqual(proxy.refused, ['replayed']);
  t.is(proxy.far.length, 1);
});

test('who says nothing is hung up on after two seconds', (t) => {
  const proxy = createProxy();
  const stream = proxy.call();
  drive(proxy.time, 1.9 * nsPerSecond);
  t.deepEqual(stream.told, []);
  drive(proxy.time, 0.2 * nsPerSecond);
  t.deepEqual(stream.told, ['abort']);
});

test('strangers are few at a time, and do not stop those who are known', (t) => {
  const proxy = createProxy();
  const { session, sessionKey } = enter(proxy);
  proxy.call().events.received(sealRequest(sessionKey, { session, counter: 0, destination: web }));
  const strangers = Array.from({ length: 1_000 }, () => proxy.call());
  t.true(strangers.filter(({ told }) => told.length === 0).length <= 256);
  for (const stranger of strangers.slice(0, 200)) stranger.events.received(bytesOfMessage(hello));
  drive(proxy.time, 3 * nsPerSecond);
  const stream = proxy.call();
  stream.events.received(sealRequest(sessionKey, { session, counter: 1, destination: web }));
  t.is(proxy.far.length, 2, 'a session that was used is not pushed out by hellos');
});

test('whatever a stranger writes, in whatever pieces, opens nothing', (t) => {
  const property = fc.property(
    fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 4 }),
    fc.constantFrom(0, 1, 2, 3, 4, 5),
    (pieces, kind) => {
      const proxy = createProxy();
      const stream = proxy.call();
      stream.events.received(Uint8Array.of(0x52, kind));
      for (const piece of pieces) if (stream.told.length === 0) stream.events.received(piece);
      return proxy.far.length === 0;
    },
  );
  t.notThrows(() => fc.assert(property, { seed: 1, numRuns: 300 }));
});
