/** System 8.2, `direct-when-better`: where the shorter of the two ways becomes the longer one. */
import test from 'ava';
import { meetingHomes } from './meeting-homes.ts';
import { type PeersRun, runPeers, told } from './testing-peers.ts';

/** R = 100 ms, D = 40 ms. */
const topology = meetingHomes();

/** A packet each millisecond. */
function follow(seconds: number, events: string, use = 'direct-when-better'): Promise<PeersRun> {
  const what = `rate: 1600 kbit/s, payload: 200 B, count: ${seconds * 1_000}`;
  const traffic = `load: { run: stream, from: alice, to: bob, address: 10.77.0.2, ${what} }`;
  return runPeers({ topology, traffic, events, peers: `use: ${use}` });
}

const peering = (atMs: number, delayMs: number) =>
  `at-${atMs}: { at: ${atMs} ms, link: peering, set: { delay: ${delayMs} ms } }`;
const changesOf = (run: PeersRun) =>
  ['relay.stopped', 'relay.in-use'].map((kind) => told(run, 'alice', kind).length);

function faultsOf(run: PeersRun): number[] {
  return ['lost', 'doubled', 'reordered'].map((name) => {
    const metric = run.metrics[`load.${name}`];
    return metric?.kind === 'value' ? metric.value : Number.NaN;
  });
}

test('system 8.2: back on the relay, once, when the direct way has become the longer one', async (t) => {
  const run = await follow(4, peering(1_000, 80));
  t.deepEqual(changesOf(run), [1, 2]);
  t.deepEqual(faultsOf(run), [0, 0, 0]);
  t.is(told(run, 'alice', 'path.dead').length, 0);
});

test('control: direct-when-established stays where it is', async (t) => {
  const run = await follow(4, peering(1_000, 80), 'direct-when-established');
  t.deepEqual(changesOf(run), [1, 1]);
});

test('direct again when that is the shorter way again', async (t) => {
  const run = await follow(9, `${peering(1_000, 80)}\n  ${peering(3_000, 10)}`);
  t.deepEqual(changesOf(run), [2, 2]);
  t.deepEqual(faultsOf(run), [0, 0, 0]);
});

test('a way as long as the other, give or take 5 %, is no reason to change', async (t) => {
  const run = await follow(4, peering(1_000, 42));
  t.deepEqual(changesOf(run), [1, 1]);
});

test('a way that is now the shorter and now the longer one is left every five seconds at most', async (t) => {
  const seconds = 11;
  const flips = Array.from({ length: 2 * seconds - 2 }, (_, n) =>
    peering(1_000 + 500 * n, n % 2 === 0 ? 55 : 25),
  );
  const run = await follow(seconds, flips.join('\n  '));
  const [stopped, inUse] = changesOf(run);
  t.true(inUse! >= 2 && inUse! <= 1 + Math.ceil(seconds / 5), `${stopped}, ${inUse}`);
  t.deepEqual(faultsOf(run).slice(0, 2), [0, 0]);
});
