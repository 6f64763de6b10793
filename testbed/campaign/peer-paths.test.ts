/** System 8: what a direct path may suffer, and how long an application hears nothing of it. */
import test from 'ava';
import { nsPerMs, nsPerSecond } from '../../src/base/time.ts';
import { type PeersDrawn, type PeersRun, runPeers, told } from './testing-peers.ts';

/** D = 40 ms, one way to the relay 25 ms, if nothing else is drawn. */
const directRttMs = 40;
/** Packets of a stream that comes each millisecond, and the pause between probes of a path in use. */
const burstMs = 15;

const eachMs = (count: number, from = 'alice') => {
  const [to, address] = from === 'alice' ? ['bob', '10.77.0.2'] : ['alice', '10.77.0.1'];
  return `load: { run: stream, from: ${from}, to: ${to}, address: ${address}, rate: 1600 kbit/s, payload: 200 B, count: ${count} }`;
};

function fieldsOf(run: PeersRun, ...names: string[]): number[] {
  return names.map((name) => {
    const metric = run.metrics[`load.${name}`];
    return metric?.kind === 'value' ? metric.value : Number.NaN;
  });
}

function longestGapMs(run: PeersRun): number {
  const arrivals = run.records.filter(({ kind }) => kind === 'datagram.received');
  const gaps = arrivals.slice(1).map(({ tNs }, at) => (tNs - arrivals[at]!.tNs) / nsPerMs);
  return Math.max(...gaps);
}

const reboot = 'boot: { at: 1 s, node: left, do: reboot }';

test('a box that reboots and keeps ports costs less than a round trip, and the path stays', async (t) => {
  const run = await runPeers({ traffic: eachMs(3_000), events: reboot });
  t.true(longestGapMs(run) <= directRttMs + burstMs, String(longestGapMs(run)));
  t.is(told(run, 'alice', 'path.dead').length, 0);
  t.deepEqual(fieldsOf(run, 'lost', 'doubled'), [0, 0]);
});

test('a box that reboots while all comes from outside is opened again by a probe: a burst and a round trip', async (t) => {
  const run = await runPeers({ traffic: eachMs(3_000, 'bob'), events: reboot });
  t.true(longestGapMs(run) <= directRttMs + burstMs, String(longestGapMs(run)));
  t.is(told(run, 'bob', 'path.dead').length, 0);
  const [lost, doubled] = fieldsOf(run, 'lost', 'doubled');
  // One comes each millisecond, and the box lets in none before the next word from inside.
  t.true(lost! <= burstMs, String(lost));
  t.is(doubled, 0);
});

/** Behind a box that draws ports, seen by one that lets in whom it does not know. */
const moved: PeersDrawn = { left: '{ preset: cgnat, ports: random }', right: 'full-cone' };

test('a box that gives another port after its reboot: the other follows within a round trip and a burst', async (t) => {
  const run = await runPeers({ ...moved, traffic: eachMs(3_000), events: reboot });
  t.true(longestGapMs(run) <= directRttMs + burstMs, String(longestGapMs(run)));
  t.is(told(run, 'bob', 'path.replaced').length, 1);
  t.is(told(run, 'bob', 'path.dead').length, 0);
  t.deepEqual(fieldsOf(run, 'lost', 'doubled', 'reordered'), [0, 0, 0]);
});

test('what went to the old port meanwhile goes again to the new one', async (t) => {
  const asks =
    'ask: { run: request-response, from: alice, to: bob, address: 10.77.0.2, count: 400, payload: 100 B, interval: 5 ms, timeout: 3 s }';
  const run = await runPeers({ ...moved, traffic: asks, events: reboot });
  t.like(run.metrics['ask.answered'], { value: 400 });
});

test('where the other lets nobody in whom it does not know, the relay takes over: max(3 D, 100 ms)', async (t) => {
  const run = await runPeers({
    ...{ left: '{ preset: port-restricted, ports: random }', right: 'port-restricted' },
    ...{ traffic: eachMs(3_000), events: reboot },
  });
  t.true(longestGapMs(run) <= Math.max(3 * directRttMs, 100), String(longestGapMs(run)));
  t.deepEqual(fieldsOf(run, 'lost', 'doubled'), [0, 0]);
  t.is(told(run, 'alice', 'punch.established').length, 2);
});

const roaming = `
nodes:
  alice: { kind: terminal }
  home: { kind: nat, inside: [wifi], nat: home-router }
  carrier: { kind: nat, inside: [lte], nat: cgnat }
  internet: { kind: router }
  right: { kind: nat, inside: [lan-b], nat: home-router }
  bob: { kind: terminal }
  relay: { kind: relay, addresses: 2 }
links:
  wifi: { between: [alice, home], delay: 2 ms }
  lte: { between: [alice, carrier], delay: 15 ms }
  dsl: { between: [home, internet], delay: 8 ms }
  mobile: { between: [carrier, internet], delay: 5 ms }
  lan-b: { between: [bob, right], delay: 1 ms }
  wan-b: { between: [right, internet], delay: 9 ms }
  core: { between: [internet, relay], delay: 15 ms }`;

test('on a new link the first packet is with the other one relay round trip and one way later, and none is lost', async (t) => {
  const run = await runPeers({
    ...{ topology: roaming, traffic: eachMs(3_000) },
    events: 'leaves: { at: 1 s, link: wifi, do: down }',
  });
  const [left] = told(run, 'alice', 'peer.moved');
  const next = run.records.find(
    ({ kind, tNs }) => kind === 'datagram.received' && tNs > left!.tNs + 30 * nsPerMs,
  );
  // 35 ms to the relay by LTE, there and back, and 35 + 25 ms from there on.
  const bound = 2 * 35 + 35 + 25 + 1;
  t.true((next!.tNs - left!.tNs) / nsPerMs <= bound, String((next!.tNs - left!.tNs) / nsPerMs));
  t.is(fieldsOf(run, 'lost')[0], 0);
  t.is(told(run, 'alice', 'punch.established').length, 2);
});

/** Nothing is left for a second; then there is LTE, 35 ms from the relay, where each asks first who its neighbour is. */
test('who had no link at all is on the relay one round trip after one is up', async (t) => {
  const run = await runPeers({
    ...{ topology: roaming, traffic: eachMs(4_000) },
    events: `none: { at: 0 s, link: lte, do: down }
  leaves: { at: 1 s, link: wifi, do: down }
  comes: { at: 2 s, link: lte, do: up }`,
  });
  const upNs = told(run, 'alice', 'peer.moved').at(-1)!.tNs;
  const next = run.records.find(({ kind, tNs }) => kind === 'datagram.received' && tNs > upNs)!;
  const neighboursMs = 2 * (15 + 5);
  const bound = neighboursMs + 2 * 35 + 35 + 25 + 1;
  t.true((next.tNs - upNs) / nsPerMs <= bound, String((next.tNs - upNs) / nsPerMs));
  t.true(told(run, 'alice', 'punch.established').at(-1)!.tNs > upNs);
});

test('an idle path is there when it is needed, after it was lost a few times while nobody used it', async (t) => {
  const run = await runPeers(idle(60));
  const dead = told(run, 'alice', 'path.dead').length;
  t.true(dead <= 5, String(dead));
  t.is(told(run, 'alice', 'punch.established').length, 1 + dead);
  t.is(run.records.filter(({ kind }) => kind === 'response.received').length, 3);
});

/** Three questions in ten minutes, between boxes that forget after so many seconds. */
function idle(leftSeconds: number, rightSeconds = leftSeconds): PeersDrawn {
  const box = (seconds: number) => `{ preset: port-restricted, timers: { udp: ${seconds} s } }`;
  return {
    ...{ left: box(leftSeconds), right: box(rightSeconds), limitSeconds: 1_000 },
    traffic:
      'ask: { run: request-response, from: alice, to: bob, address: 10.77.0.2, count: 3, payload: 100 B, interval: 300 s, timeout: 3 s }',
  };
}

/** Only a probe from the other side shows whether a box has forgotten us. */
test('the silence after which an idle path still stands is found, and is that of the less patient box', async (t) => {
  const run = await runPeers(idle(70, 600));
  const silences = told(run, 'bob', 'path.outlived').map(
    ({ silenceNs }) => Number(silenceNs) / nsPerSecond,
  );
  const longest = Math.max(...silences);
  t.true(longest >= 40 && longest <= 70, silences.join(' '));
});
