/**
 * One network of each family for each segment, in the order of the YAML: what is appended takes what
 * comes next, so earlier segments keep theirs while their realm stays what it is.
 */
import type { Ipv4 } from '../../src/base/address.ts';
import { contains, formatPrefix, hostAt, type Prefix, parsePrefix } from '../../src/base/prefix.ts';
import { addressPath, givenNetwork, givenOf } from './given-networks.ts';
import { PlanError } from './plan-error.ts';
import { join, type Realm, rootOf, type Scope } from './realms.ts';
import type { Segment, Wiring } from './wiring.ts';

/** By the index of the segment. */
export type Networks = readonly Prefix[];

const bases: Readonly<Record<Scope, readonly Prefix[]>> = {
  // RFC 2544 C.2.2: set aside for benches, so a leak is nobody's address.
  public: [parsePrefix('198.18.0.0/15')!],
  // RFC 6598: between a carrier's box and its customers'.
  carrier: [parsePrefix('100.64.0.0/10')!],
  // RFC 1918: homes overlap, as they do in life.
  inner: [parsePrefix('192.168.0.0/16')!, parsePrefix('10.0.0.0/8')!],
};

/** A link holds both its ends; a switched network has room to grow without moving its neighbours. */
const smallestLink = 29;
const smallestSwitched = 24;

export function assignIpv4Networks(wiring: Wiring, realms: readonly Realm[]): Networks {
  const networks: Prefix[] = [];
  const given = new Map<string, Prefix>();
  for (const segment of wiring.segments) {
    const network = givenNetwork(segment, 4);
    if (network === undefined) continue;
    networks[segment.index] = network;
    given.set(formatPrefix(network), network);
  }
  for (const pool of findPools(wiring, realms)) {
    fillPool(pool.scope, pool.segments, networks, [...given.values()]);
    checkDisjoint(pool.segments, networks);
  }
  for (const ports of wiring.portsOf.values()) {
    checkDisjoint([...new Set(ports.map((port) => port.segment))], networks);
  }
  return networks;
}

interface Pool {
  readonly scope: Scope;
  readonly segments: readonly Segment[];
}

/**
 * Realms that may not overlap: all public ones, and inner ones which meet at a node, because a
 * terminal with a link in each of two homes must tell them apart.
 */
function findPools(wiring: Wiring, realms: readonly Realm[]): Pool[] {
  const parent = realms.map((_, index) => index);
  const realmOf: number[] = [];
  for (const [index, realm] of realms.entries()) {
    for (const segment of realm.segments) realmOf[segment.index] = index;
  }
  joinPublic(parent, realms);
  for (const ports of wiring.portsOf.values()) {
    const met = new Map<Scope, number>();
    for (const index of ports.map((port) => realmOf[port.segment.index]!)) {
      const { scope } = realms[index]!;
      join(parent, met.get(scope) ?? index, index);
      met.set(scope, index);
    }
  }
  const grouped = Map.groupBy(realms.keys(), (index) => rootOf(parent, index));
  return [...grouped.values()].map((members) => ({
    scope: realms[members[0]!]!.scope,
    segments: members
      .flatMap((index) => realms[index]!.segments)
      .toSorted((a, b) => a.index - b.index),
  }));
}

function joinPublic(parent: number[], realms: readonly Realm[]): void {
  const open = [...realms.keys()].filter((index) => realms[index]!.scope === 'public');
  for (const index of open) join(parent, open[0]!, index);
}

function fillPool(
  scope: Scope,
  segments: readonly Segment[],
  networks: Prefix[],
  given: readonly Prefix[],
): void {
  let base = 0;
  let offset = 0;
  for (const segment of segments) {
    if (networks[segment.index]) continue;
    const length = lengthFor(segment);
    let found = nextFree(bases[scope][base]!, offset, length, given);
    while (found === undefined) {
      base += 1;
      if (base === bases[scope].length) throw exhausted(scope, segment);
      found = nextFree(bases[scope][base]!, 0, length, given);
    }
    networks[segment.index] = found;
    offset = (found.address as number) - (bases[scope][base]!.address as number) + sizeOf(length);
  }
}

/** The first free network from `offset` addresses into the base on, or undefined at its end. */
function nextFree(
  base: Prefix,
  offset: number,
  length: number,
  given: readonly Prefix[],
): Prefix | undefined {
  const size = sizeOf(length);
  for (let at = Math.ceil(offset / size) * size; at + size <= sizeOf(base.length); at += size) {
    const network = { address: hostAt(base, at) as Ipv4, length };
    if (!given.some((other) => overlap(network, other))) return network;
  }
  return undefined;
}

function lengthFor(segment: Segment): number {
  const addresses = segment.ports.reduce((sum, port) => {
    const given = givenOf(port, 4).length;
    return sum + (given > 0 ? given : port.node.addressCount);
  }, 0);
  let length =
    segment.links.length > 1 || segment.ports.length < 2 ? smallestSwitched : smallestLink;
  while (sizeOf(length) - 2 < addresses) length -= 1;
  return length;
}

function sizeOf(length: number): number {
  return 2 ** (32 - length);
}

function overlap(a: Prefix, b: Prefix): boolean {
  return a.length <= b.length ? contains(a, b.address) : contains(b, a.address);
}

function exhausted(scope: Scope, segment: Segment): PlanError {
  const link = segment.links[0]!;
  const all = bases[scope].map(formatPrefix).join(' and ');
  return new PlanError(['links', link.group], {
    code: 'addresses-exhausted',
    message: `${link.name} gets no IPv4 network: ${all} are used up`,
    hint: 'join nodes by a switch instead of a link each, or give addresses of your own',
  });
}

/** Sorted, so that whatever overlaps stands next to the widest before it. */
function checkDisjoint(segments: readonly Segment[], networks: Networks): void {
  const sorted = segments.toSorted((a, b) => compare(networks[a.index]!, networks[b.index]!));
  let widest = sorted[0];
  for (const segment of sorted.slice(1)) {
    if (overlap(networks[widest!.index]!, networks[segment.index]!)) {
      throw overlapping(widest!, segment, networks);
    }
    widest = segment;
  }
}

function compare(a: Prefix, b: Prefix): number {
  if (a.address === b.address) return a.length - b.length;
  return a.address < b.address ? -1 : 1;
}

function overlapping(a: Segment, b: Segment, networks: Networks): PlanError {
  const [earlier, later] = [a, b].toSorted((x, y) => x.index - y.index) as [Segment, Segment];
  const family = typeof networks[a.index]!.address === 'number' ? 4 : 6;
  const isGiven = (one: Segment) => one.ports.find((port) => givenOf(port, family).length > 0);
  const port = isGiven(later) ?? isGiven(earlier)!;
  const name = (one: Segment) => `${one.links[0]!.name} (${formatPrefix(networks[one.index]!)})`;
  return new PlanError(addressPath(port), {
    code: 'networks-overlap',
    message: `the networks of ${name(earlier)} and ${name(later)} overlap`,
    hint: `give ${port.node.name} an address of another network on ${port.link.name}`,
  });
}

/** RFC 3849's prefix; a segment's number is its place in the YAML. */
export function assignIpv6Networks(wiring: Wiring): Networks {
  const base = parsePrefix('2001:db8::/32')!;
  const givenNetworks = wiring.segments.map((segment) => givenNetwork(segment, 6));
  const given = givenNetworks.filter((network) => network !== undefined);
  const networks = wiring.segments.map(
    (segment) => givenNetworks[segment.index] ?? numbered(base, segment.index + 1, given),
  );
  checkDisjoint(wiring.segments, networks);
  return networks;
}

/** A number that a given network covers is replaced by one that no place in the YAML leads to. */
function numbered(base: Prefix, number: number, given: readonly Prefix[]): Prefix {
  for (let attempt = 0; ; attempt++) {
    const network = { address: withNumber(base, number + attempt * 2 ** 24), length: 64 };
    if (attempt === 255 || !given.some((other) => overlap(network, other))) return network;
  }
}

function withNumber(base: Prefix, number: number): Prefix['address'] {
  const groups = [(number / 65_536) & 0xffff, number & 0xffff];
  const head = (base.address as string).slice(0, 2);
  return `${head}${String.fromCharCode(...groups)}${'\0'.repeat(4)}` as Prefix['address'];
}
