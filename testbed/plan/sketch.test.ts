import test from 'ava';
import { sketchTopology } from './sketch.ts';
import { link, node } from './testing-topology.ts';

const nodes = [
  node('phone', 'terminal'),
  node('home', 'nat', { inside: ['wifi'] }),
  node('server', 'host'),
];

test('nodes and links are drawn with what they do', (t) => {
  const sketch = sketchTopology([
    { nodes, links: [link('wifi', ['phone', 'home']), link('wan', ['home', 'server'])] },
  ]);
  t.deepEqual(
    sketch.nodes.map(({ name, kind, count }) => [name, kind, count]),
    [
      ['phone', 'terminal', 1],
      ['home', 'nat', 1],
      ['server', 'host', 1],
    ],
  );
  t.regex(sketch.nodes[1]!.labels[0]!, /mapping/);
  t.deepEqual(
    sketch.links.map(({ between }) => between),
    [
      ['phone', 'home'],
      ['home', 'server'],
    ],
  );
});

test('what differs between cases stands there in each way, what does not once', (t) => {
  const links = [link('wifi', ['phone', 'home'])];
  const slower = links.map((one) => ({
    ...one,
    toward: Object.fromEntries(
      Object.entries(one.toward).map(([to, settings]) => [
        to,
        { ...settings, delayNs: 77_000_000 },
      ]),
    ),
  }));
  const sketch = sketchTopology([
    { nodes, links },
    { nodes, links },
    { nodes, links: slower },
  ]);
  t.is(sketch.links[0]!.labels.length, 2);
  t.true(sketch.links[0]!.labels[1]!.includes('77 ms'));
});

test('a hundred phones are one box', (t) => {
  const phones = Array.from({ length: 100 }, (_, at) => ({
    ...node(`phone[${at + 1}]`, 'terminal'),
    group: 'phone',
  }));
  t.deepEqual(
    sketchTopology([{ nodes: phones, links: [] }]).nodes.map(({ name, count }) => [name, count]),
    [['phone', 100]],
  );
});
