/**
 * Writes `scenarios/punch-grid.yaml`: `node docs/punch-grid.ts > scenarios/punch-grid.yaml`. The cells are
 * many; what each is held to follows from its two boxes.
 */
import process from 'node:process';
import { natPresets, resolveNat } from '../testbed/schema/nat-presets.ts';
import { type Reach, reachOf } from '../testbed/schema/nat-reach.ts';
import { natBehaviours } from '../testbed/schema/nat-settings.ts';

type Box = Parameters<typeof reachOf>[0];

const relayRtt = '2 * (owd(alice, relay) + owd(bob, relay))';

/** The part of the bar that differs; undefined: as in most cells. */
function expectedOf(reach: Reach): string | undefined {
  switch (reach) {
    case 'pushed':
      return undefined;
    case 'exchanged':
      return `direct <= ${relayRtt} + rtt(alice, bob) + 10 ms + real-time(20 ms)`;
    case 'predicted':
      return `direct <= ${relayRtt} + rtt(alice, bob) + 100 ms + real-time(20 ms)`;
    case 'searched':
    case 'relay':
      return 'never(direct)';
  }
}

const presets = Object.keys(natPresets).map((name) => ({
  name,
  settings: resolveNat(name as keyof typeof natPresets),
}));
const isFixed = ({ mapping }: Box) => mapping === 'endpoint-independent';
const fixed = presets.filter(({ settings }) => isFixed(settings)).map(({ name }) => name);

function includeLines(): string[] {
  return presets.flatMap((left) =>
    presets
      .filter((right) => !isFixed(left.settings) || !isFixed(right.settings))
      .map((right) => {
        const that = expectedOf(reachOf(left.settings, right.settings))!;
        return `    - { nodes.left.nat: ${left.name}, nodes.right.nat: ${right.name}, expect.direct-in-time.that: "${that}" }`;
      }),
  );
}

const behaviours = natBehaviours.flatMap((mapping) =>
  natBehaviours.map((filtering) => {
    const own = { mapping, filtering, ports: 'random', hairpin: false } as const;
    const name = `${nameOf(mapping)}-${nameOf(filtering)}`;
    const text = `{ preset: full-cone, mapping: ${mapping}, filtering: ${filtering}, ports: random, hairpin: false }`;
    return { name, text, settings: resolveNat('full-cone', own) };
  }),
);

/** ei, ad, apd. */
function nameOf(behaviour: string): string {
  const words = behaviour.split('-').filter((word) => word !== 'and');
  return words.map((word) => word[0]).join('');
}

function behaviourLines(): string[] {
  return behaviours.flatMap((left) =>
    behaviours.map((right) => {
      const that = expectedOf(reachOf(left.settings, right.settings));
      const bar = that === undefined ? '' : `, expect.direct-in-time.that: "${that}"`;
      return `  ${left.name}--${right.name}: { nodes.left.nat: ${left.text}, nodes.right.nat: ${right.text}${bar} }`;
    }),
  );
}

const places = `  double-nat: { nodes.carrier: { kind: nat, inside: [access], nat: cgnat } }
  double-nat-of-a-symmetric-carrier: { nodes.carrier: { kind: nat, inside: [access], nat: symmetric }, nodes.right.nat: full-cone, expect.direct-in-time.that: "${expectedOf('exchanged')}" }
  one-carrier-that-hairpins: { nodes.internet: { kind: nat, inside: [wan-a, wan-b], nat: cgnat } }
  one-carrier-that-does-not: { nodes.internet: { kind: nat, inside: [wan-a, wan-b], nat: { preset: cgnat, hairpin: false } }, expect.direct-in-time.that: never(direct) }
  relay-near-alice: { links.core.delay: 5 ms, links.wan-b.delay: 60 ms }
  relay-near-bob: { links.core.delay: 5 ms, links.wan-a.delay: 60 ms }`;

export const punchGrid = `# yaml-language-server: $schema=../testbed/schema/scenario.schema.json
# Written by docs/punch-grid.ts: what a cell is held to follows from its two boxes.
scenario: punch-grid
about: Every preset of a NAT box on both sides, every mapping with every filtering of RFC 4787 on both, boxes in a row and shared, a relay off the middle; a direct path opens wherever theory allows it, within the time that the ways take, and the rest stays on the relay.
topology: ../topologies/two-homes-and-a-carrier.yaml
seed: 8
repeat: 1
limit: 30 s
programs:
  relay: { on: relay, run: relay, with: { addresses: { node: relay }, port: 3478, token: lab } }
  alice: { on: alice, run: peer, with: { name: alice, relay: { node: relay }, port: 3478, token: lab, address: 10.77.0.1, peers: { bob: 10.77.0.2 } } }
  bob: { on: bob, run: peer, with: { name: bob, relay: { node: relay }, port: 3478, token: lab, address: 10.77.0.2, peers: { alice: 10.77.0.1 } } }
traffic:
  ask: { run: request-response, from: alice, to: bob, address: 10.77.0.2, count: 20, payload: 100 B, interval: 50 ms, timeout: 2 s }
matrix:
  nodes.left.nat: [${fixed.join(', ')}]
  nodes.right.nat: [${fixed.join(', ')}]
  include:
${includeLines().join('\n')}
cases:
${behaviourLines().join('\n')}
${places}
measure:
  first: { what: relay-first-byte, of: alice }
  direct: { what: direct-after, of: alice }
  switched: { what: switched-after, of: alice }
expect:
  relay-at-once:
    that: first <= ${relayRtt} + 1 ms + real-time(10 ms)
    because: the first packet goes by the relay whatever the boxes do, and so does its answer
  direct-in-time:
    that: direct <= max(2 * owd(alice, relay), owd(alice, relay) + owd(bob, relay)) + rtt(alice, bob) + 10 ms + real-time(20 ms)
    because: the relay tells each where the other is with the first packet, and one round trip proves the path; where ports differ by destination both must hear of each other first, and a port that is counted is found among a dozen
  nothing-lost:
    that: ask.answered == 20
    because: no link loses anything, and a change of path must not either
  not-before-the-relay:
    that: first >= ${relayRtt}
    kind: ceiling
    because: nothing comes back sooner than by the way through the relay
`;

if (import.meta.main) process.stdout.write(punchGrid);
