import test from 'ava';
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
  readonly pick?: 'median' | 'p99' | 'max';
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
  const scenario = scenarioWith({
    measures: [rtt, ...scenarioWith().measures],
    expectations: [expect(that, { name: 'quick' })],
  });
  const { outcome = { kind: 'finished' }, variants = ['default'] } = rest;
  return doubtRig({ scenario, plan, variant: variants[0]!, variants, metrics, outcome, lateness });
}

const usual = latenessOf({ p50Ns: 200 * us, p99Ns: ms, worstNs: 5 * ms }, 100 * us);

test('a median that is broken by no more than was usual of the rig is not believed', (t) => {
  // 0.2 ms there, 0.2 ms back, and 0.1 ms for each of two programs that woke: 0.6 ms.
  const within = { that: 'rtt <= 31 ms', metrics: { rtt: time(31.5) }, lateness: usual };
  t.is(
    doubt(within),
    'quick: the rig was late by 600 us on the way, and rtt 31.5 ms breaks ≤ 31 ms by no more than that',
  );
  t.is(doubt({ ...within, metrics: { rtt: time(31.7) } }), undefined);
  t.is(doubt({ ...within, metrics: { rtt: time(30.9) } }), undefined);
});

test('without lateness a break is a break', (t) => {
  const metrics = { rtt: time(31.000001) };
  t.is(doubt({ that: 'rtt <= 31 ms', metrics, lateness: latenessOf({}) }), undefined);
});

test('a worst figure is held against the worst lateness, a tail against the tail', (t) => {
  const metrics = { rtt: time(40) };
  const asked = { that: 'rtt <= 31 ms', metrics, lateness: usual };
  t.is(doubt({ ...asked, pick: 'median' }), undefined);
  t.is(doubt({ ...asked, pick: 'p99' }), undefined);
  t.regex(doubt({ ...asked, pick: 'max' })!, /late by 10\.?\d* ms/);
  t.regex(
    doubt({ ...asked, pick: 'p99', metrics: { rtt: time(33) } })!,
    /^quick: the rig was late by 2\.2 ms/,
  );
});

test('a gap lies on the way of its own stream only', (t) => {
  const gap = { that: 'gap <= 100 ms', lateness: usual };
  t.regex(doubt({ ...gap, metrics: { gap: time(104) } })!, /late by 5\.1 ms/);
  t.is(doubt({ ...gap, metrics: { gap: time(106) } }), undefined);
});

test('a least time that is kept by less than the lateness may not be kept', (t) => {
  const least = { that: 'rtt >= 30 ms', lateness: usual };
  t.regex(doubt({ ...least, metrics: { rtt: time(30.2) } })!, /keeps ≥ 30 ms by no more than that/);
  t.is(doubt({ ...least, metrics: { rtt: time(31) } }), undefined);
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
  const finished = { that: 'rtt <= 31 ms', metrics: { rtt: time(30) }, lateness: starved };
  const said =
    'the machine was starved: frames toward phone on lte were late by 4 ms (p99 45 ms, worst 120 ms)';
  t.is(doubt(finished), said);
  t.is(doubt({ ...finished, outcome: { kind: 'failed', reason: 'unfinished' } }), said);
  const brief = latenessOf({ p50Ns: 0, p99Ns: 45 * ms, worstNs: 45 * ms, steadyNs: 0 });
  t.is(doubt({ ...finished, lateness: brief }), undefined, 'one stall is no starving');
  const asleep = { ...finished, lateness: latenessOf({}, 30 * ms) };
  t.regex(doubt(asleep)!, /^the machine was starved: what slept on it woke late by 30 ms/);
});

test('what programs waited for a processor counts with what it came to in each exchange', (t) => {
  const traffic = plan.programs.find((one) => one.traffic === 'ping')!;
  const programs = [
    { id: traffic.id, waitedNs: 200 * ms },
    { id: 'somebody/else', waitedNs: 900 * ms },
  ];
  const lateness = { ...latenessOf({}), programs };
  const metrics = { rtt: time(32.5), 'ping.answered': plain(100) };
  t.regex(doubt({ that: 'rtt <= 31 ms', metrics, lateness })!, /^quick: the rig was late by 2 ms/);
  t.is(doubt({ that: 'rtt <= 30 ms', metrics, lateness }), undefined);
});

test('a hub that was late before the run began is off', (t) => {
  const probe = {
    setting: '50 Mbit/s, 10 ms',
    p50Ns: 1.5 * ms,
    p99Ns: 2 * ms,
    worstNs: 3 * ms,
    steadyNs: 0,
  };
  const asked = { that: 'rtt <= 31 ms', metrics: { rtt: time(30) } };
  t.is(
    doubt({ ...asked, lateness: { ...usual, probes: [probe] } }),
    'the rig is off: before the run, frames over 50 Mbit/s, 10 ms were late by 1.5 ms (p99 2 ms, worst 3 ms)',
  );
  const well = { ...probe, p50Ns: 0.5 * ms };
  t.is(doubt({ ...asked, lateness: { ...usual, probes: [well] } }), undefined);
});

test('what failed on a rig that was well has failed', (t) => {
  const outcome: SampleOutcome = { kind: 'failed', reason: 'it fell over' };
  const metrics = { rtt: time(31.1) };
  t.is(doubt({ that: 'rtt <= 31 ms', metrics, lateness: usual, outcome }), undefined);
});

test('what compares variants is left to the many samples that it takes', (t) => {
  const metrics = { rtt: time(31.1) };
  const variants = ['ours', 'kernel'];
  t.is(doubt({ that: 'rtt <= kernel.rtt', metrics, lateness: usual, variants }), undefined);
});
