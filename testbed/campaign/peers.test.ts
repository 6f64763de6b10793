/** System 8: relay first, then direct; each sentence by its number, each with what happens without it. */
import test from 'ava';
import { nsPerMs, nsPerSecond } from '../../src/base/time.ts';
import type { SampleRun } from '../run/sample.ts';
import { meetingHomes } from './meeting-homes.ts';
import { boundMs, cellsOf, evenWays, presetKinds } from './punch-cells.ts';
import { counted, directAfterMs, type PeersDrawn, runPeers, told } from './testing-peers.ts';

/** a = b = 25 ms, D = 40 ms, if nothing else is drawn. */
const [oneWayMs, directRttMs] = [25, 40];
const relayRttMs = 4 * oneWayMs;
const cells = cellsOf(presetKinds);

/** 10 000 packets a second, unless another rate is given. */
const stream = (count: number, rate = '16 Mbit/s') =>
  `load: { run: stream, from: alice, to: bob, address: 10.77.0.2, rate: ${rate}, payload: 200 B, count: ${count} }`;
/** 1 000 packets a second each way, unless another rate is given. */
const bothWays = (count: number, rate = '1600 kbit/s') =>
  `up: { run: stream, from: alice, to: bob, address: 10.77.0.2, rate: ${rate}, payload: 200 B, count: ${count} }
  down: { run: stream, from: bob, to: alice, address: 10.77.0.1, rate: ${rate}, payload: 200 B, count: ${count} }`;
const questions = (count: number, timeout = '3 s') =>
  `ask: { run: request-response, from: alice, to: bob, address: 10.77.0.2, count: ${count}, payload: 100 B, interval: 30 ms, timeout: ${timeout} }`;

function value(run: Awaited<ReturnType<typeof runPeers>>, name: string): number {
  const metric = run.metrics[name];
  return metric?.kind === 'value' ? metric.value : Number.NaN;
}

/** When the application heard of the other for the first time, since its first packet. */
function firstAnswerMs(run: SampleRun): number {
  const sent = run.records.find(({ kind }) => kind === 'flow.opened')!;
  const opened = run.records.find(
    ({ kind, program }) => kind === 'relay.first-in' && program === 'alice',
  );
  return ((opened?.tNs ?? Number.NaN) - sent.tNs) / nsPerMs;
}

const kindsOf = (run: SampleRun, program: string) =>
  run.records.filter((record) => record['program'] === program).map(({ kind }) => kind);

test('system 8.0: the trace tells relay-in-use, punch-started, established, relay-stopped in that order', async (t) => {
  const run = await runPeers({});
  const wanted = ['relay.in-use', 'punch.started', 'punch.established', 'relay.stopped'];
  for (const program of ['alice', 'bob']) {
    t.deepEqual(
      kindsOf(run, program).filter((kind) => wanted.includes(kind)),
      wanted,
    );
  }
});

test('system 8.0: each packet is from the kernel, wrapped, and to the kernel again', async (t) => {
  const run = await runPeers({ peers: 'trace: true' });
  const at = (program: string, kind: string) => told(run, program, kind).length;
  t.is(at('alice', 'packet.from-kernel'), at('alice', 'packet.wrapped'));
  // The run ends with alice's last word on its way.
  t.true(at('alice', 'packet.wrapped') - at('bob', 'packet.to-kernel') <= 1);
  const ways = told(run, 'alice', 'packet.wrapped').map(({ by }) => by as string);
  t.is(ways[0], 'relay');
  t.is(ways.lastIndexOf('relay') + 1, ways.indexOf('direct'));
});

test('system 8.1: the first packet leaves over the relay at once, however late punching begins', async (t) => {
  const at = async (peers: string) =>
    firstAnswerMs(await runPeers({ peers, traffic: questions(200) }));
  const [soon, late] = [await at('punch-delay: 0 ms'), await at('punch-delay: 5 s')];
  t.is(soon, relayRttMs);
  t.is(late, soon);
});

test('system 8.1, control: who punches first and sends then waits for it', async (t) => {
  const run = await runPeers({ peers: 'use: punch-then-send' });
  t.is(told(run, 'bob', 'relay.first-in').length, 0);
  const asked = run.records.find(({ kind }) => kind === 'flow.opened')!.tNs;
  const heard = run.records.find(({ kind }) => kind === 'request.sent')!.tNs;
  t.true((heard - asked) / nsPerMs >= relayRttMs / 2 + 2 * directRttMs);
});

test('system 8.2: from the first probe until a path is established both go on sending by the relay', async (t) => {
  const run = await runPeers({
    ...{ topology: meetingHomes(), traffic: bothWays(1_000) },
    peers: 'punch-delay: 300 ms, trace: true',
  });
  for (const program of ['alice', 'bob']) {
    const [started, established] = ['punch.started', 'punch.established'].map(
      (kind) => told(run, program, kind)[0]!.tNs,
    );
    const between = told(run, program, 'packet.wrapped').filter(
      ({ tNs }) => tNs >= started! && tNs < established!,
    );
    // An echo takes a direct round trip at least, and a packet leaves each millisecond.
    t.true(between.length >= directRttMs, `${program} ${between.length}`);
    t.true(
      between.every(({ by }) => by === 'relay'),
      program,
    );
  }
});

test('system 8.2: after the switch the relay stands still, whichever way packets go', async (t) => {
  const drawn = { topology: meetingHomes(), peers: 'punch-delay: 300 ms' };
  const run = await runPeers({ ...drawn, traffic: bothWays(2_500, '4 Mbit/s') });
  const longer = await runPeers({ ...drawn, traffic: bothWays(5_000, '4 Mbit/s') });
  for (const program of ['alice', 'bob']) {
    t.true(counted(run, program, 'peer.counts', 'relayedOut') > 500, program);
    for (const field of ['relayedOut', 'relayedIn']) {
      const [short, long] = [run, longer].map((one) => counted(one, program, 'peer.counts', field));
      t.is(long, short, `${program} ${field}`);
    }
    const [short, long] = [run, longer].map((one) =>
      counted(one, program, 'peer.counts', 'directOut'),
    );
    t.is(long! - short!, 2_500, program);
  }
});

test('system 8.2, control: who never switches goes on using the relay', async (t) => {
  const run = await runPeers({ traffic: stream(3_000), peers: 'use: never-switch' });
  t.true(counted(run, 'alice', 'peer.counts', 'relayedOut') >= 3_000);
  t.is(counted(run, 'alice', 'peer.counts', 'directOut'), 0);
  t.is(told(run, 'alice', 'relay.stopped').length, 0);
});

test('system 8.2: direct-when-better stays on a relay that is faster, and direct-when-established does not', async (t) => {
  const drawn = (use: string): PeersDrawn => ({
    ...{ topology: meetingHomes(), traffic: stream(3_000), peers: `use: ${use}` },
    // The way was chosen when it was short: now it is longer than by the relay.
    events: 'longer: { at: 0 s, link: peering, set: { delay: 80 ms } }',
  });
  const better = await runPeers(drawn('direct-when-better'));
  t.is(told(better, 'alice', 'punch.established').length, 1);
  t.is(counted(better, 'alice', 'peer.counts', 'directOut'), 0);
  const established = await runPeers(drawn('direct-when-established'));
  t.true(counted(established, 'alice', 'peer.counts', 'directOut') > 0);
});

test('system 8.3: at 10 000 packets a second none is lost, doubled or out of order across the switch', async (t) => {
  for (const [name, drawn] of Object.entries({
    'a direct way that is faster': {},
    'boxes that count their ports': { left: 'symmetric-sequential', right: 'symmetric-sequential' },
    'an off-centre relay': { leftMs: 5, rightMs: 40, coreMs: 30 },
    'a direct way that is slower': {
      topology: meetingHomes(),
      events: 'longer: { at: 0 s, link: peering, set: { delay: 80 ms } }',
    },
  } satisfies Record<string, PeersDrawn>)) {
    const run = await runPeers({ ...drawn, traffic: stream(6_000), peers: 'punch-delay: 250 ms' });
    t.true(counted(run, 'alice', 'peer.counts', 'relayedOut') > 500, name);
    t.true(counted(run, 'alice', 'peer.counts', 'directOut') > 500, name);
    const seen = ['sent', 'lost', 'doubled', 'reordered'].map((field) =>
      value(run, `load.${field}`),
    );
    t.deepEqual(seen, [6_000, 0, 0, 0], name);
  }
});

test('system 8.4: what cannot be punched stays on the relay, without an outage and with less than a probe a second', async (t) => {
  const run = await runPeers({
    left: 'symmetric',
    right: 'symmetric',
    traffic: questions(400, '1 s'),
  });
  t.is(directAfterMs(run), undefined);
  t.is(value(run, 'ask.answered'), 400);
  const seconds = run.records.at(-1)!.tNs / nsPerSecond;
  t.true(seconds > 40);
  for (const program of ['alice', 'bob']) {
    t.true(counted(run, program, 'peer.counts', 'probes') < seconds, program);
  }
});

test('system 8.4: a path that falls silent is doubled through the relay, nothing is lost, and it is tried again', async (t) => {
  const run = await runPeers({
    ...{ topology: meetingHomes(), traffic: stream(8_000, '1600 kbit/s') },
    events: 'cut: { at: 1 s, link: peering, set: { loss: 100 % }, for: 2 s }',
  });
  const [sent, lost, doubled, reordered] = ['sent', 'lost', 'doubled', 'reordered'].map((field) =>
    value(run, `load.${field}`),
  );
  t.deepEqual([sent, lost, doubled, reordered], [8_000, 0, 0, 0]);
  t.true(counted(run, 'alice', 'peer.counts', 'doubled') > 0);
  const path = kindsOf(run, 'alice').filter((kind) =>
    /^path\.|established|relay\.stopped/.test(kind),
  );
  t.deepEqual(path.slice(0, 4), [
    'punch.established',
    'relay.stopped',
    'path.suspected',
    'path.dead',
  ]);
  t.deepEqual(path.slice(4), ['punch.established', 'relay.stopped']);
});

/** max(3 D, 100 ms), where D = 50 ms, and the relay's one way is 50 ms. */
test('the silence that an application hears when the direct path dies is max(3 D, 100 ms) at most', async (t) => {
  const run = await runPeers({
    ...{ topology: meetingHomes(), traffic: stream(12_000) },
    events: 'cut: { at: 500 ms, link: peering, set: { loss: 100 % } }',
  });
  const arrivals = run.records.filter(({ kind }) => kind === 'datagram.received');
  const gaps = arrivals.slice(1).map(({ tNs }, at) => (tNs - arrivals[at]!.tNs) / nsPerMs);
  t.true(Math.max(...gaps) <= Math.max(3 * 50, 100), String(Math.max(...gaps)));
});

test('a relay that restarts has forgotten everybody, and the session goes on', async (t) => {
  const run = await runPeers({
    ...{ traffic: questions(60, '300 ms'), peers: 'use: never-switch' },
    events: 'boot: { at: 1 s, node: relay, do: restart }',
  });
  const answers = run.records.filter(({ kind }) => kind === 'response.received');
  t.true(answers.length > 50);
  t.is(answers.at(-1)!['n'], 60);
});

/** What an application at this end hears of the other's packets, a millisecond apart: its longest silence. */
function silenceMs(run: SampleRun, node: string): number {
  const arrivals = run.records.filter(
    (one) => one.kind === 'datagram.received' && one.node === node,
  );
  const gaps = arrivals.slice(1).map(({ tNs }, at) => (tNs - arrivals[at]!.tNs) / nsPerMs);
  return Math.max(...gaps);
}

/** How long tries of an address go on, at the least. */
const burstMs = 60;

for (const [kind, path] of [
  ['home-router', 'gives the same port again: the path is the same'],
  ['cgnat', 'draws another port: the path is replaced'],
] as const) {
  test(`a box that reboots costs one direct round trip and a burst; ${kind} ${path}`, async (t) => {
    for (const node of ['left', 'right']) {
      const run = await runPeers({
        ...{ left: kind, right: kind, traffic: bothWays(3_000) },
        events: `boot: { at: 1 s, node: ${node}, do: reboot }`,
      });
      t.is(run.records.filter((one) => one.kind === 'nat.rebooted').length, 1);
      for (const program of ['alice', 'bob']) {
        t.true(silenceMs(run, program) <= directRttMs + burstMs, `${node} ${program}`);
        t.is(told(run, program, 'punch.established').length, 1);
        t.is(told(run, program, 'path.dead').length, 0);
      }
      const replaced = run.records.filter((one) => one.kind === 'path.replaced');
      t.is(replaced.length, kind === 'cgnat' ? 1 : 0, node);
      const lost = ['up', 'down'].map((flow) => value(run, `${flow}.lost`));
      t.true(Math.max(...lost) <= 1, `${node} ${lost}`);
    }
  });
}

for (const kind of presetKinds) {
  test(`behind ${kind.name} a direct path is found to every box that theory allows, in time`, async (t) => {
    for (const { left, right, reach } of cells.filter((cell) => cell.left === kind)) {
      const run = await runPeers({ left: left.text, right: right.text });
      const afterMs = directAfterMs(run);
      t.is(value(run, 'ask.answered'), 8, right.name);
      const mostMs = boundMs(reach, evenWays, 0);
      if (mostMs === undefined) t.is(afterMs, undefined, right.name);
      else t.true(afterMs! <= mostMs, `${right.name}: ${afterMs}`);
    }
  });
}

test('a search finds a port that is drawn within 1.5 s, if both allow it', async (t) => {
  for (const [left, right] of [
    ['home-router', 'symmetric'],
    ['symmetric', 'port-restricted'],
    ['linux-open-input', 'symmetric'],
  ] as const) {
    const drawn = { left, right, traffic: questions(30) };
    const both = await runPeers({ ...drawn, peers: 'search: true' });
    t.true(directAfterMs(both)! <= 1_500, `${left} ${right}`);
    const one = await runPeers({ ...drawn, alice: 'search: true' });
    t.is(directAfterMs(one), undefined, `${left} ${right}`);
  }
});

test('at 5 % loss each way a direct path is found 30 ms later at most', async (t) => {
  for (const [left, right] of [
    ['home-router', 'home-router'],
    ['linux-open-input', 'linux-open-input'],
    ['linux-open-input', 'symmetric-sequential'],
  ] as const) {
    const times: number[] = [];
    for (let seed = 1; seed <= 30; seed++) {
      // Two lossy links make 5 % of the direct way, and of the way by the relay.
      const run = await runPeers({ left, right, seed, lossPercent: 2.5, traffic: questions(4) });
      times.push(directAfterMs(run) ?? Number.POSITIVE_INFINITY);
    }
    const cell = cells.find((one) => one.left.name === left && one.right.name === right)!;
    const late = times.filter((ms) => ms > boundMs(cell.reach, evenWays, 5)!);
    t.deepEqual(late, [], `${left} ${right}`);
  }
});

test('the same seed gives the same trace', async (t) => {
  const [one, other] = [
    await runPeers({ seed: 3, lossPercent: 2 }),
    await runPeers({ seed: 3, lossPercent: 2 }),
  ];
  t.deepEqual(one.records, other.records);
});
