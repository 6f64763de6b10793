/** System 8.3 and 8.4: what each part of a change of path is there for, shown by doing without it. */
import test from 'ava';
import { nsPerMs } from '../../src/base/time.ts';
import type { Omission } from '../../src/punch/device-state.ts';
import { meetingHomes } from './meeting-homes.ts';
import { counted, directAfterMs, type PeersRun, runPeers, told } from './testing-peers.ts';

/** One way to the relay is 25 ms from each; D = 40 ms. */
const relayedMs = 50;
const directMs = 20;
const packetsAMs = 10;
const datagrams = (count: number) =>
  `load: { run: stream, from: alice, to: bob, address: 10.77.0.2, rate: 16 Mbit/s, payload: 200 B, count: ${count} }`;
/** Three seconds of an application's TCP: long enough to come at its own pace when the switch is there. */
const transfer =
  'file: { run: stream, transport: tcp, from: alice, to: bob, address: 10.77.0.2, rate: 20 Mbit/s, bytes: 8 MiB }';
const later = 'punch-delay: 1500 ms';
const omitted = (part: Omission | undefined) => (part === undefined ? '' : `, without: ${part}`);

function fieldOf(run: PeersRun, name: string): number {
  const metric = run.metrics[name];
  return metric?.kind === 'value' ? metric.value : Number.NaN;
}

const faultsOf = (run: PeersRun) =>
  ['lost', 'doubled', 'reordered'].map((name) => fieldOf(run, `load.${name}`));

const across = (traffic: string, part?: Omission) =>
  runPeers({ topology: meetingHomes(), traffic, peers: later + omitted(part) });

/** The connection used both ways: it did cross. */
function crossed(run: PeersRun): boolean {
  return ['relayedOut', 'directOut'].every(
    (way) => counted(run, 'alice', 'peer.counts', way) > 1_000,
  );
}

test('system 8.3: an application that speaks TCP sends nothing twice across the switch', async (t) => {
  const run = await across(transfer);
  t.true(crossed(run));
  t.is(told(run, 'alice', 'relay.stopped').length, 1);
  t.is(fieldOf(run, 'file.retransmitted'), 0);
});

test('system 8.3, control: where nothing waits for the last relayed packet, its TCP sends again', async (t) => {
  const run = await across(transfer, 'order');
  t.true(crossed(run));
  t.true(fieldOf(run, 'file.retransmitted') > 0);
});

test('system 8.3, control: and of datagrams those come too late that the first direct ones overtook', async (t) => {
  t.deepEqual(faultsOf(await across(datagrams(25_000))), [0, 0, 0]);
  const [lost, doubled, reordered] = faultsOf(await across(datagrams(25_000), 'order'));
  t.deepEqual([lost, doubled], [0, 0]);
  // What was on its way by the relay when the first direct one arrived.
  const overtaken = (relayedMs - directMs) * packetsAMs;
  t.true(Math.abs(reordered! - overtaken) <= 1, `${reordered} of ${overtaken}`);
});

const silentFor = (part?: Omission) =>
  runPeers({
    ...{
      topology: meetingHomes(),
      traffic: datagrams(20_000),
      peers: `search: false${omitted(part)}`,
    },
    events: 'cut: { at: 1 s, link: peering, set: { loss: 100 % } }',
  });

/** From the cut until alice doubts the path, and from there until she leaves it. */
function phasesMs(run: PeersRun): [number, number] {
  const cutNs = run.records.find(({ kind }) => kind === 'event.began')?.tNs ?? Number.NaN;
  const [suspectedNs, deadNs] = ['path.suspected', 'path.dead'].map(
    (kind) => told(run, 'alice', kind)[0]!.tNs,
  );
  return [(suspectedNs! - cutNs) / nsPerMs, (deadNs! - suspectedNs!) / nsPerMs];
}

test('system 8.4: a direct path falls silent under 10 000 packets a second, and none is lost, doubled or out of order', async (t) => {
  const run = await silentFor();
  t.deepEqual(faultsOf(run), [0, 0, 0]);
  t.true(counted(run, 'alice', 'peer.counts', 'doubled') > 0);
});

test('system 8.4, control: without the ring all is lost that was sent until the path was doubted', async (t) => {
  const run = await silentFor('ring');
  const [lost, doubled] = faultsOf(run);
  const [untilDoubtMs] = phasesMs(run);
  // What had 5 ms to go to the link that is cut is lost as well, and of the 10 ms that are on it perhaps all.
  const [least, most] = [5, 15].map((ms) => (untilDoubtMs + ms) * packetsAMs) as [number, number];
  t.true(lost! >= least - 1 && lost! <= most + 1, `${lost} of ${least} to ${most}`);
  t.is(doubled, 0);
});

test('system 8.4, control: where a doubted path is all that packets take, what is sent meanwhile is lost', async (t) => {
  const run = await silentFor('doubling');
  const [lost] = faultsOf(run);
  const [, doubtedMs] = phasesMs(run);
  t.true(Math.abs(lost! - doubtedMs * packetsAMs) <= packetsAMs, `${lost} in ${doubtedMs} ms`);
});

/**
 * Alice hears of bob 19 ms before he hears of her, and her first packet takes 11 ms to his box, as the two
 * providers have a shorter way than their routes were made for: it would be there before that box is open.
 */
const [nearMs, farMs, shortMs] = [25, 44, 11];
const early = (right: string, part?: Omission) =>
  runPeers({
    topology: meetingHomes({ right, peeringMs: 20, rightUpMs: 34 }),
    events: 'shorter: { at: 0 s, link: peering, set: { delay: 1 ms } }',
    peers: `search: false${omitted(part)}`,
  });

test('a first packet that dies on its way spoils no box that takes in what it does not know', async (t) => {
  const run = await early('linux-open-input');
  const bound = Math.max(2 * nearMs, nearMs + farMs) + 2 * shortMs + 10;
  t.true(directAfterMs(run)! <= bound, `${directAfterMs(run)} of ${bound}`);
});

test('control: one that goes all the way spoils it, and there is no direct path; a box that drops it stands', async (t) => {
  t.is(directAfterMs(await early('linux-open-input', 'opener')), undefined);
  t.not(directAfterMs(await early('home-router', 'opener')), undefined);
});
