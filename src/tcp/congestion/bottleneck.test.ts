/** Each controller on a line of its own and beside others, judged by theory. */
import test from 'ava';
import { nsPerMs, nsPerSecond } from '../../base/time.ts';
import type { CongestionKind } from './controller.ts';
import { controllerOf } from './controllers.ts';
import { pathModel } from './rate-based/controller.ts';
import type { RateBasedState } from './rate-based/state.ts';
import {
  oneBdpBytes,
  runBottleneck,
  shareOf,
  TestFlow,
  testMssBytes,
} from './testing-bottleneck.ts';

function line(rateMbps: number, rttMs: number, lossRatio = 0, seed = 1) {
  const rateBps = rateMbps * 1e6;
  const rttNs = rttMs * nsPerMs;
  return { rateBps, rttNs, queueBytes: oneBdpBytes(rateBps, rttNs), lossRatio, seed };
}

function flowOf(kind: CongestionKind, rttMs: number, startAtNs = 0): TestFlow {
  return new TestFlow(controllerOf(kind), startAtNs, rttMs * nsPerMs);
}

for (const kind of ['new-reno', 'cubic', 'rate-based'] as const) {
  for (const [rateMbps, rttMs] of [
    [1, 10],
    [1, 200],
    [10, 10],
    [10, 50],
  ] as const) {
    test(`${kind} fills ${rateMbps} Mbit/s at ${rttMs} ms with a queue of 1 BDP`, (t) => {
      const flow = flowOf(kind, rttMs);
      const run = runBottleneck(line(rateMbps, rttMs), [flow], 21 * nsPerSecond);
      const share = shareOf(run, flow, 5, 20);
      t.true(share >= 0.9 && share <= 1.001, `${share}`);
    });
  }
}

// RFC 9438 5.1: 1.22 / sqrt(p) segments a round trip for Reno; CUBIC has no less than Reno's share here.
for (const [kind, least, most] of [
  ['new-reno', 0.75, 1.15],
  ['cubic', 0.8, 1.6],
] as const) {
  test(`${kind} keeps to the response function at 1 % loss`, (t) => {
    const rttMs = 50;
    const shares = [1, 2, 3, 4, 5].map((seed) => {
      const flow = flowOf(kind, rttMs);
      const run = runBottleneck(line(100, rttMs, 0.01, seed), [flow], 31 * nsPerSecond);
      return shareOf(run, flow, 5, 30) * 100e6;
    });
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    const theoryBps = ((testMssBytes * 8) / (rttMs / 1_000)) * (1.22 / Math.sqrt(0.01));
    const ratio = mean / theoryBps;
    t.true(ratio >= least && ratio <= most, `${ratio}`);
  });
}

for (const [rateMbps, rttMs] of [
  [1, 50],
  [10, 10],
  [10, 50],
  [10, 200],
] as const) {
  test(`rate-based keeps nine tenths of ${rateMbps} Mbit/s at ${rttMs} ms and 1 % loss; cubic does not`, (t) => {
    const shares = [1, 2, 3].map((seed) => {
      const flow = flowOf('rate-based', rttMs);
      const run = runBottleneck(line(rateMbps, rttMs, 0.01, seed), [flow], 31 * nsPerSecond);
      return shareOf(run, flow, 5, 30);
    });
    t.true(Math.min(...shares) >= 0.9, `${shares}`);
    if (rateMbps < 10 || rttMs < 50) return;
    const other = flowOf('cubic', rttMs);
    const run = runBottleneck(line(rateMbps, rttMs, 0.01), [other], 31 * nsPerSecond);
    t.true(shareOf(run, other, 5, 30) < 0.6);
  });
}

test('a rate-based flow finds the bandwidth and the round trip', (t) => {
  const flow = flowOf('rate-based', 50);
  runBottleneck(line(10, 50), [flow], 10 * nsPerSecond);
  const { rateBps, rttNs } = pathModel(flow.state as RateBasedState);
  t.true(rateBps > 9.2e6 && rateBps < 10e6, `${rateBps}`);
  t.true(rttNs >= 50 * nsPerMs && rttNs < 53 * nsPerMs, `${rttNs}`);
});

test('a line that loses a tenth is still used by a rate-based flow, and bounds what it has in flight', (t) => {
  const flow = flowOf('rate-based', 50);
  const run = runBottleneck(line(10, 50, 0.1), [flow], 21 * nsPerSecond);
  const bdpBytes = (10e6 * 0.05) / 8;
  t.true(shareOf(run, flow, 5, 20) > 0.02);
  t.true(flow.largestInflightBytes < 4 * bdpBytes);
});

test('at no loss what is sent again is below 2 %', (t) => {
  for (const kind of ['cubic', 'rate-based'] as const) {
    const flow = flowOf(kind, 50);
    runBottleneck(line(10, 50), [flow], 31 * nsPerSecond);
    const ratio = flow.retransmittedBytes / flow.delivery.deliveredBytes;
    t.true(ratio <= 0.02, `${kind}: ${ratio}`);
  }
});

test('a rate-based flow alone keeps the queue short; a window-based one fills it', (t) => {
  const meanRttMs = (kind: CongestionKind): number => {
    const flow = flowOf(kind, 50);
    runBottleneck(line(10, 50), [flow], 30 * nsPerSecond);
    return flow.settledRttNs / flow.settledAcks / nsPerMs;
  };
  t.true(meanRttMs('rate-based') < 60);
  t.true(meanRttMs('cubic') > 70);
});

for (const kind of ['cubic', 'new-reno', 'rate-based'] as const) {
  test(`two flows of ${kind} share evenly`, (t) => {
    const flows = [flowOf(kind, 50), flowOf(kind, 50, 7 * nsPerMs)];
    const run = runBottleneck(line(10, 50), flows, 91 * nsPerSecond);
    const [a, b] = flows.map((flow) => shareOf(run, flow, 30, 90)) as [number, number];
    const jain = (a + b) ** 2 / (2 * (a * a + b * b));
    t.true(jain >= 0.95, `${jain}`);
    t.true(a + b > 0.9);
  });
}

for (const [rateMbps, rttMs] of [
  [1, 10],
  [10, 10],
  [10, 50],
  [100, 50],
] as const) {
  test(`a rate-based flow that comes three seconds late has its half of ${rateMbps} Mbit/s at ${rttMs} ms after 30 s`, (t) => {
    const flows = [flowOf('rate-based', rttMs), flowOf('rate-based', rttMs, 3 * nsPerSecond)];
    const run = runBottleneck(line(rateMbps, rttMs), flows, 91 * nsPerSecond);
    const [a, b] = flows.map((flow) => shareOf(run, flow, 30, 90)) as [number, number];
    const jain = (a + b) ** 2 / (2 * (a * a + b * b));
    t.true(jain >= 0.95, `${jain}`);
    t.true(a + b > 0.9);
  });
}

for (const [rateMbps, rttMs] of [
  [1, 50],
  [10, 10],
  [10, 50],
] as const) {
  test(`a rate-based flow does not starve cubic at ${rateMbps} Mbit/s and ${rttMs} ms, nor the other way`, (t) => {
    const flows = [flowOf('rate-based', rttMs), flowOf('cubic', rttMs, 7 * nsPerMs)];
    const run = runBottleneck(line(rateMbps, rttMs), flows, 61 * nsPerSecond);
    for (const flow of flows) t.true(shareOf(run, flow, 20, 60) >= 0.2);
  });
}

test('marks instead of drops are heeded (RFC 3168)', (t) => {
  for (const kind of ['new-reno', 'cubic', 'rate-based'] as const) {
    const flow = flowOf(kind, 50);
    const marking = { ...line(10, 50), markAboveBytes: 20_000 };
    const run = runBottleneck(marking, [flow], 31 * nsPerSecond);
    t.true(shareOf(run, flow, 5, 30) >= 0.75, kind);
    // Startup more than doubles within the round trip that the first mark takes to come back.
    t.true(run.drops <= (kind === 'rate-based' ? 20 : 0), kind);
  }
});
