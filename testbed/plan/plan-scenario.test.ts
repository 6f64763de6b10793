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

test('two homes use the same addresses inside, and each box knows the way out only', (t) => {
  const topology = {
    nodes: [
      node('ann', 'terminal'),
      node('ann-box', 'nat', { inside: ['ann-lan'] }),
      node('isp', 'router'),
      node('bob-box', 'nat', { inside: ['bob-lan'] }),
      node('bob', 'terminal'),
    ],
    links: [
      link('ann-lan', ['ann', 'ann-box']),
      link('ann-wan', ['ann-box', 'isp']),
      link('bob-wan', ['bob-box', 'isp']),
      link('bob-lan', ['bob', 'bob-box']),
    ],
  };
  t.deepEqual(planText(topology), [
    'ann terminal',
    '  ann-lan 192.168.0.1/29 2001:db8:0:1::1/64',
    '  default by ann-lan via 192.168.0.2',
    '  default (IPv6) by ann-lan via 2001:db8:0:1::2',
    'ann-box nat forwards',
    '  ann-lan 192.168.0.2/29 2001:db8:0:1::2/64',
    '  ann-wan 198.18.0.1/29 2001:db8:0:2::1/64',
    '  default by ann-wan via 198.18.0.2',
    '  default (IPv6) by ann-wan via 2001:db8:0:2::2',
    // The root of the public realm: what it does not know is unreachable.
    'isp router forwards',
    '  ann-wan 198.18.0.2/29 2001:db8:0:2::2/64',
    '  bob-wan 198.18.0.10/29 2001:db8:0:3::2/64',
    '  2001:db8:0:1::/64 by ann-wan via 2001:db8:0:2::1',
    '  2001:db8:0:4::/64 by bob-wan via 2001:db8:0:3::1',
    'bob-box nat forwards',
    '  bob-wan 198.18.0.9/29 2001:db8:0:3::1/64',
    '  bob-lan 192.168.0.2/29 2001:db8:0:4::2/64',
    '  default by bob-wan via 198.18.0.10',
    '  default (IPv6) by bob-wan via 2001:db8:0:3::2',
    'bob terminal',
    '  bob-lan 192.168.0.1/29 2001:db8:0:4::1/64',
    '  default by bob-lan via 192.168.0.2',
    '  default (IPv6) by bob-lan via 2001:db8:0:4::2',
  ]);
});

test("a home behind a carrier's box has shared address space on its outside", (t) => {
  const topology = {
    nodes: [
      node('phone', 'terminal'),
      node('home', 'nat', { inside: ['wifi'] }),
      node('metro', 'router'),
      node('cgn', 'nat', { inside: ['trunk'] }),
      node('server', 'host'),
    ],
    links: [
      link('wifi', ['phone', 'home']),
      link('access', ['home', 'metro']),
      link('trunk', ['metro', 'cgn']),
      link('wan', ['cgn', 'server']),
    ],
  };
  t.deepEqual(planText(topology), [
    'phone terminal',
    '  wifi 192.168.0.1/29 2001:db8:0:1::1/64',
    '  default by wifi via 192.168.0.2',
    '  default (IPv6) by wifi via 2001:db8:0:1::2',
    'home nat forwards',
    '  wifi 192.168.0.2/29 2001:db8:0:1::2/64',
    '  access 100.64.0.1/29 2001:db8:0:2::1/64',
    '  default by access via 100.64.0.2',
    '  default (IPv6) by access via 2001:db8:0:2::2',
    'metro router forwards',
    '  access 100.64.0.2/29 2001:db8:0:2::2/64',
    '  trunk 100.64.0.9/29 2001:db8:0:3::1/64',
    '  default by trunk via 100.64.0.10',
    // The router is the root for IPv6: it has the way to everything, and no default route.
    '  2001:db8:0:1::/64 by access via 2001:db8:0:2::1',
    '  2001:db8:0:4::/64 by trunk via 2001:db8:0:3::2',
    'cgn nat forwards',
    '  trunk 100.64.0.10/29 2001:db8:0:3::2/64',
    '  wan 198.18.0.1/29 2001:db8:0:4::1/64',
    '  100.64.0.0/29 by trunk via 100.64.0.9',
    '  default (IPv6) by trunk via 2001:db8:0:3::1',
    // One public segment: there is nothing beyond it.
    'server host',
    '  wan 198.18.0.2/29 2001:db8:0:4::2/64',
    '  default (IPv6) by wan via 2001:db8:0:4::1',
  ]);
});

test('switches make one network of their links, in which two routers lead to what is behind them', (t) => {
  const topology = {
    nodes: [
      node('a', 'host'),
      node('lan', 'switch'),
      node('north', 'router'),
      node('south', 'router'),
      node('hall', 'switch'),
      node('b', 'host'),
      node('c', 'host', { addressCount: 2 }),
    ],
    links: [
      link('a-lan', ['a', 'lan']),
      link('north-lan', ['north', 'hall']),
      link('lan-hall', ['lan', 'hall']),
      link('south-lan', ['south', 'lan']),
      link('b-north', ['b', 'north']),
      link('c-south', ['c', 'south']),
    ],
  };
  t.deepEqual(
    planText(topology).filter((line) => !line.includes('IPv6') && !line.startsWith('  2001')),
    [
      'a host',
      '  a-lan 198.18.0.1/24 2001:db8:0:1::1/64',
      '  default by a-lan via 198.18.0.2',
      'lan switch',
      '  a-lan',
      '  lan-hall',
      '  south-lan',
      // Both routers have two networks; the first one in the YAML is the root.
      'north router forwards',
      '  north-lan 198.18.0.2/24 2001:db8:0:1::2/64',
      '  b-north 198.18.1.2/29 2001:db8:0:2::2/64',
      '  198.18.1.8/29 by north-lan via 198.18.0.3',
      'south router forwards',
      '  south-lan 198.18.0.3/24 2001:db8:0:1::3/64',
      '  c-south 198.18.1.11/29 2001:db8:0:3::3/64',
      '  default by south-lan via 198.18.0.2',
      'hall switch',
      '  north-lan',
      '  lan-hall',
      'b host',
      '  b-north 198.18.1.1/29 2001:db8:0:2::1/64',
      '  default by b-north via 198.18.1.2',
      'c host',
      '  c-south 198.18.1.9/29 198.18.1.10/29 2001:db8:0:3::1/64 2001:db8:0:3::2/64',
      '  default by c-south via 198.18.1.11',
    ],
  );
});

test('given addresses fix their network, and what is generated keeps away from it', (t) => {
  const topology = {
    nodes: [
      node('a', 'host', { addresses: { x: '198.18.0.20/28 2001:db8:0:1::99/64' } }),
      node('r', 'router', { addresses: { x: '198.18.0.17/28', y: '10.9.8.7/24' } }),
      node('b', 'host'),
      node('c', 'host'),
    ],
    links: [link('x', ['a', 'r']), link('y', ['r', 'b']), link('z', ['r', 'c'])],
  };
  t.deepEqual(
    planText(topology).filter((line) => /^[a-z]| [xyz] /.test(line) && !line.includes('default')),
    [
      'a host',
      '  x 198.18.0.20/28 2001:db8:0:1::99/64',
      'r router forwards',
      '  x 198.18.0.17/28 2001:db8:0:1::1/64',
      '  y 10.9.8.7/24 2001:db8:0:2::1/64',
      '  z 198.18.0.1/29 2001:db8:0:3::1/64',
      'b host',
      '  y 10.9.8.1/24 2001:db8:0:2::2/64',
      'c host',
      '  z 198.18.0.2/29 2001:db8:0:3::2/64',
    ],
  );
});

test('a default-route comes before the order of the links, also for a router', (t) => {
  const topology = {
    nodes: [
      node('phone', 'terminal', { defaultRoute: 'lte' }),
      node('edge', 'router', { defaultRoute: 'slow' }),
      node('core', 'router'),
      node('server', 'host'),
      node('other', 'host'),
    ],
    links: [
      link('wifi', ['phone', 'edge']),
      link('lte', ['phone', 'core']),
      link('fast', ['edge', 'core'], { delayNs: ms(1) }),
      link('slow', ['edge', 'core'], { delayNs: ms(50) }),
      link('rack', ['server', 'core']),
      link('desk', ['other', 'edge']),
    ],
  };
  const routes = planText(topology).filter((line) => line.includes('default by'));
  t.deepEqual(routes, [
    '  default by lte via 198.18.0.10 metric 1',
    '  default by wifi via 198.18.0.2 metric 2',
    '  default by slow via 198.18.0.26',
    '  default by rack via 198.18.0.34',
    '  default by desk via 198.18.0.42',
  ]);
});

test('a terminal with a link in each of two homes can tell their networks apart', (t) => {
  const topology = {
    nodes: [
      node('phone', 'terminal'),
      node('left', 'nat', { inside: ['left-wifi'] }),
      node('right', 'nat', { inside: ['right-wifi'] }),
      node('isp', 'router'),
    ],
    links: [
      link('left-wifi', ['phone', 'left']),
      link('right-wifi', ['phone', 'right']),
      link('left-wan', ['left', 'isp']),
      link('right-wan', ['right', 'isp']),
    ],
  };
  t.deepEqual(planText(topology).slice(0, 5), [
    'phone terminal',
    '  left-wifi 192.168.0.1/29 2001:db8:0:1::1/64',
    '  right-wifi 192.168.0.9/29 2001:db8:0:2::1/64',
    '  default by left-wifi via 192.168.0.2 metric 1',
    '  default by right-wifi via 192.168.0.10 metric 2',
  ]);
});

test('a large home falls over to 10.0.0.0/8 without moving what it had', (t) => {
  const switches = Array.from({ length: 257 }, (_, at) => at);
  const topology = {
    nodes: [
      node('box', 'nat', { inside: switches.map((at) => `up-${at}`) }),
      node('server', 'host'),
      ...switches.map((at) => node(`floor-${at}`, 'switch')),
    ],
    links: [
      ...switches.map((at) => link(`up-${at}`, ['box', `floor-${at}`])),
      link('wan', ['box', 'server']),
    ],
  };
  const [box] = planScenario(scenario(topology)).nodes;
  const text = (at: number) => interfaceText(box!.interfaces[at]!).split(' ')[1];
  t.is(text(0), '192.168.0.1/24');
  t.is(text(255), '192.168.255.1/24');
  t.is(text(256), '10.0.0.1/24');
});
