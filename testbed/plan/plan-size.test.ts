import test from 'ava';
import type { Topology } from '../schema/model.ts';
import { findBranches } from './branches.ts';
import { planScenario } from './plan-scenario.ts';
import { findForwarders } from './realms.ts';
import { link, node, scenario, traffic } from './testing-topology.ts';
import { findWiring } from './wiring.ts';

const perHome = 4;

/** Homes of four terminals and a NAT box each, at one router with one server. */
function town(homes: number): Topology {
  const indexes = Array.from({ length: homes }, (_, at) => at);
  const terminals = (home: number) =>
    Array.from({ length: perHome }, (_, at) => [`t${home}-${at}`, `in${home}-${at}`] as const);
  return {
    nodes: [
      node('isp', 'router'),
      node('server', 'host'),
      ...indexes.flatMap((home) => [
        node(`box${home}`, 'nat', { inside: terminals(home).map(([, inside]) => inside) }),
        ...terminals(home).map(([name]) => node(name, 'terminal')),
      ]),
    ],
    links: [
      link('rack', ['isp', 'server']),
      ...indexes.flatMap((home) => [
        link(`wan${home}`, [`box${home}`, 'isp']),
        ...terminals(home).map(([name, inside]) => link(inside, [name, `box${home}`])),
      ]),
    ],
  };
}

function countRoutes(homes: number): number {
  const plan = planScenario(scenario(town(homes)));
  return plan.nodes.reduce((sum, one) => sum + one.routes.length, 0);
}

/** Two default routes a terminal and a box; one IPv6 route a terminal's link at the router. */
function expectedRoutes(homes: number): number {
  return homes * (perHome * 2 + 2 + perHome) + 2;
}

test('routes grow with the number of homes and not with its square', (t) => {
  for (const homes of [10, 20, 200]) t.is(countRoutes(homes), expectedRoutes(homes));
});

test('ways are looked for from the core only, and a town has a core of one router', (t) => {
  const forwarders = findForwarders(findWiring(town(200)), 6);
  const root = forwarders.findIndex((one) => one.node.name === 'isp');
  t.is(forwarders.length, 201);
  t.deepEqual(findBranches(forwarders, new Set([root])).core, [root]);
});

test('10 000 terminals behind 2 500 NAT boxes are planned, each with its traffic', (t) => {
  const homes = 2_500;
  const flows = Array.from({ length: homes * perHome }, (_, at) =>
    traffic(`f${at}`, `t${Math.floor(at / perHome)}-${at % perHome}`, 'server'),
  );
  const plan = planScenario(scenario(town(homes), { traffic: flows }));
  t.is(
    plan.nodes.reduce((sum, one) => sum + one.routes.length, 0),
    expectedRoutes(homes),
  );
  t.is(plan.programs.length, flows.length * 2);
});
