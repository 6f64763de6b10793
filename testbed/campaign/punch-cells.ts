/** Every pair of boxes that hole punching is judged by: what theory says of it, its bar, and one try at it. */
import { nsPerMs } from '../../src/base/time.ts';
import { natPresets, resolveNat } from '../schema/nat-presets.ts';
import { type Reach, reachOf } from '../schema/nat-reach.ts';
import { type NatBehaviour, type NatSettings, natBehaviours } from '../schema/nat-settings.ts';
import { runPeers, told } from './testing-peers.ts';

export interface BoxKind {
  readonly name: string;
  /** As a topology writes it. */
  readonly text: string;
  readonly settings: NatSettings;
}

export const presetKinds: readonly BoxKind[] = Object.keys(natPresets).map((name) => ({
  ...{ name, text: name, settings: resolveNat(name as keyof typeof natPresets) },
}));

const shortNames: Readonly<Record<NatBehaviour, string>> = {
  'endpoint-independent': 'ei',
  'address-dependent': 'ad',
  'address-and-port-dependent': 'apd',
};

/** RFC 4787's mappings × filterings; ports are drawn or, where that makes a difference, counted. */
export const behaviourKinds: readonly BoxKind[] = natBehaviours.flatMap((mapping) =>
  natBehaviours.flatMap((filtering) => {
    const orders =
      mapping === 'endpoint-independent'
        ? (['random'] as const)
        : (['random', 'sequential'] as const);
    return orders.map((ports): BoxKind => {
      const name = `${shortNames[mapping]}-${shortNames[filtering]}`;
      const own = { mapping, filtering, ports, hairpin: false } as const;
      const words = `preset: full-cone, mapping: ${mapping}, filtering: ${filtering}, ports: ${ports}, hairpin: false`;
      return {
        name: ports === 'random' ? name : `${name}-counted`,
        text: `{ ${words} }`,
        settings: resolveNat('full-cone', own),
      };
    });
  }),
);

export interface Cell {
  readonly left: BoxKind;
  readonly right: BoxKind;
  readonly reach: Reach;
}

export function cellsOf(kinds: readonly BoxKind[]): Cell[] {
  return kinds.flatMap((left) =>
    kinds.map((right) => ({ left, right, reach: reachOf(left.settings, right.settings) })),
  );
}

export function nameOfCell({ left, right }: Cell): string {
  return `${left.name} × ${right.name}`;
}

/** One way in milliseconds from the initiator and from the other to the middle, and from there to the relay. */
export interface Ways {
  readonly leftMs: number;
  readonly rightMs: number;
  readonly coreMs: number;
}

export const evenWays: Ways = { leftMs: 10, rightMs: 10, coreMs: 15 };

/**
 * a, b: one way to the relay; R = 2 (a + b); D: the direct round trip. Undefined: it stays on the relay.
 * At a loss of 1 or 5 % of each path it may take 30 ms more; without loss 1.5 R + D, which is
 * the floor of who dials at a time that was agreed on through the relay, is never passed.
 */
export function boundMs(reach: Reach, ways: Ways, lossPercent: number): number | undefined {
  const [a, b] = [ways.leftMs + ways.coreMs, ways.rightMs + ways.coreMs];
  const [relayMs, directMs] = [2 * (a + b), 2 * (ways.leftMs + ways.rightMs)];
  const moreMs = lossPercent > 0 ? 30 : 0;
  switch (reach) {
    case 'pushed':
      return Math.max(2 * a, a + b) + directMs + 10 + moreMs;
    case 'exchanged':
      return relayMs + directMs + 10 + moreMs;
    case 'predicted':
      return (
        Math.min(relayMs + directMs + 100, lossPercent > 0 ? 9_999 : 1.5 * relayMs + directMs) +
        moreMs
      );
    case 'searched':
    case 'relay':
      return undefined;
  }
}

export interface Try {
  readonly seed: number;
  readonly ways?: Ways;
  /** Of each of the two ways, end to end. */
  readonly lossPercent?: number;
  readonly search?: boolean;
  readonly waitMs?: number;
}

/** How many milliseconds after its first word the left one has proved a direct path; undefined: it has none. */
export async function tryCell({ left, right }: Cell, given: Try): Promise<number | undefined> {
  const { seed, ways = evenWays, lossPercent = 0, search = false, waitMs = 4_000 } = given;
  const own = `name: alice, relay: { node: relay }, port: 3478, token: lab, address: 10.77.0.1, peers: { bob: 10.77.0.2 }`;
  const run = await runPeers({
    ...{ left: left.text, right: right.text, ...ways, seed, traffic: '{}', withoutAlice: true },
    ...(lossPercent > 0 && { lossPercent: lossOfLink(lossPercent) }),
    peers: `search: ${search}`,
    moreRelays: `probe: { on: alice, run: punch-probe, with: { ${own}, search: ${search}, wait: ${waitMs} ms } }`,
  });
  const [result] = told(run, 'probe', 'punch.result');
  return result?.['outcome'] === 'direct' ? Number(result['afterNs']) / nsPerMs : undefined;
}

/** Each way passes two lossy links. */
function lossOfLink(lossPercent: number): number {
  return 100 * (1 - Math.sqrt(1 - lossPercent / 100));
}
