/** The small parts: what a token allows, what box we are behind, what the ring keeps, whom we try. */
import test from 'ava';
import { parseIp } from '../base/address.ts';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import type { Offer } from '../wire/punch-message.ts';
import { tellBox } from './box-kind.ts';
import { createDirectPath, noteEcho, silenceDeadlineNs } from './direct-path.ts';
import {
  chooseTargets,
  isPrivate,
  openerTtl,
  planSteps,
  type WaveFacts,
  wavePauseNs,
} from './probe-plan.ts';
import { allow, createQuota, noLimits } from './quota.ts';
import { createSentRing, dropArrived, keepSent, takeAll } from './sent-ring.ts';
import { endpointOf } from './testing-net.ts';

test('a token of 8 Mbit/s lets a burst of 100 ms pass, and then 1 000 bytes each millisecond', (t) => {
  const quota = createQuota();
  const limits = { ...noLimits, rateBps: 8_000_000 };
  const passes = (nowNs: number) => allow(quota, limits, nowNs, 1, 2, 1_000);
  let burst = 0;
  while (passes(0)) burst += 1;
  t.is(burst, 100);
  t.true(passes(nsPerMs));
  t.false(passes(nsPerMs));
  t.true(passes(2 * nsPerMs));
});

test('a token ends with its bytes, with its time, and with the peers that it allows', (t) => {
  const quota = createQuota();
  t.true(allow(quota, { ...noLimits, bytes: 1_000 }, 0, 1, 2, 1_000));
  t.false(allow(quota, { ...noLimits, bytes: 1_000 }, 0, 1, 2, 1));
  t.false(allow(quota, { ...noLimits, untilNs: 5 }, 6, 1, 2, 1));
  const one = { ...noLimits, peers: 1 };
  t.true(allow(quota, one, 0, 1, 2, 1));
  t.false(allow(quota, one, 0, 1, 3, 1));
});

const seen = (port: number) => endpointOf('198.51.100.1', port);

test('what two addresses of a relay see tells the box', (t) => {
  const own = [endpointOf('192.168.0.2', 5_000)];
  const kind = (one?: number, other?: number) =>
    tellBox(
      own,
      one === undefined ? undefined : seen(one),
      other === undefined ? undefined : seen(other),
    );
  t.is(kind().kind, 'unknown');
  t.is(kind(5_000).kind, 'unknown');
  t.is(kind(5_000, 5_000).kind, 'independent');
  t.deepEqual(kind(2_000, 2_002), { kind: 'sequential', step: 2, lastPort: 2_002 });
  t.is(kind(2_000, 40_000).kind, 'random');
  t.is(kind(2_000, 1_999).kind, 'random');
  t.is(tellBox([seen(7)], seen(7), seen(7)).kind, 'none');
});

test('the ring keeps what may have to go again, in order, and forgets what arrived', (t) => {
  const ring = createSentRing();
  for (let counter = 1; counter <= 5_000; counter++) {
    keepSent(ring, { counter, bytes: new Uint8Array(0) });
  }
  dropArrived(ring, 4_997);
  t.deepEqual(
    takeAll(ring).map(({ counter }) => counter),
    [4_998, 4_999, 5_000],
  );
  t.deepEqual(takeAll(ring), []);
});

const facts = (more: Partial<WaveFacts> = {}): WaveFacts => ({
  ...{ nowNs: 0, socketFor: () => 0, own: { kind: 'independent', step: 0, lastPort: 0 } },
  ...{ ownObserved: seen(1), observed: endpointOf('203.0.113.1', 9_000), offer: undefined },
  ...{ leadNs: 0, isAsked: false, wayNs: 50 * nsPerMs, wave: 1 },
  openerTtl,
  ...more,
});
const offer = (more: Partial<Offer> = {}): Offer => ({
  kind: 'offer',
  ...{ box: 'independent', step: 0, lastPort: 0, search: false, candidates: [] },
  ...more,
});

test('the first packet opens our box and dies before the other; full ones wait for the other to hear', (t) => {
  const drawn = facts({ leadNs: 20 * nsPerMs });
  const [opener, ...rest] = planSteps(drawn, chooseTargets(drawn)!);
  t.like(opener, { atNs: 0, ttl: 2 });
  t.true(rest.every(({ atNs, ttl }) => atNs >= 20 * nsPerMs && ttl === undefined));
});

test('probes are never further apart than 8 ms while the other may open its box', (t) => {
  const drawn = facts();
  const times = planSteps(drawn, chooseTargets(drawn)!)
    .slice(1)
    .map(({ atNs }) => atNs);
  for (const [at, time] of times.entries()) t.is(time, at * 8 * nsPerMs);
  t.true(times.at(-1)! >= 50 * nsPerMs);
});

test('who is behind a symmetric box waits for the offer: each destination costs a port', (t) => {
  const own = { kind: 'sequential', step: 1, lastPort: 5 } as const;
  t.is(chooseTargets(facts({ own })), undefined);
  t.not(chooseTargets(facts({ own, offer: offer() })), undefined);
});

test('who draws its ports and was asked tries each port three times after the other can have opened it', (t) => {
  const own = { kind: 'random', step: 0, lastPort: 0 } as const;
  const counts = offer({ box: 'sequential', step: 1, lastPort: 100 });
  for (const wayMs of [20, 50, 100, 300]) {
    const wayNs = wayMs * nsPerMs;
    const drawn = facts({ own, offer: counts, isAsked: true, wayNs });
    const steps = planSteps(drawn, chooseTargets(drawn)!).filter(({ to }) => to.port === 101);
    // The direct way is not much shorter than half of the relayed one, for most pairs.
    for (const ratio of [0.4, 0.7, 1]) {
      const inTime = steps.filter(({ atNs }) => atNs + ratio * wayNs >= wayNs);
      t.true(inTime.length >= 3, `${wayMs} ms, ${ratio}: ${inTime.length}`);
    }
    // R/2 is over when we are asked: R + D + 100 ms leave another R/2 and 100 ms for the last two tries.
    t.true(steps.at(-2)!.atNs <= wayNs + 100 * nsPerMs);
  }
});

test('ports of a box that counts are predicted behind the last one that was given out', (t) => {
  const targets = chooseTargets(
    facts({ offer: offer({ box: 'sequential', step: 2, lastPort: 100 }) }),
  )!;
  const predicted = targets.filter(({ source }) => source === 'predicted');
  t.deepEqual(
    predicted.slice(0, 3).map(({ endpoint }) => endpoint.port),
    [102, 104, 106],
  );
});

test('private addresses are tried only where both are seen as the same address', (t) => {
  const host = { source: 'host', endpoint: endpointOf('192.168.0.7') } as const;
  const triedFrom = (ownObserved: ReturnType<typeof endpointOf>) =>
    chooseTargets(facts({ ownObserved, offer: offer({ candidates: [host] }) }))!.some(
      ({ source }) => source === 'host',
    );
  t.false(triedFrom(endpointOf('198.51.100.1', 1)));
  t.true(triedFrom(endpointOf('203.0.113.1', 1)));
});

test('what is private, shared or link-local is no public address', (t) => {
  for (const text of [
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.1.1',
    'fd00::1',
    'fe80::1',
  ]) {
    t.true(isPrivate(parseIp(text)!), text);
  }
  for (const text of ['172.32.0.1', '100.128.0.1', '8.8.8.8', '2001:db8::1']) {
    t.false(isPrivate(parseIp(text)!), text);
  }
});

test('rounds without success are 5 s apart, then twice as long each, and ten minutes at most', (t) => {
  t.deepEqual(
    [1, 2, 3].map(wavePauseNs),
    [5, 10, 20].map((seconds) => seconds * nsPerSecond),
  );
  t.is(wavePauseNs(40), 600 * nsPerSecond);
});

test('a path is doubted after two echoes are missing, sooner where the other is silent as well', (t) => {
  const path = createDirectPath(0, seen(1), 40 * nsPerMs, 0);
  path.pending.set(1, 0);
  t.is(silenceDeadlineNs(path), Number.POSITIVE_INFINITY);
  path.pending.set(2, 10 * nsPerMs);
  // 1.25 D, the pause between probes, and 10 ms.
  t.is(silenceDeadlineNs(path), 70 * nsPerMs);
  path.lastHeardNs = 60 * nsPerMs;
  t.is(silenceDeadlineNs(path), 90 * nsPerMs);
  path.lastHeardNs = 10_000 * nsPerMs;
  t.is(silenceDeadlineNs(path), 280 * nsPerMs);
  t.true(noteEcho(path, 50 * nsPerMs, 2));
  t.is(path.pending.size, 0);
});
