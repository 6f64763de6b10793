import test from 'ava';
import fc from 'fast-check';
import { type Family, familyOf, type Ip } from '../../src/base/address.ts';
import { contains } from '../../src/base/prefix.ts';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { type Grown, type Growth, grow } from './growing-topology.ts';
import type { Plan, PlannedInterface, PlannedNode } from './plan.ts';
import { planScenario } from './plan-scenario.ts';
import { scenario } from './testing-topology.ts';

const step: fc.Arbitrary<Growth> = fc.record({
  what: fc.constantFrom('terminal', 'router', 'nat', 'switch', 'mesh', 'second-home'),
  at: fc.nat(99),
  other: fc.nat(99),
  delay: fc.nat(5),
});
const steps = fc.array(step, { maxLength: 24, size: 'max' });

function planOf(grown: Grown): Plan {
  return planScenario(scenario(grown));
}

interface Site {
  readonly node: PlannedNode;
  readonly port: PlannedInterface;
  readonly realm: number;
}

function sitesOf(grown: Grown, plan: Plan): Site[] {
  return plan.nodes.flatMap((node) =>
    node.interfaces
      .filter((port) => port.addresses.length > 0)
      .map((port) => ({ node, port, realm: grown.realmOf.get(port.link)! })),
  );
}

/** Links that frames reach from a link, by switches: found without the plan's own code. */
function floodFrom(grown: Grown, link: string): Set<string> {
  const switches = new Set(
    grown.nodes.filter((node) => node.kind === 'switch').map((node) => node.name),
  );
  const found = new Set([link]);
  for (const name of found) {
    const here = grown.links.find((one) => one.name === name)!;
    for (const next of grown.links) {
      if (next.between.some((end) => switches.has(end) && here.between.includes(end))) {
        found.add(next.name);
      }
    }
  }
  return found;
}

/** Who is at the end, or what went wrong; tables are read the slow and obvious way. */
function follow(grown: Grown, sites: readonly Site[], from: Site, to: Ip): string {
  let node = from.node;
  let by: string | undefined = node.forwards ? undefined : from.port.name;
  for (let hops = 0; hops < 100; hops++) {
    if (node.interfaces.some((port) => port.addresses.some(({ address }) => address === to))) {
      return node.name;
    }
    const way = chooseWay(node, to, by);
    if (way === undefined) return `${node.name} has no route`;
    const reached = floodFrom(grown, way.interface);
    const next = sites.find(
      ({ port }) =>
        reached.has(port.link) && port.addresses.some(({ address }) => address === way.next),
    );
    if (next === undefined) return `nobody answers on ${way.interface}`;
    node = next.node;
    if (!node.forwards && next.port.addresses.every(({ address }) => address !== to)) {
      return `${node.name} does not forward`;
    }
    by = undefined;
  }
  return 'a circle';
}

function chooseWay(node: PlannedNode, to: Ip, by: string | undefined) {
  const own = node.interfaces.flatMap((port) =>
    port.addresses.map((prefix) => ({ prefix, interface: port.name, next: to, metric: 0 })),
  );
  const others = node.routes.map((route) => ({ ...route, next: route.gateway ?? to }));
  return [...own, ...others]
    .filter((way) => contains(way.prefix, to) && (by === undefined || way.interface === by))
    .toSorted((a, b) => b.prefix.length - a.prefix.length || a.metric - b.metric)[0];
}

function addressOf(site: Site, family: Family): Ip {
  return site.port.addresses.find(({ address }) => familyOf(address) === family)!.address;
}

/** Pairs that a way is missing between. */
function findGaps(grown: Grown, plan: Plan, family: Family): string[] {
  const sites = sitesOf(grown, plan);
  return sites.flatMap((from) =>
    sites
      .filter((to) => to.node !== from.node && (family === 6 || to.realm === from.realm))
      .flatMap((to) => {
        const end = follow(grown, sites, from, addressOf(to, family));
        return end === to.node.name ? [] : [`${from.node.name} to ${to.node.name}: ${end}`];
      }),
  );
}

for (const family of [4, 6] as const) {
  test(`every IPv${family} address of a realm is reached from everywhere in it by the tables`, (t) => {
    const property = fc.property(steps, (growth) => {
      const grown = grow(growth);
      t.deepEqual(findGaps(grown, planOf(grown), family), []);
    });
    t.notThrows(() => fc.assert(property, propertyRuns(60)));
  });
}

test('a plan without routes leaves gaps', (t) => {
  const grown = grow([
    { what: 'router', at: 0, other: 0, delay: 1 },
    { what: 'terminal', at: 0, other: 0, delay: 1 },
    { what: 'terminal', at: 1, other: 0, delay: 1 },
  ]);
  const plan = planOf(grown);
  const bare = { ...plan, nodes: plan.nodes.map((node) => ({ ...node, routes: [] })) };
  t.deepEqual(findGaps(grown, plan, 4), []);
  t.true(findGaps(grown, bare, 4).includes('terminal-2 to terminal-3: terminal-2 has no route'));
});

test('no address is given twice in a realm, and no Ethernet address at all', (t) => {
  const property = fc.property(steps, (growth) => {
    const grown = grow(growth);
    const plan = planOf(grown);
    const given = sitesOf(grown, plan).flatMap(({ port, realm }) =>
      port.addresses.map(({ address }) =>
        familyOf(address) === 6 ? address : `${realm} ${address}`,
      ),
    );
    const macs = plan.nodes.flatMap((node) => node.interfaces.map((port) => port.mac));
    t.is(new Set(given).size, given.length);
    t.is(new Set(macs).size, macs.length);
  });
  fc.assert(property, propertyRuns(200, 2));
});

test('a terminal with two links never has one network on both', (t) => {
  const property = fc.property(steps, (growth) => {
    for (const node of planOf(grow(growth)).nodes) {
      const prefixes = node.interfaces.flatMap((port) =>
        port.addresses.map((one) => ({ ...one, port })),
      );
      for (const one of prefixes) {
        const clash = prefixes.find(
          (other) => other.port !== one.port && contains(one, other.address),
        );
        t.true(clash === undefined || isOneSegment(growth, one.port.link, clash.port.link));
      }
    }
  });
  t.notThrows(() => fc.assert(property, propertyRuns(100, 3)));
});

function isOneSegment(growth: readonly Growth[], one: string, other: string): boolean {
  return floodFrom(grow(growth), one).has(other);
}

/** What is added last may not make a home a carrier's network or join two homes. */
const lastStep = step.map((last) => ({
  ...last,
  what: last.what === 'second-home' ? ('terminal' as const) : last.what,
}));

test('what is appended leaves the addresses of all others as they were', (t) => {
  const property = fc.property(steps, lastStep, (growth, last) => {
    const before = planOf(grow(growth));
    const grown = grow([...growth, last.what === 'nat' ? { ...last, at: 0 } : last]);
    const after = new Map(planOf(grown).nodes.map((node) => [node.name, node]));
    for (const node of before.nodes) {
      const same = after.get(node.name)!.interfaces.slice(0, node.interfaces.length);
      t.deepEqual(same, node.interfaces);
    }
  });
  fc.assert(property, propertyRuns(200, 4));
});

test('the same scenario gives the same plan', (t) => {
  const property = fc.property(steps, (growth) => {
    t.deepEqual(planOf(grow(growth)), planOf(grow(growth)));
  });
  fc.assert(property, propertyRuns(50, 5));
});
