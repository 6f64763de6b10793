/**
 * Names for addresses, as a node's `/etc/hosts` has them: `server` and `server.wifi` for each address of
 * each node that can be called by it from there.
 */
import { type Family, familyOf, formatIp, isIpv4 } from '../../src/base/address.ts';
import { indexNetwork } from './network-index.ts';
import type { Plan, PlannedInterface, PlannedNode } from './plan.ts';

const loopback = '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n';

/** By node. Nodes that see the same have the same text. */
export function hostsTexts(plan: Plan): ReadonlyMap<string, string> {
  const realms = findRealms(plan);
  const lines = plan.nodes.flatMap((node) => namedAddresses(node, realms));
  const texts = new Map<string, string>();
  return new Map(
    plan.nodes.map((node) => {
      const seen = realmsSeenFrom(node, realms);
      const key = [...seen].sort().join(' ');
      const text = texts.get(key) ?? formatHosts(lines, seen);
      texts.set(key, text);
      return [node.name, text];
    }),
  );
}

interface NamedAddress {
  readonly line: string;
  readonly family: Family;
  readonly realm: string;
}

/** IPv6 is not translated, and called by from anywhere. */
function formatHosts(lines: readonly NamedAddress[], seen: ReadonlySet<string>): string {
  const known = lines.filter(({ family, realm }) => family === 6 || seen.has(realm));
  return loopback + known.map(({ line }) => `${line}\n`).join('');
}

function namedAddresses(node: PlannedNode, realms: Realms): NamedAddress[] {
  return node.interfaces.flatMap((one) =>
    one.addresses.map(({ address }) => ({
      line: `${formatIp(address)} ${node.name} ${node.name}.${one.name}`,
      family: familyOf(address),
      realm: realms.of(one),
    })),
  );
}

/** A name for what IPv4 reaches without being translated. */
interface Realms {
  of(one: PlannedInterface): string;
  /** From the inside of NAT boxes to their outside. */
  readonly outward: ReadonlyMap<string, readonly string[]>;
}

/** Segments that something joins without translating are one realm. */
function findRealms(plan: Plan): Realms {
  const { segmentOf } = indexNetwork(plan);
  const parent = new Map([...segmentOf.values()].map((segment) => [segment, segment]));
  const rootOf = (segment: string): string => {
    const above = parent.get(segment)!;
    return above === segment ? segment : rootOf(above);
  };
  const of = (one: PlannedInterface) => rootOf(segmentOf.get(one.link)!);
  for (const side of plan.nodes.flatMap(joinedSides)) {
    for (const one of side) parent.set(of(one), of(side[0]!));
  }
  const outward = new Map<string, string[]>();
  for (const node of plan.nodes.filter(({ nat }) => nat !== undefined)) {
    const [inside, outside] = joinedSides(node);
    for (const one of inside ?? []) outward.set(of(one), (outside ?? []).map(of));
  }
  return { of, outward };
}

function joinedSides(node: PlannedNode): PlannedInterface[][] {
  const { nat, interfaces, forwards } = node;
  if (nat === undefined) return forwards ? [[...interfaces]] : [];
  return [nat.inside, nat.outside].map((side) =>
    interfaces.filter(({ name }) => side.includes(name)),
  );
}

function realmsSeenFrom(node: PlannedNode, realms: Realms): ReadonlySet<string> {
  const waiting = node.interfaces
    .filter(({ addresses }) => addresses.some(({ address }) => isIpv4(address)))
    .map((one) => realms.of(one));
  const seen = new Set<string>();
  for (const realm of waiting) {
    if (seen.has(realm)) continue;
    seen.add(realm);
    waiting.push(...(realms.outward.get(realm) ?? []));
  }
  return seen;
}
