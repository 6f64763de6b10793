import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { complaintsOn, loadText } from './loading.ts';
import type { LinkModel, NodeModel, Topology } from './model.ts';

const load = (text: string, others: Record<string, string> = {}): Topology =>
  loadText(`scenario: x\n${text}`, others).resolve('default', 'default').topology;

const linkIn = (topology: Topology, name: string): LinkModel =>
  topology.links.find((link) => link.name === name)!;
const nodeIn = (topology: Topology, name: string): NodeModel =>
  topology.nodes.find((node) => node.name === name)!;

/** The link `x` from a to b, with these fields. */
const linkWith = (fields: string, defaults = '{}', others: Record<string, string> = {}) =>
  linkIn(
    load(
      `defaults: { links: ${defaults} }\nnodes: { a: { kind: terminal }, b: { kind: host } }\nlinks: { x: { between: [a, b]${fields} } }`,
      others,
    ),
    'x',
  );

test('a link of which nothing is said carries everything at once, and says so', (t) => {
  const { toward, notes, engine } = linkWith('');
  const { rateBps, delayNs, loss, queue, mtuBytes, up } = toward['a']!;
  t.deepEqual([rateBps, delayNs, mtuBytes, up], [Number.POSITIVE_INFINITY, 0, 1_500, true]);
  t.deepEqual(loss, { model: 'none' });
  t.deepEqual(
    [queue.limitBytes, queue.limitFrames],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  );
  t.deepEqual(notes, ['rate: unlimited (default)', 'queue: unlimited (default)']);
  t.is(engine, 'model');
});

test('what a link says wins over its preset, and that over defaults', (t) => {
  const defaults = '{ delay: 50 ms, mtu: 1400, queue: 7 packets }';
  const { toward } = linkWith(', preset: lte, rate: 3 Mbit/s', defaults);
  // The preset lte: delay 35 ms, queue 250 packets; it says nothing of the MTU.
  t.is(toward['a']!.rateBps, 3_000_000);
  t.is(toward['a']!.delayNs, 35_000_000);
  t.is(toward['a']!.queue.limitFrames, 250);
  t.is(toward['a']!.mtuBytes, 1_400);
});

test("a preset's fast direction leads to the first end", (t) => {
  const { toward } = linkWith(', preset: lte');
  t.deepEqual([toward['a']!.rateBps, toward['b']!.rateBps], [50_000_000, 10_000_000]);
});

test('a direction may differ, and the other stays as it was', (t) => {
  const { toward } = linkWith(
    ', rate: 20 Mbit/s, delay: 30 ms, toward: { a: { rate: 40 Mbit/s, loss: 1 % } }',
  );
  t.deepEqual([toward['a']!.rateBps, toward['b']!.rateBps], [40_000_000, 20_000_000]);
  t.deepEqual([toward['a']!.delayNs, toward['b']!.delayNs], [30_000_000, 30_000_000]);
  t.deepEqual([toward['a']!.loss.model, toward['b']!.loss.model], ['independent', 'none']);
});

const queues: readonly (readonly [string, number, number])[] = [
  // 50 Mbit/s times 20 ms there and back is 1 Mbit.
  [', rate: 50 Mbit/s, delay: 10 ms', Number.POSITIVE_INFINITY, 125_000],
  [', rate: 50 Mbit/s, delay: 10 ms, queue: 2 bdp', Number.POSITIVE_INFINITY, 250_000],
  [', rate: 50 Mbit/s, delay: 10 ms, queue: 0.5 bdp', Number.POSITIVE_INFINITY, 62_500],
  // 10 ms one way and 30 ms back.
  [
    ', rate: 8 Mbit/s, delay: 10 ms, toward: { b: { delay: 30 ms } }',
    Number.POSITIVE_INFINITY,
    40_000,
  ],
  // 1 Mbit/s times 2 ms is 250 bytes: at least 20 frames of 1 514.
  [', rate: 1 Mbit/s, delay: 1 ms', Number.POSITIVE_INFINITY, 30_280],
  [', rate: 1 Mbit/s, queue: 100 packets', 100, Number.POSITIVE_INFINITY],
  [', rate: 1 Mbit/s, queue: 1 frame', 1, Number.POSITIVE_INFINITY],
  [', rate: 1 Mbit/s, queue: 64 KiB', Number.POSITIVE_INFINITY, 65_536],
  [', rate: 1 Mbit/s, queue: unlimited', Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  [', rate: 1 Mbit/s, queue: { limit: 64 KiB }', Number.POSITIVE_INFINITY, 65_536],
];

for (const [fields, limitFrames, limitBytes] of queues) {
  test(`a link${fields} queues at most ${limitFrames} frames and ${limitBytes} bytes`, (t) => {
    t.like(linkWith(fields).toward['a']!.queue, { limitFrames, limitBytes });
  });
}

test('a queue that follows from rate and delay is told', (t) => {
  t.deepEqual(linkWith(', rate: 50 Mbit/s, delay: 10 ms').notes, [
    'queue: 125 kB, 1 bdp (default)',
  ]);
  t.deepEqual(linkWith(', rate: 50 Mbit/s, delay: 10 ms, queue: 2 bdp').notes, [
    'queue: 250 kB, 2 bdp',
  ]);
  t.deepEqual(linkWith(', rate: 1 Mbit/s').notes, ['queue: 30.28 kB, 20 frames (default)']);
  t.deepEqual(linkWith(', rate: 1 Mbit/s, queue: 5 packets').notes, []);
  t.deepEqual(
    linkWith(', rate: 1 Mbit/s, toward: { a: { rate: 100 Mbit/s } }, delay: 10 ms').notes,
    ['toward a: queue: 250 kB, 1 bdp (default)', 'toward b: queue: 30.28 kB, 20 frames (default)'],
  );
});

test('loss, reordering and CoDel have the values that RFC 8289 and the fields say', (t) => {
  const { loss, reorder, queue } = linkWith(
    ', loss: { model: gilbert-elliott, good-to-bad: 0.5 %, bad-to-good: 20 % }, reorder: 2 %, queue: { discipline: codel }',
  ).toward['a']!;
  t.deepEqual(loss, {
    model: 'gilbert-elliott',
    goodToBadRatio: 0.005,
    badToGoodRatio: 0.2,
    lossInGoodRatio: 0,
    lossInBadRatio: 1,
  });
  t.deepEqual(reorder, { ratio: 0.02, holdNs: 10_000_000 });
  t.deepEqual(queue.discipline, { kind: 'codel', targetNs: 5_000_000, intervalNs: 100_000_000 });
  t.deepEqual(linkWith(', loss: { model: list, frames: [7, 3, 7] }').toward['a']!.loss, {
    model: 'list',
    frames: [3, 7],
  });
});

test('words that YAML 1.1 took for truth values are words', (t) => {
  const topology = load(
    'nodes: { no: { kind: host }, yes: { kind: host } }\nlinks: { on: { between: [no, yes] } }',
  );
  t.deepEqual(linkIn(topology, 'on').between, ['no', 'yes']);
});

test('a count makes members, each with the member of the smaller group that it falls to', (t) => {
  const topology = load(
    'nodes: { phone: { kind: terminal, count: 5 }, home: { kind: nat, count: 2, inside: [wifi] }, core: { kind: router } }\n' +
      'links: { wifi: { between: [phone, home], toward: { phone: { delay: 1 ms } } }, wan: { between: [home, core] } }',
  );
  t.deepEqual(topology.nodes.map(({ name }) => name).slice(0, 6), [
    'phone[1]',
    'phone[2]',
    'phone[3]',
    'phone[4]',
    'phone[5]',
    'home[1]',
  ]);
  // ceil(k * 2 / 5) for k from 1 to 5.
  t.deepEqual(
    topology.links
      .filter(({ group }) => group === 'wifi')
      .map(({ name, between }) => [name, ...between]),
    [
      ['wifi[1]', 'phone[1]', 'home[1]'],
      ['wifi[2]', 'phone[2]', 'home[1]'],
      ['wifi[3]', 'phone[3]', 'home[2]'],
      ['wifi[4]', 'phone[4]', 'home[2]'],
      ['wifi[5]', 'phone[5]', 'home[2]'],
    ],
  );
  t.deepEqual(linkIn(topology, 'wan[2]').between, ['home[2]', 'core']);
  t.is(linkIn(topology, 'wifi[4]').toward['phone[4]']!.delayNs, 1_000_000);
  t.deepEqual(nodeIn(topology, 'home[2]').nat!.inside, ['wifi[3]', 'wifi[4]', 'wifi[5]']);
});

test('a count of one still makes a member, so that a matrix over counts keeps its names', (t) => {
  const topology = load(
    'nodes: { phone: { kind: terminal, count: 1 }, b: { kind: host } }\nlinks: { x: { between: [phone, b] } }',
  );
  t.deepEqual(
    topology.links.map(({ name, between }) => [name, ...between]),
    [['x[1]', 'phone[1]', 'b']],
  );
});

test('a link may join one member of a group', (t) => {
  const topology = load(
    "nodes: { phone: { kind: terminal, count: 3 }, b: { kind: host } }\nlinks: { x: { between: ['phone[2]', b] } }",
  );
  t.deepEqual(
    topology.links.map(({ name, between }) => [name, ...between]),
    [['x', 'phone[2]', 'b']],
  );
});

test('every member of the larger group gets one link, and of the smaller one at least one', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), (m, n) => {
        const { links } = load(
          `nodes: { a: { kind: terminal, count: ${m} }, b: { kind: router, count: ${n} } }\nlinks: { x: { between: [a, b] } }`,
        );
        const ends = (side: 0 | 1) => new Set(links.map(({ between }) => between[side])).size;
        return links.length === Math.max(m, n) && ends(0) === m && ends(1) === n;
      }),
      propertyRuns(60),
    ),
  );
});

test('a NAT box knows its inner side where one of two links leads to a terminal', (t) => {
  const nodes = '{ phone: { kind: terminal }, home: { kind: nat }, isp: { kind: router } }';
  const topology = load(
    `nodes: ${nodes}\nlinks: { lan: { between: [phone, home] }, wan: { between: [home, isp] } }`,
  );
  t.deepEqual(nodeIn(topology, 'home').nat!.inside, ['lan']);
});

test("a NAT box's own words stand over its preset's", (t) => {
  const nodes =
    '{ phone: { kind: terminal }, home: { kind: nat, nat: { preset: symmetric, ports: preserve, timers: { udp: 30 s } } }, isp: { kind: router } }';
  const nat = nodeIn(
    load(
      `nodes: ${nodes}\nlinks: { lan: { between: [phone, home] }, wan: { between: [home, isp] } }`,
    ),
    'home',
  ).nat!;
  t.like(nat, { mapping: 'address-and-port-dependent', ports: 'preserve' });
  t.is(nat.timers.udpNs, 30_000_000_000);
  t.is(nat.timers.icmpNs, 60_000_000_000);
});

test('given addresses are kept by link', (t) => {
  const topology = load(
    'nodes: { a: { kind: host, address: { x: [192.0.2.1/24, "2001:db8::1/64"] }, default-route: x }, b: { kind: host } }\nlinks: { x: { between: [a, b] } }',
  );
  const node = nodeIn(topology, 'a');
  t.deepEqual(
    node.addresses['x']!.map(({ length }) => length),
    [24, 64],
  );
  t.is(node.defaultRoute, 'x');
});

test('a trace is read beside the file that names it and begins where it is told', (t) => {
  const others = { 'lte.trace': '10\n20\n40\n' };
  const trace = (offset: string) =>
    linkWith(`, trace: { file: lte.trace, format: mahimahi${offset} }`, '{}', others).toward['a']!
      .trace!;
  t.like(trace(''), {
    kind: 'mahimahi',
    opportunitiesNs: [10_000_000, 20_000_000, 40_000_000],
    loop: true,
    offsetNs: 0,
  });
  t.is(trace(', offset: 5 ms').offsetNs, 5_000_000);
  const drawn = trace(', offset: from-seed').offsetNs;
  t.true(drawn > 0 && drawn < 40_000_000);
  t.is(drawn, trace(', offset: from-seed').offsetNs);
});

test('another seed begins a trace elsewhere, and each direction at its own place', (t) => {
  const loaded = loadText(
    'scenario: x\nnodes: { a: { kind: terminal }, b: { kind: host } }\nlinks: { x: { between: [a, b], trace: { file: l.trace, format: mahimahi, offset: from-seed } } }',
    { 'l.trace': '10\n20\n40000\n' },
  );
  const offset = (seed: number, toward: string) =>
    loaded.resolve('default', 'default', seed).topology.links[0]!.toward[toward]!.trace!.offsetNs;
  t.not(offset(1, 'a'), offset(2, 'a'));
  t.not(offset(1, 'a'), offset(1, 'b'));
});

test('switches in a line are in order; a ring is not', (t) => {
  const text = (last: string) =>
    `scenario: x\nnodes: { s: { kind: switch }, r: { kind: switch }, a: { kind: host } }\nlinks: { one: { between: [s, r] }, two: { between: [r, a] }, three: { between: [${last}] } }`;
  t.is(complaintsOn(() => loadText(text('s, a'))).length, 0);
  t.is(complaintsOn(() => loadText(text('r, s'))).length, 1);
});

test('ten thousand terminals behind two thousand five hundred boxes are read', (t) => {
  const topology = load(
    'nodes: { phone: { kind: terminal, count: 10000 }, home: { kind: nat, count: 2500 }, core: { kind: router } }\n' +
      'links: { wifi: { between: [phone, home], rate: 50 Mbit/s }, wan: { between: [home, core] } }',
  );
  t.is(topology.nodes.length, 12_501);
  t.is(topology.links.length, 12_500);
});
