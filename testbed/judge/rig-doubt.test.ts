import test from 'ava';
import type { Plan } from '../plan/plan.ts';
import type { Metric, SampleOutcome } from '../schema/result.ts';
import type { DirectionLateness, RigLateness } from '../schema/rig-lateness.ts';
import { doubtRig } from './rig-doubt.ts';
import { expect, figure, plain, plan, scenarioWith, time } from './testing-samples.ts';

const us = 1_000;
const ms = 1_000_000;

function late(link: string, toward: string, parts: Partial<DirectionLateness> = {}) {
  return {
    ...{ link, toward, lostFrames: 0 },
    p50Ns: 0,
    p99Ns: 0,
    worstNs: 0,
    steadyNs: parts.p99Ns ?? 0,
    ...parts,
  };
}

/** LTE is the way there and back, past the NAT box; Wi-Fi is the worst, and nobody's. */
function latenessOf(parts: Partial<DirectionLateness>, machineNs = 0): RigLateness {
  return {
    directions: [
      late('lte', 'phone', parts),
      late('lte', 'gateway', parts),
      late('wifi', 'phone', { worstNs: 9 * ms }),
    ],
    ...{ probes: [], programs: [] },
    machine: { p50Ns: machineNs, p99Ns: machineNs, worstNs: machineNs, steadyNs: machineNs },
  };
}

interface Case {
  readonly that: string;
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly lateness: RigLateness;
  readonly pick?: 'min' | 'median' | 'mean' | 'p99' | 'max';
  readonly kind?: 'ceiling';
  readonly events?: Plan['events'];
  readonly outcome?: SampleOutcome;
  readonly variants?: readonly string[];
}

function doubt({ that, metrics, lateness, pick = 'median', ...rest }: Case): string | undefined {
  const rtt = {
    ...scenarioWith().measures[0]!,
    name: 'rtt',
    what: 'rtt',
    of: 'ping',
    pick,
  } as const;
  const { outcome = { kind: 'finished' }, variants = ['default'], kind = 'bound' } = rest;
  const said = { ...rtt, name: 'said', what: 'reported', of: 'tool' } as const;
  const slowest = { ...rtt, name: 'slowest', pick: 'max' } as const;
  const scenario = scenarioWith({
    measures: [rtt, said, slowest, ...scenarioWith().measures],
    expectations: [expect(that, { name: 'quick', kind })],
  });
  const disturbed = { ...plan, events: rest.events ?? [] };
  const variant = variants[0]!;
  const network = { scenario, plan: disturbed, variant, variants };
  return doubtRig({ ...network, metrics, outcome, lateness });
}

const usual = latenessOf({ p50Ns: 200 * us, p99Ns: ms, worstNs: 5 * ms }, 100 * us);

test('a median that is broken by no more than was usual of the rig is not believed', (t) => {
  // 0.2 ms there, 0.2 ms back, and 0.1 ms for each of two programs that woke: 0.6 ms.
  const within = { that: 'rtt <= 65 ms', metrics: { rtt: time(65.5) }, lateness: usual };
  t.is(
    doubt(within),
    'quick: the rig was late by 600 us on the way, and rtt 65.5 ms breaks ≤ 65 ms by no more than that',
  );
  t.is(doubt({ ...within, metrics: { rtt: time(65.7) } }), undefined);
  t.is(doubt({ ...within, metrics: { rtt: time(64.9) } }), undefined);
});

test('without lateness a break is a break', (t) => {
  const metrics = { rtt: time(65.000001) };
  t.is(doubt({ that: 'rtt <= 65 ms', metrics, lateness: latenessOf({}) }), undefined);
});

test('a worst figure is held against the worst lateness, a tail against the tail', (t) => {
  const metrics = { rtt: time(74) };
  const asked = { that: 'rtt <= 65 ms', metrics, lateness: usual };
  t.is(doubt({ ...asked, pick: 'median' }), undefined);
  t.is(doubt({ ...asked, pick: 'p99' }), undefined);
  t.regex(doubt({ ...asked, pick: 'max' })!, /late by 10\.?\d* ms/);
  t.regex(
    doubt({ ...asked, pick: 'p99', metrics: { rtt: time(67) } })!,
    /^quick: the rig was late by 2\.2 ms/,
  );
});

test('a gap lies on the way of its own stream only', (t) => {
  const gap = { that: 'gap <= 100 ms', lateness: usual };
  t.regex(doubt({ ...gap, metrics: { gap: time(104) } })!, /late by 5\.1 ms/);
  t.is(doubt({ ...gap, metrics: { gap: time(106) } }), undefined);
});

test('a least time that is kept by less than the lateness may not be kept', (t) => {
  const least = { that: 'rtt >= 64 ms', lateness: usual };
  t.regex(doubt({ ...least, metrics: { rtt: time(64.2) } })!, /keeps ≥ 64 ms by no more than that/);
  t.is(doubt({ ...least, metrics: { rtt: time(65) } }), undefined);
});

test('a rate is moved by as much as its time was', (t) => {
  // 5.1 ms of 1 s: half a percent.
  const metrics = (mbps: number) => ({
    goodput: figure(mbps * 1e6, 'rate'),
    'download.duration': time(1_000),
  });
  const asked = { that: 'goodput >= 20 Mbit/s', lateness: usual };
  t.regex(doubt({ ...asked, metrics: metrics(19.95) })!, /^quick: the rig was late by 5\.1 ms/);
  t.is(doubt({ ...asked, metrics: metrics(19.5) }), undefined);
});

test('what the hub lost is not what the network lost', (t) => {
  const lossy = latenessOf({ lostFrames: 3 });
  const lost = { that: 'download.lost == 0', metrics: { 'download.lost': plain(3) } };
  t.regex(
    doubt({ ...lost, lateness: lossy })!,
    /^quick: the hub lost \d+ frames on the way, and download\.lost 3 breaks = 0$/,
  );
  t.is(doubt({ ...lost, lateness: usual }), undefined);
  const none = { ...lost, metrics: { 'download.lost': plain(0) }, lateness: lossy };
  t.is(doubt(none), undefined);
});

test('a starved machine is not believed, whatever came out and however it ended', (t) => {
  const starved = latenessOf({ p50Ns: 4 * ms, p99Ns: 45 * ms, worstNs: 120 * ms });
  const finished = { that: 'rtt <= 65 ms', metrics: { rtt: time(64) }, lateness: starved };
  const said =
    'the machine was starved: frames toward phone on lte were late by 4 ms (p99 45 ms, worst 120 ms)';
  t.is(doubt(finished), said);
  t.is(doubt({ ...finished, outcome: { kind: 'failed', reason: 'unfinished' } }), said);
  const brief = latenessOf({ p50Ns: 0, p99Ns: 45 * ms, worstNs: 45 * ms, steadyNs: 0 });
  t.is(doubt({ ...finished, lateness: brief }), undefined, 'one stall is no starving');
  const asleep = { ...finished, lateness: latenessOf({}, 30 * ms) };
  t.regex(doubt(asleep)!, /^the machine was starved: what slept on it woke late by 30 ms/);
});

test('what programs waited for a processor counts in a mean with what it came to in each exchange', (t) => {
  const traffic = plan.programs.find((one) => one.traffic === 'ping')!;
  const programs = [
    { id: traffic.id, ranNs: 2_000 * ms, waitedNs: 200 * ms },
    { id: 'somebody/else', ranNs: 2_000 * ms, waitedNs: 900 * ms },
  ];
  const lateness = { ...latenessOf({}), programs };
  const metrics = { rtt: time(66.5), 'ping.answered': plain(100) };
  const mean = { that: 'rtt <= 65 ms', pick: 'mean', metrics, lateness } as const;
  t.regex(doubt(mean)!, /^quick: the rig was late by 2 ms/);
  t.is(doubt({ ...mean, that: 'rtt <= 64 ms' }), undefined);
  t.is(doubt({ ...mean, pick: 'median' }), undefined, 'one long wait moves no median');
});

test('a hub that was late before the run began is off', (t) => {
  const probe = {
    setting: '50 Mbit/s, 10 ms',
    p50Ns: 1.5 * ms,
    p99Ns: 2 * ms,
    worstNs: 3 * ms,
    steadyNs: 0,
  };
  const asked = { that: 'rtt <= 65 ms', metrics: { rtt: time(64) } };
  t.is(
    doubt({ ...asked, lateness: { ...usual, probes: [probe] } }),
    'the rig is off: before the run, frames over 50 Mbit/s, 10 ms were late by 1.5 ms (p99 2 ms, worst 3 ms)',
  );
  const well = { ...probe, p50Ns: 0.5 * ms };
  t.is(doubt({ ...asked, lateness: { ...usual, probes: [well] } }), undefined);
});

test('what failed on a rig that was well has failed', (t) => {
  const outcome: SampleOutcome = { kind: 'failed', reason: 'it fell over' };
  const metrics = { rtt: time(65.1) };
  t.is(doubt({ that: 'rtt <= 65 ms', metrics, lateness: usual, outcome }), undefined);
});

test('what compares variants is left to the many samples that it takes', (t) => {
  const metrics = { rtt: time(65.1) };
  const variants = ['ours', 'kernel'];
  t.is(doubt({ that: 'rtt <= kernel.rtt', metrics, lateness: usual, variants }), undefined);
});

/** 30 ms there, as much back, and 1 042 bytes at 20 Mbit/s each time. */
const wayMs = 2 * (30 + 0.4168);

test('what the drawing itself asks of the way is kept on any rig', (t) => {
  const least = { that: 'rtt >= rtt(lte)', lateness: usual };
  t.is(doubt({ ...least, metrics: { rtt: time(wayMs + 0.1) } }), undefined);
  const whole = `${least.that} + transmission(lte toward phone, 1000 B) * 2`;
  t.is(doubt({ ...least, that: whole, metrics: { rtt: time(wayMs + 0.1) } }), undefined);
});

test('what the drawing does not ask for may be lateness', (t) => {
  const metrics = { rtt: time(wayMs + 0.5) };
  const queue = { that: `rtt >= rtt(lte) + 1.2 ms`, metrics, lateness: usual };
  t.regex(doubt(queue)!, /^quick: the rig was late by 600 us .* keeps ≥ .* by no more than that$/);
  t.is(doubt({ ...queue, metrics: { rtt: time(wayMs + 1.2) } }), undefined, 'more than lateness');
  t.is(doubt({ ...queue, lateness: latenessOf({}) }), undefined, 'no lateness');
});

function linkSet(toward: Plan['events'][number]['change'] & { kind: 'link-set' }) {
  const once = { forNs: undefined, everyNs: undefined, times: 1 } as const;
  return { name: 'turn', trigger: { kind: 'at', timeNs: 0 }, ...once, change: toward } as const;
}

test('a link that is shortened for a while asks for less', (t) => {
  const metrics = { rtt: time(wayMs + 0.1) };
  const least = { that: 'rtt >= rtt(lte)', metrics, lateness: usual };
  const shorter = {
    kind: 'link-set',
    link: 'lte',
    toward: { phone: { delayNs: 29 * ms } },
  } as const;
  t.is(
    doubt({ ...least, metrics: { rtt: time(wayMs - 0.2) }, events: [linkSet(shorter)] }),
    undefined,
  );
  t.regex(
    doubt({ ...least, events: [linkSet(shorter)], metrics: { rtt: time(60.2) } })!,
    /keeps ≥ 60 ms/,
  );
  const lossy = { kind: 'link-set', link: 'lte', toward: { phone: { mtuBytes: 1_400 } } } as const;
  t.is(doubt({ ...least, events: [linkSet(lossy)] }), undefined);
  t.is(doubt({ ...least, events: [linkSet(lossy)], metrics: { rtt: time(60.2) } }), undefined);
});

test('where the way may have been another nothing is known of it', (t) => {
  const down = { ...linkSet({ kind: 'link-set', link: 'wifi', toward: {} }) };
  const events = [{ ...down, change: { kind: 'link-down', link: 'wifi' } as const }];
  const least = { that: 'rtt >= rtt(lte)', metrics: { rtt: time(60.2) }, lateness: usual };
  t.regex(doubt({ ...least, events })!, /keeps ≥ 60 ms by no more than that/);
  t.is(doubt(least), undefined);
});

test('a ceiling that is kept claims nothing that lateness could have made', (t) => {
  const least = { that: 'rtt >= 61.2 ms', metrics: { rtt: time(61.3) }, lateness: usual };
  t.is(doubt({ ...least, kind: 'ceiling' }), undefined);
  t.not(doubt(least), undefined);
});

test('both sides of an expectation that holds are looked at', (t) => {
  const metrics = { rtt: time(65.2) };
  const both = { that: 'rtt <= 70 ms and rtt >= 65 ms', metrics, lateness: usual };
  t.regex(doubt(both)!, /keeps ≥ 65 ms/);
  t.is(doubt({ ...both, that: 'rtt <= 70 ms and rtt >= 60 ms' }), undefined);
  t.is(doubt({ ...both, that: 'rtt <= 70 ms or rtt >= 65 ms' }), undefined, 'one is enough');
  t.regex(doubt({ ...both, that: 'not (rtt < 65 ms)' })!, /keeps ≥ 65 ms/);
});

test('of two delays that shall be alike each may have been less', (t) => {
  const alike = { that: 'slowest <= rtt + 2 ms', lateness: usual };
  t.is(doubt({ ...alike, metrics: { rtt: time(61), slowest: time(62.5) } }), undefined);
  t.regex(doubt({ ...alike, metrics: { rtt: time(65), slowest: time(66.9) } })!, /keeps ≤ 67 ms/);
});

test('the slowest of many packets was met by the worst of the rig', (t) => {
  const slow = { that: 'rtt >= 64 ms', pick: 'max', lateness: usual } as const;
  t.regex(doubt({ ...slow, metrics: { rtt: time(70) } })!, /late by 10 ms on the way/);
  t.is(doubt({ ...slow, metrics: { rtt: time(75) } }), undefined);
});

test('a gap that lateness alone makes is none, and a longer one has two ends like other moments', (t) => {
  // A datagram of 1 000 bytes each 8 ms; the worst on the way is 5.1 ms, a hundredth is later than 1.1.
  const gap = { that: 'gap >= 10 ms', lateness: usual };
  t.regex(doubt({ ...gap, metrics: { gap: time(13) } })!, /late by 5\.1 ms/);
  t.is(doubt({ ...gap, that: 'gap >= 500 ms', metrics: { gap: time(502) } }), undefined);
  t.regex(
    doubt({ ...gap, that: 'gap >= 500 ms', metrics: { gap: time(501) } })!,
    /late by 1\.1 ms/,
  );
  const before = { gap: time(502), 'gap.before': time(499) };
  t.regex(doubt({ ...gap, that: 'gap >= 500 ms', metrics: before })!, /late by 5\.1 ms/);
});

test('a rate that is kept low by what its programs waited for may have been higher', (t) => {
  const id = plan.programs.find((one) => one.traffic === 'download')!.id;
  const lateness = { ...latenessOf({}), programs: [{ id, ranNs: 900 * ms, waitedNs: 100 * ms }] };
  const metrics = (mbps: number) => ({
    goodput: figure(mbps * 1e6, 'rate'),
    'download.duration': time(1_000),
  });
  const low = { that: 'goodput <= 10 Mbit/s', lateness };
  t.regex(doubt({ ...low, metrics: metrics(9.5) })!, /keeps ≤ 10 Mbit\/s/);
  t.is(doubt({ ...low, metrics: metrics(8) }), undefined);
  // 1 000 of 1 042 bytes at 20 Mbit/s are 19.19.
  t.is(doubt({ ...low, that: 'goodput <= 20 Mbit/s', metrics: metrics(19) }), undefined);
});

test('questions may time out because the rig was as late as they are waited for', (t) => {
  const metrics = { 'ping.timed-out': plain(3), 'ping.answered': plain(97) };
  const stalled = latenessOf({ worstNs: 500 * ms });
  const few = { that: 'ping.timed-out <= 2', metrics, lateness: stalled };
  t.regex(doubt(few)!, /timed-out 3 breaks ≤ 2/);
  t.regex(doubt({ ...few, that: 'ping.answered == 100' })!, /answered 97 breaks = 100/);
  t.regex(doubt({ ...few, that: 'ping.timed-out >= 3' })!, /timed-out 3 keeps ≥ 3/);
  t.is(doubt({ ...few, lateness: latenessOf({ worstNs: 400 * ms }) }), undefined);
  t.is(doubt({ ...few, that: 'ping.answered >= 90' }), undefined);
});

test('what a program says of itself is not held against it where the rig was late at all', (t) => {
  const slow = { that: 'said >= 10', metrics: { said: plain(9) } };
  const late = latenessOf({ p99Ns: 4 * ms, worstNs: 8 * ms });
  t.regex(doubt({ ...slow, lateness: late })!, /said 9 breaks ≥ 10, which may be why$/);
  t.is(doubt({ ...slow, lateness: usual }), undefined);
  t.is(doubt({ ...slow, lateness: late, metrics: { said: plain(11) } }), undefined);
});

test('a time that a program says of itself is long by lateness alone only where that is half of it', (t) => {
  const long = { that: 'said >= 15 ms', metrics: { said: time(15.3) } };
  const brief = latenessOf({ p99Ns: ms, worstNs: 30 * ms });
  t.is(doubt({ ...long, lateness: brief }), undefined, 'one long stall is no moment like others');
  t.regex(
    doubt({ ...long, lateness: latenessOf({ p99Ns: 4 * ms, worstNs: 30 * ms }) })!,
    /keeps ≥ 15 ms/,
  );
});

test('of two parts that lateness may have turned, the one is named that decided', (t) => {
  const both = { that: 'rtt >= 64 ms and rtt <= 65 ms', pick: 'max', lateness: usual } as const;
  t.regex(doubt({ ...both, metrics: { rtt: time(66) } })!, /rtt 66 ms breaks ≤ 65 ms/);
});

test('losses that are asked for are not those of the hub', (t) => {
  const lossy = latenessOf({ lostFrames: 3 });
  const many = { that: 'download.lost >= 3', lateness: lossy };
  t.regex(doubt({ ...many, metrics: { 'download.lost': plain(5) } })!, /hub lost .* 5 keeps ≥ 3/);
  t.is(doubt({ ...many, metrics: { 'download.lost': plain(60) } }), undefined);
  t.is(
    doubt({ ...many, that: 'download.received >= 3', metrics: { 'download.received': plain(3) } }),
    undefined,
  );
});

test('a program that waits longer for a processor than it has one makes every sample invalid', (t) => {
  const doubtWith = (ranNs: number, waitedNs: number) =>
    doubt({
      that: 'rtt <= 40 ms',
      metrics: { rtt: time(12) },
      lateness: { ...usual, programs: [{ id: 'web', ranNs, waitedNs }] },
    });
  t.is(
    doubtWith(600 * ms, 700 * ms),
    'the machine was starved: web had a processor for 600 ms, and waited for one for 700 ms',
  );
  t.is(doubtWith(700 * ms, 600 * ms), undefined);
  t.is(doubtWith(10 * ms, 20 * ms), undefined);
});
