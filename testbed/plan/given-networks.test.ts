import test from 'ava';
import { PlanError } from './plan-error.ts';
import { planScenario } from './plan-scenario.ts';
import { link, node, scenario } from './testing-topology.ts';

type Addresses = Readonly<Record<string, string>>;

/** a - x - r - y - b, with addresses of theirs. */
function planGiven(a: Addresses, r: Addresses = {}, b: Addresses = {}): () => unknown {
  const nodes = [
    node('a', 'host', { addresses: a }),
    node('r', 'router', { addresses: r }),
    node('b', 'host', { addresses: b }),
  ];
  const links = [link('x', ['a', 'r']), link('y', ['r', 'b'])];
  return () => planScenario(scenario({ nodes, links }));
}

const wrong: readonly (readonly [() => unknown, string, string, string])[] = [
  [
    planGiven({ x: '10.0.0.1/24' }, { x: '10.0.1.2/24' }),
    'network-mismatch',
    'address of r on x: 10.0.1.2/24 is not in the network of its link: a is at 10.0.0.1/24 there',
    'give an address of 10.0.0.0/24',
  ],
  [
    planGiven({ x: '10.0.0.1/24' }, { x: '10.0.0.2/16' }),
    'network-mismatch',
    'address of r on x: 10.0.0.2/16 is not in the network of its link: a is at 10.0.0.1/24 there',
    'give an address of 10.0.0.0/24',
  ],
  [
    planGiven({ x: '10.0.0.1/24' }, { x: '10.0.0.1/24' }),
    'address-taken',
    'address of r on x: 10.0.0.1 is given twice: a has it on x',
    'give another address of 10.0.0.0/24',
  ],
  [
    planGiven({ x: '10.0.0.1/32' }),
    'network-too-small',
    'address of a on x: 10.0.0.1/32 has no room for the other end',
    'give a network of /30 or larger',
  ],
  [
    planGiven({ x: '10.0.0.255/24' }),
    'address-reserved',
    'address of a on x: 10.0.0.255/24 is the network or its broadcast',
    'give another address of 10.0.0.0/24',
  ],
  [
    planGiven({ x: '2001:db8:7::/64' }),
    'address-reserved',
    'address of a on x: 2001:db8:7::/64 is the network or its broadcast',
    'give another address of 2001:db8:7::/64',
  ],
  [
    planGiven({ x: '224.0.0.5/24' }),
    'address-reserved',
    'address of a on x: 224.0.0.5/24 is not an address of an interface',
    'give a unicast address such as 192.0.2.1/24',
  ],
  [
    planGiven({ x: '10.0.0.1/24' }, { y: '10.0.0.2/16' }),
    'networks-overlap',
    'the networks of x (10.0.0.0/24) and y (10.0.0.0/16) overlap',
    'give r an address of another network on y',
  ],
  [
    planGiven({ x: '10.0.0.1/30 10.0.0.2/30' }),
    'network-full',
    '10.0.0.0/30 has no address left for r on x',
    'give a an address with a shorter prefix on x',
  ],
];

for (const [plan, code, message, hint] of wrong) {
  test(`${code}: ${message}`, (t) => {
    const error = t.throws(plan, { instanceOf: PlanError, code, message });
    t.is(error?.hint, hint);
    t.is(error?.path[0], 'nodes');
    t.is(error?.path[2], 'address');
  });
}

test('what is given and does not clash is taken as it is', (t) => {
  t.notThrows(planGiven({ x: '10.0.0.1/30' }, { x: '10.0.0.2/30', y: '10.0.0.5/30' }));
});

test('a way around a NAT box is refused', (t) => {
  const topology = {
    nodes: [node('r', 'router'), node('box', 'nat', { inside: ['in'] })],
    links: [link('in', ['r', 'box']), link('out', ['box', 'r'])],
  };
  const error = t.throws(() => planScenario(scenario(topology)), {
    instanceOf: PlanError,
    message: 'the inside of box is connected to its outside by a way around it',
  });
  t.deepEqual(error?.path, ['nodes', 'box', 'inside']);
});

test('more networks than there is room for is an error that says what to do', (t) => {
  const count = 513;
  const floors = Array.from({ length: count }, (_, at) => at);
  const topology = {
    nodes: [node('r', 'router'), ...floors.map((at) => node(`s${at}`, 'switch'))],
    links: floors.map((at) => link(`x${at}`, ['r', `s${at}`])),
  };
  t.throws(() => planScenario(scenario(topology)), {
    instanceOf: PlanError,
    message: 'x512 gets no IPv4 network: 198.18.0.0/15 are used up',
  });
});
