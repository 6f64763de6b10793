/** System 8 in other places than two homes: boxes in a row, boxes that are shared, relays off the way. */
import test from 'ava';
import { directAfterMs, type PeersDrawn, runPeers, told } from './testing-peers.ts';

const relayed = 'core: { between: [internet, relay], delay: 15 ms }';

const doubleNat = `
nodes:
  alice: { kind: terminal }
  left: { kind: nat, inside: [lan-a], nat: home-router }
  carrier: { kind: nat, inside: [access], nat: cgnat }
  internet: { kind: router }
  right: { kind: nat, inside: [lan-b], nat: home-router }
  bob: { kind: terminal }
  relay: { kind: relay, addresses: 2 }
links:
  lan-a: { between: [alice, left], delay: 1 ms }
  access: { between: [left, carrier], delay: 4 ms }
  wan-a: { between: [carrier, internet], delay: 5 ms }
  lan-b: { between: [bob, right], delay: 1 ms }
  wan-b: { between: [right, internet], delay: 9 ms }
  ${relayed}`;

const sharedCarrier = (nat: string) => `
nodes:
  alice: { kind: terminal }
  left: { kind: nat, inside: [lan-a], nat: home-router }
  right: { kind: nat, inside: [lan-b], nat: home-router }
  bob: { kind: terminal }
  carrier: { kind: nat, inside: [acc-a, acc-b], nat: ${nat} }
  internet: { kind: router }
  relay: { kind: relay, addresses: 2 }
links:
  lan-a: { between: [alice, left], delay: 1 ms }
  acc-a: { between: [left, carrier], delay: 9 ms }
  lan-b: { between: [bob, right], delay: 1 ms }
  acc-b: { between: [right, carrier], delay: 9 ms }
  wan: { between: [carrier, internet], delay: 5 ms }
  core: { between: [internet, relay], delay: 10 ms }`;

const sameLan = (nat: string) => `
nodes:
  alice: { kind: terminal }
  bob: { kind: terminal }
  home: { kind: switch }
  left: { kind: nat, inside: [up], nat: ${nat} }
  internet: { kind: router }
  relay: { kind: relay, addresses: 2 }
links:
  lan-a: { between: [alice, home], delay: 1 ms }
  lan-b: { between: [bob, home], delay: 1 ms }
  up: { between: [home, left], delay: 1 ms }
  wan: { between: [left, internet], delay: 9 ms }
  ${relayed}`;

const [noHairpin, hairpins] = ['false', 'true'].map(
  (hairpin) =>
    `{ mapping: endpoint-independent, filtering: endpoint-independent, ports: random, hairpin: ${hairpin} }`,
) as [string, string];

/** a, b: one way to the relay; D: the direct round trip. All in milliseconds. */
const pushed = (a: number, b: number, d: number) => Math.max(2 * a, a + b) + d + 10;

const places: readonly [string, PeersDrawn, number][] = [
  ['behind two boxes in a row', { topology: doubleNat }, pushed(25, 25, 40)],
  [
    'both behind one carrier that hairpins',
    { topology: sharedCarrier(hairpins) },
    pushed(25, 25, 40),
  ],
  ['a relay nearer to who begins', { leftMs: 5, rightMs: 60, coreMs: 5 }, pushed(10, 65, 130)],
  ['a relay nearer to who answers', { leftMs: 60, rightMs: 5, coreMs: 40 }, pushed(100, 45, 130)],
  // Candidates have to be exchanged: R + D + 10 ms.
  ['in one home whose router does not hairpin', { topology: sameLan('home-router') }, 104 + 4 + 10],
  ['in one home behind a symmetric box', { topology: sameLan('symmetric') }, 104 + 4 + 10],
  ['in one home whose router hairpins', { topology: sameLan('hairpin-router') }, pushed(26, 26, 8)],
];

for (const [name, drawn, boundMs] of places) {
  test(`${name}: directly, in time`, async (t) => {
    const run = await runPeers(drawn);
    t.like(run.metrics['ask.answered'], { value: 8 });
    t.true(directAfterMs(run)! <= boundMs, `${directAfterMs(run)} of ${boundMs}`);
  });
}

test('in one home the path ends on the wire between the two, not at the router', async (t) => {
  const run = await runPeers({ topology: sameLan('hairpin-router') });
  const rtts = [...told(run, 'alice', 'punch.established'), ...told(run, 'alice', 'path.replaced')];
  t.is(rtts.at(-1)!['rttNs'], 4_000_000);
});

test('both behind one carrier that does not hairpin: by the relay, without an outage', async (t) => {
  const run = await runPeers({ topology: sharedCarrier(noHairpin) });
  t.is(directAfterMs(run), undefined);
  t.like(run.metrics['ask.answered'], { value: 8 });
});

test('punch-probe says how soon a peer is reached directly, or that it is not', async (t) => {
  const probe = (right: string) =>
    runPeers({
      ...{ right, withoutAlice: true, traffic: '{}' },
      moreRelays:
        'probe: { on: alice, run: punch-probe, with: { name: alice, relay: { node: relay }, port: 3478, token: lab, address: 10.77.0.1, peers: { bob: 10.77.0.2 }, wait: 3 s } }',
    });
  const home = told(await probe('home-router'), 'probe', 'punch.result');
  t.like(home, [{ peer: 'bob', outcome: 'direct', rttNs: 40_000_000 }]);
  t.true(Number(home[0]!['afterNs']) <= pushed(25, 25, 40) * 1_000_000);
  t.like(told(await probe('symmetric'), 'probe', 'punch.result'), [{ outcome: 'relay' }]);
});

const twoRelays = `
nodes:
  alice: { kind: terminal }
  left: { kind: nat, inside: [lan-a], nat: symmetric }
  internet: { kind: router }
  right: { kind: nat, inside: [lan-b], nat: symmetric }
  bob: { kind: terminal }
  relay: { kind: relay, addresses: 2 }
  second: { kind: relay, addresses: 2 }
links:
  lan-a: { between: [alice, left], delay: 1 ms }
  wan-a: { between: [left, internet], delay: 9 ms }
  lan-b: { between: [bob, right], delay: 1 ms }
  wan-b: { between: [right, internet], delay: 9 ms }
  core: { between: [internet, relay], delay: 15 ms }
  other: { between: [internet, second], delay: 20 ms }`;

test('a second relay takes over from one that is gone, and nobody does without it', async (t) => {
  const drawn: PeersDrawn = {
    topology: twoRelays,
    moreRelays:
      'second: { on: second, run: relay, with: { addresses: { node: second }, port: 3478, token: lab } }',
    traffic:
      'ask: { run: request-response, from: alice, to: bob, address: 10.77.0.2, count: 100, payload: 100 B, interval: 30 ms, timeout: 400 ms }',
    events: 'gone: { at: 1 s, node: relay, do: crash }',
  };
  const both = await runPeers({ ...drawn, peers: 'spare: { node: second }' });
  const answers = both.records.filter(({ kind }) => kind === 'response.received');
  t.is(answers.at(-1)?.['n'], 100);
  t.true(answers.length >= 90, String(answers.length));
  const one = await runPeers(drawn);
  t.true(one.records.filter(({ kind }) => kind === 'response.received').length < 30);
});
