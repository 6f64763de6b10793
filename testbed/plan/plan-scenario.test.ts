import test from 'ava';
import type { Scenario, Topology } from '../schema/model.ts';
import { interfaceText, routeTexts } from './node-text.ts';
import { planScenario } from './plan-scenario.ts';
import { link, ms, node, scenario } from './testing-topology.ts';

/** One line an interface and a route, in the order of the plan. */
function planText(topology: Topology, parts: Partial<Scenario> = {}): string[] {
  return planScenario(scenario(topology, parts)).nodes.flatMap((one) => [
    `${one.name} ${one.kind}${one.forwards ? ' forwards' : ''}`,
    ...one.interfaces.map((port) => `  ${interfaceText(port)}`),
    ...routeTexts(one).map((route) => `  ${route}`),
  ]);
}

test('a dual-homed terminal has a default route for each link, the first listed first', (t) => {
  const topology = {
    nodes: [
      node('phone', 'terminal'),
      node('home', 'nat', { inside: ['wifi'] }),
      node('gateway', 'proxy'),
      node('server', 'host'),
    ],
    links: [
      link('wifi', ['phone', 'home'], { delayNs: ms(10) }),
      link('lte', ['phone', 'gateway'], { delayNs: ms(30) }),
      link('wan', ['home', 'gateway'], { delayNs: ms(5) }),
      link('core', ['gateway', 'server']),
    ],
  };
  t.deepEqual(planText(topology), [
    'phone terminal',
    '  wifi 192.168.0.1/29 2001:db8:0:1::1/64',
    '  lte 198.18.0.1/29 2001:db8:0:2::1/64',
    '  default by wifi via 192.168.0.2 metric 1',
    '  default by lte via 198.18.0.2 metric 2',
    '  default (IPv6) by wifi via 2001:db8:0:1::2 metric 1',
    '  default (IPv6) by lte via 2001:db8:0:2::2 metric 2',
    'home nat forwards',
    '  wifi 192.168.0.2/29 2001:db8:0:1::2/64',
    '  wan 198.18.0.9/29 2001:db8:0:3::1/64',
    '  default by wan via 198.18.0.10',
    '  default (IPv6) by wan via 2001:db8:0:3::2',
    'gateway proxy forwards',
    '  lte 198.18.0.2/29 2001:db8:0:2::2/64',
    '  wan 198.18.0.10/29 2001:db8:0:3::2/64',
    '  core 198.18.0.17/29 2001:db8:0:4::1/64',
    '  2001:db8:0:1::/64 by wan via 2001:db8:0:3::1',
    'server host',
    '  core 198.18.0.18/29 2001:db8:0:4::2/64',
    '  default by core via 198.18.0.17',
    '  default (IPv6) by core via 2001:db8:0:4::1',
  ]);
});
