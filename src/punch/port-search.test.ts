/** The search for a port that is drawn, and the bounds that hold whatever the other says. */
import test from 'ava';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import type { BoxKind } from '../wire/punch-message.ts';
import { maySearch, planSearch } from './port-search.ts';
import type { WaveFacts } from './probe-plan.ts';
import { createTalkingNet, endpointOf, packetToBob, sendToBob } from './testing-net.ts';

const observed = endpointOf('203.0.113.1', 9_000);

const facts = (own: BoxKind, other: BoxKind, search = true, nowNs = 0): WaveFacts => ({
  ...{ nowNs, socketFor: () => 0, own: { kind: own, step: 0, lastPort: 0 }, observed },
  ownObserved: endpointOf('198.51.100.1', 1),
  offer: {
    ...{ kind: 'offer', box: other, step: 0, lastPort: 0, search },
    // What the peer says of itself is no place to search at.
    candidates: [{ source: 'host', endpoint: endpointOf('198.51.100.99', 53) }],
  },
  ...{ leadNs: 0, isAsked: false, wayNs: 50 * nsPerMs, wave: 1 },
  openerTtl: undefined,
});

function searching(search: boolean) {
  const { alice } = createTalkingNet({ search });
  return { device: alice.device, peer: alice.device.peers[0]!, sink: alice.sink };
}

test('system 8.5: a search has 1 200 probes at most, a thousand a second, to the address that the relay sees, no port twice', (t) => {
  const { device, peer, sink } = searching(true);
  const steps = planSearch(device, peer, facts('independent', 'random'), sink);
  t.true(steps.length <= 1_200);
  t.true(steps.every(({ to }) => to.address === observed.address));
  t.is(new Set(steps.map(({ to }) => to.port)).size, steps.length);
  t.is(steps.at(-1)!.atNs, (steps.length - 1) * nsPerMs);
});

test('system 8.5: whose ports are drawn opens 320 of them, to one endpoint, in fewer probes than 1 200', (t) => {
  const { device, peer, sink } = searching(true);
  const steps = planSearch(device, peer, facts('random', 'independent'), sink);
  t.is(new Set(steps.map(({ socket }) => socket)).size, 320);
  t.true(steps.length <= 1_200);
  t.true(steps.every(({ to }) => to === observed));
});

test('system 8.5: nobody searches without the consent of both, for what a search does not find, or twice a minute', (t) => {
  const { device, peer, sink } = searching(true);
  t.true(maySearch(device, peer, facts('independent', 'random')));
  t.false(maySearch(device, peer, facts('independent', 'random', false)));
  t.false(maySearch(device, peer, facts('random', 'random')));
  t.false(maySearch(device, peer, facts('independent', 'independent')));
  const unwilling = searching(false);
  t.false(maySearch(unwilling.device, unwilling.peer, facts('independent', 'random')));
  planSearch(device, peer, facts('independent', 'random'), sink);
  t.false(maySearch(device, peer, facts('independent', 'random', true, 59 * nsPerSecond)));
  t.true(maySearch(device, peer, facts('independent', 'random', true, 60 * nsPerSecond)));
});

test('system 8.5: a probe is 64 bytes at most', (t) => {
  const net = createTalkingNet();
  sendToBob(net, packetToBob(1));
  const direct = net.sent.filter(
    ({ from, to }) => from === net.alice.endpoint && to.port === 5_000,
  );
  t.true(direct.some(({ bytes }) => bytes.length === 40));
  t.true(direct.every(({ bytes }) => bytes.length <= 64));
});
