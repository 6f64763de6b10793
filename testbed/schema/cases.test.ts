import test from 'ava';
import { complaintsOn, loadText } from './loading.ts';

const base = `scenario: x
nodes: { a: { kind: terminal }, b: { kind: host } }
links: { x: { between: [a, b], rate: 50 Mbit/s, delay: 10 ms } }
`;
const idsOf = (text: string) => loadText(base + text).cases.map(({ id }) => id);

test('a matrix is the full product, its last axis varying fastest', (t) => {
  t.deepEqual(idsOf('matrix: { links.x.delay: [1 ms, 2 ms], links.x.loss: [0 %, 1.5 %] }\n'), [
    'links.x.delay=1ms,links.x.loss=0%',
    'links.x.delay=1ms,links.x.loss=1.5%',
    'links.x.delay=2ms,links.x.loss=0%',
    'links.x.delay=2ms,links.x.loss=1.5%',
  ]);
});

test('exclude takes cases out and include adds some', (t) => {
  t.deepEqual(
    idsOf(
      'matrix:\n  links.x.delay: [1 ms, 2 ms]\n  links.x.rate: [1 Mbit/s, 2 Mbit/s]\n  exclude: [{ links.x.delay: 1ms, links.x.rate: 2 Mbit/s }]\n  include: [{ links.x.delay: 9 ms }]\n',
    ),
    [
      'links.x.delay=1ms,links.x.rate=1Mbit/s',
      'links.x.delay=2ms,links.x.rate=1Mbit/s',
      'links.x.delay=2ms,links.x.rate=2Mbit/s',
      'links.x.delay=9ms',
    ],
  );
});

test('named cases pair values and come after the matrix', (t) => {
  const loaded = loadText(
    `${base}matrix: { limit: [5 s, 6 s] }\ncases: { slow: { links.x.rate: 1 Mbit/s, links.x.delay: 90 ms } }\n`,
  );
  t.deepEqual(
    loaded.cases.map(({ id }) => id),
    ['limit=5s', 'limit=6s', 'slow'],
  );
  const { toward } = loaded.resolve('slow', 'default').topology.links[0]!;
  t.deepEqual([toward['a']!.rateBps, toward['a']!.delayNs], [1_000_000, 90_000_000]);
  t.is(loaded.resolve('limit=6s', 'default').limitNs, 6_000_000_000);
});

test('a value may be a map, and a field that the file leaves out may be varied', (t) => {
  const loaded = loadText(
    `${base}matrix: { links.x.loss: [1 %, { model: list, frames: [3, 4] }], links.x.toward.a.mtu: [1400], defaults.links.jitter: [1 ms] }\n`,
  );
  const id =
    'links.x.loss={model:list,frames:[3,4]},links.x.toward.a.mtu=1400,defaults.links.jitter=1ms';
  t.is(loaded.cases[1]!.id, id);
  const { toward } = loaded.resolve(id, 'default').topology.links[0]!;
  t.deepEqual(toward['a']!.loss, { model: 'list', frames: [3, 4] });
  t.deepEqual([toward['a']!.mtuBytes, toward['b']!.mtuBytes], [1_400, 1_500]);
  t.is(toward['b']!.jitterNs, 1_000_000);
});

test('a variant wins over a case where both set the same thing', (t) => {
  const loaded = loadText(
    `${base}matrix: { links.x.delay: [1 ms] }\nvariants: { near: {}, far: { links.x.delay: 99 ms } }\n`,
  );
  const delayOf = (variant: string) =>
    loaded.resolve('links.x.delay=1ms', variant).topology.links[0]!.toward['a']!.delayNs;
  t.deepEqual([delayOf('near'), delayOf('far')], [1_000_000, 99_000_000]);
});

test('a value that only some cases have is checked too, and said once', (t) => {
  const complaints = complaintsOn(() =>
    loadText(
      `${base}matrix: { links.x.rate: [1 Mbit/s, 2 Mbit/s, 3 Mbit/s], links.x.delay: [1 ms, 2] }\n`,
    ),
  );
  t.is(complaints.length, 1);
  t.regex(complaints[0]!, /^s\.yaml:4:/);
});

test('a count may be varied', (t) => {
  const loaded = loadText(
    'scenario: x\nnodes: { a: { kind: terminal, count: 2 }, b: { kind: host } }\nlinks: { x: { between: [a, b] } }\nmatrix: { nodes.a.count: [1, 10] }\n',
  );
  t.is(loaded.resolve('nodes.a.count=10', 'default').topology.links.length, 10);
});
