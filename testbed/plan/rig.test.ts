import test from 'ava';
import type { Engine, LinkModel, NodeModel } from '../schema/model.ts';
import { planScenario } from './plan-scenario.ts';
import { type Rig, type RigNode, rigOf } from './rig.ts';
import { mostLearned } from './rig-neighbours.ts';
import { rigScript } from './rig-text.ts';
import { link, ms, node, scenario } from './testing-topology.ts';

const phone = node('phone', 'terminal');
const server = node('server', 'host');
const box = node('box', 'nat', { inside: ['lan'] });
const lan = link('lan', ['phone', 'box']);
const wan = link('wan', ['box', 'server']);

function rig(nodes: readonly NodeModel[], links: readonly LinkModel[]): Rig {
  return rigOf(planScenario(scenario({ nodes, links })), 'k3f9');
}

function as(engine: Engine, ...links: readonly LinkModel[]): LinkModel[] {
  return links.map((one) => ({ ...one, engine }));
}

function nodeOf({ nodes }: Rig, name: string): RigNode {
  return nodes.find((one) => one.node === name)!;
}

function namesIn({ hosts }: RigNode): string[] {
  const lines = hosts.split('\n').filter((line) => /^\d.* /.test(line));
  return lines.map((line) => line.split(' ')[1]!);
}

test('a namespace has the run and a number for its name, and a box of the model has none', (t) => {
  const { nodes } = rig([phone, box, server], [lan, wan]);
  t.deepEqual(
    nodes.map(({ node: name, namespace }) => `${name} ${namespace}`),
    ['phone rw-k3f9-0', 'server rw-k3f9-1'],
  );
});

test('links of the model are TAP devices, which the hub opens; all others are cables', (t) => {
  const { nodes, cables } = rig(
    [phone, server, node('other', 'host')],
    [link('air', ['phone', 'server']), ...as('direct', link('core', ['server', 'other']))],
  );
  const devices = nodes.flatMap((one) =>
    one.devices.map(({ device, kind }) => `${device} ${kind}`),
  );
  t.deepEqual(devices, ['air tap', 'air tap', 'core veth', 'core veth']);
  t.deepEqual(
    cables.map(({ ends }) => ends.map((end) => end.node)),
    [['server', 'other']],
  );
});

test('a box or a switch is the kernel’s where none of its links is the model’s', (t) => {
  const all = rig([phone, box, server], as('direct', lan, wan));
  t.regex(nodeOf(all, 'box').nft!, /^table ip box \{/);
  const half = rig([phone, box, server], [lan, ...as('direct', wan)]);
  t.false(half.nodes.some((one) => one.node === 'box'));
  const middle = node('middle', 'switch');
  const switched = as('kernel', link('a', ['phone', 'middle']), link('b', ['middle', 'server']));
  t.true(nodeOf(rig([phone, middle, server], switched), 'middle').isBridge);
});

test('the kernel has no address, and keeps silent, on an interface that another stack owns', (t) => {
  const own = { ...phone, stack: 'own' as const };
  const built = rig([own, server], as('direct', link('air', ['phone', 'server'])));
  const [device] = nodeOf(built, 'phone').devices;
  t.deepEqual(device!.addresses, []);
  t.deepEqual(nodeOf(built, 'phone').routes, []);
  t.regex(rigScript(built), /^# addresses and routes of air: an interface daemon /m);
  t.deepEqual(
    device!.sysctls.map(({ path, value }) => `${path.replace('net/', '')}=${value}`),
    ['ipv4/conf/air/arp_ignore=8', 'ipv4/conf/air/forwarding=0', 'ipv6/conf/air/disable_ipv6=1'],
  );
  t.true(nodeOf(built, 'server').devices[0]!.wireSize, 'it gets frames as they are on a wire');
});

test('routers and boxes forward, and nobody else', (t) => {
  const forwards = (one: RigNode) =>
    one.sysctls.find(({ path }) => path === 'net/ipv4/ip_forward')!.value;
  const built = rig([phone, box, server], as('direct', lan, wan));
  t.deepEqual(built.nodes.map(forwards), ['0', '1', '0']);
});

test('names are known of whom IPv4 reaches, and of all for IPv6', (t) => {
  const built = rig([phone, box, server], as('direct', lan, wan));
  const inside = namesIn(nodeOf(built, 'phone'));
  t.deepEqual(inside.filter((name) => name === 'server').length, 2, 'both families');
  const outside = nodeOf(built, 'server')
    .hosts.split('\n')
    .filter((line) => line.includes('phone'));
  t.is(outside.length, 1);
  t.regex(outside[0]!, /^2001:db8:.* phone phone\.lan$/);
});

test('homes with the same addresses do not see each other', (t) => {
  const names = ['one', 'two'];
  const nodes = names.flatMap((name) => [
    node(`phone-${name}`, 'terminal'),
    node(`box-${name}`, 'nat', { inside: [`lan-${name}`] }),
  ]);
  const links = names.flatMap((name) => [
    link(`lan-${name}`, [`phone-${name}`, `box-${name}`]),
    link(`wan-${name}`, [`box-${name}`, 'server']),
  ]);
  const { hosts } = nodeOf(rig([...nodes, server], links), 'phone-one');
  const ipv4 = hosts.split('\n').filter((line) => /^\d+\./.test(line));
  t.true(ipv4.some((line) => line.includes(' phone-one ')));
  t.true(ipv4.some((line) => line.includes(' server ')));
  t.false(ipv4.some((line) => line.includes(' phone-two ')));
});

test('a star is told its neighbours from so many on as the kernel could not learn', (t) => {
  const star = (count: number) => {
    const phones = Array.from({ length: count }, (_, index) => `phone[${index}]`);
    const links = phones.map((name, index) => link(`air[${index}]`, [name, 'middle']));
    const nodes = [node('middle', 'router'), ...phones.map((name) => node(name, 'terminal'))];
    return rig(nodes, links).nodes.flatMap((one) =>
      one.devices.map(({ neighbours }) => neighbours),
    );
  };
  t.true(star(mostLearned / 2).every(({ length }) => length === 0));
  t.true(
    star(mostLearned / 2 + 1).every(({ length }) => length === 2),
    'one for each family',
  );
});

test('in a large switched segment a node is told its way out, and that way all who take it', (t) => {
  const phones = Array.from({ length: 300 }, (_, index) => `phone[${index}]`);
  const built = rig(
    [
      node('middle', 'switch'),
      node('out', 'router'),
      server,
      ...phones.map((name) => node(name, 'terminal')),
    ],
    [
      link('up', ['middle', 'out']),
      link('far', ['out', 'server']),
      ...phones.map((name, index) => link(`air[${index}]`, [name, 'middle'])),
    ],
  );
  const told = (name: string, by: string) =>
    nodeOf(built, name).devices.find(({ device }) => device === by)!.neighbours.length;
  t.is(told('phone[7]', 'air[7]'), 2);
  t.is(told('out', 'up'), 600);
});

test('a rate alone is a token bucket; a delay comes before it, so that its queue holds what waits', (t) => {
  const shaped = (settings: Parameters<typeof link>[2]) => {
    const built = rig([phone, server], as('kernel', link('air', ['phone', 'server'], settings)));
    return built.nodes[0]!.devices[0]!.qdiscs.map(
      ({ parent, handle, discipline }) => `${parent} ${handle} ${discipline.kind}`,
    );
  };
  t.deepEqual(shaped({}), []);
  t.deepEqual(shaped({ rateBps: 5e6 }), ['root 1: tbf', '1:1 2: pfifo']);
  t.deepEqual(shaped({ rateBps: 5e6, delayNs: ms(5) }), [
    'root 1: netem',
    '1:1 2: tbf',
    '2:1 3: pfifo',
  ]);
});

test('each direction is shaped where its frames leave', (t) => {
  const toward = { phone: { rateBps: 40e6 } };
  const air = link('air', ['phone', 'server'], { rateBps: 20e6 }, toward);
  const built = rig([phone, server], as('kernel', air));
  const rates = built.nodes.map(({ devices }) =>
    devices[0]!.qdiscs.flatMap(({ discipline: one }) => (one.kind === 'tbf' ? [one.rateBps] : [])),
  );
  t.deepEqual(rates, [[20e6], [40e6]]);
});

test('two full frames fit the bucket at any rate: one, or it would never leave; two, or it would be slow', (t) => {
  for (const rateBps of [1_000, 1e6, 1e9]) {
    const air = link('air', ['phone', 'server'], { rateBps, mtuBytes: 9_000 });
    const [first] = rig([phone, server], as('kernel', air)).nodes[0]!.devices[0]!.qdiscs;
    t.true(first!.discipline.kind === 'tbf' && first!.discipline.burstBytes >= 2 * 9_014);
  }
});
