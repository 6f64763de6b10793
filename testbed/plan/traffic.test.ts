import test from 'ava';
import { nsPerSecond } from '../../src/base/time.ts';
import type { ProgramModel, Scenario, Topology } from '../schema/model.ts';
import type { PlannedProgram } from './plan.ts';
import { PlanError } from './plan-error.ts';
import { planScenario } from './plan-scenario.ts';
import { link, ms, node, scenario, traffic } from './testing-topology.ts';

const dualHomed: Topology = {
  nodes: [
    node('phone', 'terminal'),
    node('home', 'nat', { inside: ['wifi', 'tablet-wifi'] }),
    node('gateway', 'proxy'),
    node('server', 'host', { addressCount: 2 }),
    node('tablet', 'terminal'),
  ],
  links: [
    link('wifi', ['phone', 'home'], { delayNs: ms(10) }),
    link('lte', ['phone', 'gateway'], { delayNs: ms(30) }),
    link('wan', ['home', 'gateway'], { delayNs: ms(5) }),
    link('core', ['gateway', 'server']),
    link('tablet-wifi', ['tablet', 'home']),
  ],
};

function programsOf(parts: Partial<Scenario>, topology = dualHomed): readonly PlannedProgram[] {
  return planScenario(scenario(topology, parts)).programs;
}

function program(name: string, on: string, run: string, settings: ProgramModel['with']) {
  return { name, on, run, with: settings };
}

test('who waits binds a port; who opens knows where, and is given no port', (t) => {
  const download = traffic('download', 'server', 'phone', {
    openedBy: 'phone',
    bytes: 64,
    count: undefined,
    startNs: nsPerSecond,
  });
  const common = {
    flow: 'download',
    generator: 'stream',
    family: 4,
    bytes: 64,
    count: null,
    rateBps: 1_000_000,
    payloadBytes: 1_000,
    forNs: null,
    intervalNs: 0,
    timeoutNs: nsPerSecond,
    onNs: 0,
    offNs: 0,
    interface: null,
  };
  const shared = { traffic: 'download', awaited: true };
  const source = { ...common, role: 'source', opens: false, peer: null, port: 40_000 };
  const peer = { address: '198.18.0.18', port: 40_000 };
  const sink = { ...common, role: 'sink', opens: true, peer, port: 0 };
  t.deepEqual(programsOf({ traffic: [download] }), [
    {
      ...shared,
      id: 'download/source',
      node: 'server',
      run: 'stream-source',
      settings: source,
      opens: false,
      startNs: 0,
    },
    {
      ...shared,
      id: 'download/sink',
      node: 'phone',
      run: 'stream-sink',
      settings: sink,
      opens: true,
      startNs: nsPerSecond,
    },
  ]);
});

test('services start first, then waiting sides, then programs that finish, then openers', (t) => {
  const programs = programsOf({
    programs: [
      program('probe', 'phone', 'nat-probe', {}),
      program('echo', 'server', 'echo', { port: 40_001 }),
    ],
    traffic: [
      traffic('one', 'phone', 'server', { background: true }),
      traffic('two', 'phone', 'server', { generator: 'request-response' }),
      traffic('three', 'phone', 'gateway'),
    ],
  });
  t.deepEqual(
    programs.map(({ id, opens, awaited, settings }) => [id, opens, awaited, settings['port']]),
    [
      ['echo', false, false, 40_001],
      ['one/sink', false, false, 40_000],
      // 40001 is the echo's.
      ['two/responder', false, false, 40_002],
      ['three/sink', false, true, 40_000],
      ['probe', true, true, undefined],
      ['one/source', true, false, 0],
      ['two/requester', true, true, 0],
      ['three/source', true, true, 0],
    ],
  );
});

const peers: readonly (readonly [string, Parameters<typeof traffic>, string, string | null])[] = [
  ['an inner address within a home', ['x', 'tablet', 'phone'], '192.168.0.1', null],
  ['the nearest of several', ['x', 'server', 'gateway'], '198.18.0.17', null],
  ['the address on the way by via', ['x', 'phone', 'gateway', { via: 'lte' }], '198.18.0.2', 'lte'],
  [
    'the outer one by another via',
    ['x', 'phone', 'gateway', { via: 'wifi' }],
    '198.18.0.10',
    'wifi',
  ],
  ['the public link of a dual-homed terminal', ['x', 'server', 'phone'], '198.18.0.1', null],
  ['IPv6 where it is asked for', ['x', 'tablet', 'server', { family: 6 }], '2001:db8:0:4::2', null],
];

for (const [title, parts, address, by] of peers) {
  test(`the opener is told ${title}`, (t) => {
    const opener = programsOf({ traffic: [traffic(...parts)] }).at(-1)!;
    t.like(opener.settings, { peer: { address }, interface: by });
  });
}

const refused: readonly (readonly [Parameters<typeof traffic>, string, string, string])[] = [
  [
    ['x', 'server', 'tablet'],
    'behind-nat',
    'traffic.x is opened by server, but tablet is behind a NAT box that lets nobody in',
    'write opened-by: tablet',
  ],
  [
    ['x', 'server', 'tablet', { family: 6 }],
    'behind-nat',
    'traffic.x is opened by server, but tablet is behind a NAT box that lets nobody in',
    'write opened-by: tablet',
  ],
  [
    ['x', 'phone', 'server', { via: 'core' }],
    'via-not-at-opener',
    'traffic.x is opened by phone, which has no link core',
    'one of wifi, lte',
  ],
];

for (const [parts, code, message, hint] of refused) {
  test(`${parts.slice(1, 3).join(' to ')} over IPv${parts[3]?.family ?? 4}: ${code}`, (t) => {
    const error = t.throws(() => programsOf({ traffic: [traffic(...parts)] }), {
      instanceOf: PlanError,
      message,
      code,
    });
    t.is(error?.hint, hint);
    t.deepEqual(error?.path.slice(0, 2), ['traffic', 'x']);
  });
}

test('within a home the inner address is taken, even where the public one is nearer', (t) => {
  const near = dualHomed.links.map((one) =>
    one.name === 'lte' ? link('lte', ['phone', 'gateway']) : one,
  );
  const parts = { traffic: [traffic('x', 'tablet', 'phone')] };
  const opener = programsOf(parts, { ...dualHomed, links: near }).at(-1)!;
  t.like(opener.settings, { peer: { address: '192.168.0.1' } });
});

test('a box that lets IPv6 in is no obstacle to it', (t) => {
  const open = node('home', 'nat', { inside: ['wifi', 'tablet-wifi'], nat: { ipv6: 'open' } });
  const nodes = dualHomed.nodes.map((one) => (one.name === 'home' ? open : one));
  const parts = { traffic: [traffic('x', 'server', 'tablet', { family: 6 })] };
  t.notThrows(() => programsOf(parts, { ...dualHomed, nodes }));
});

test('two who are each behind a box of their own are told that neither can open', (t) => {
  const topology = {
    nodes: [
      node('ann', 'terminal'),
      node('ann-box', 'nat', { inside: ['ann-lan'] }),
      node('bob-box', 'nat', { inside: ['bob-lan'] }),
      node('bob', 'terminal'),
    ],
    links: [
      link('ann-lan', ['ann', 'ann-box']),
      link('wan', ['ann-box', 'bob-box']),
      link('bob-lan', ['bob', 'bob-box']),
    ],
  };
  const error = t.throws(() => programsOf({ traffic: [traffic('x', 'ann', 'bob')] }, topology), {
    instanceOf: PlanError,
    code: 'behind-nat',
  });
  t.is(error?.hint, 'neither of the two can open: each is behind a NAT box of its own');
});

test('two who are joined by a terminal only have no path', (t) => {
  const topology = {
    nodes: [node('a', 'host'), node('middle', 'terminal'), node('b', 'host')],
    links: [link('x', ['a', 'middle']), link('y', ['middle', 'b'])],
  };
  t.throws(() => programsOf({ traffic: [traffic('x', 'a', 'b')] }, topology), {
    instanceOf: PlanError,
    message: 'traffic.x: a has no way to b over IPv4',
  });
});

test('another transport is another program, so that a lab can say that it has none', (t) => {
  const programs = programsOf({ traffic: [traffic('x', 'phone', 'server', { transport: 'own' })] });
  t.deepEqual(
    programs.map(({ run }) => run),
    ['stream-sink-over-own', 'stream-source-over-own'],
  );
});

test('settings that name a node get the addresses by which the program reaches it', (t) => {
  const [probe] = programsOf({
    programs: [
      program('probe', 'tablet', 'nat-probe', {
        server: { node: 'server' },
        first: { node: 'server', at: 0 },
        nested: [{ far: { node: 'gateway', link: 'lte' } }],
        list: [{ node: 'server', at: 1 }, { node: 'gateway' }, '192.0.2.1'],
        plain: { node: 'server', word: 'kept' },
        lists: [[1], [2, 3]],
      }),
    ],
  });
  t.deepEqual(probe?.settings, {
    server: ['198.18.0.18', '198.18.0.19'],
    first: '198.18.0.18',
    nested: [{ far: ['198.18.0.2'] }],
    list: ['198.18.0.19', '198.18.0.10', '192.0.2.1'],
    plain: { node: 'server', word: 'kept' },
    lists: [[1], [2, 3]],
  });
});

test('a setting that names an unknown node, or one out of reach, is refused', (t) => {
  const ask = (value: ProgramModel['with'][string]) => () =>
    programsOf({ programs: [program('echo', 'server', 'echo', { of: value! })] });
  const unknown = t.throws(ask({ node: 'tabet' }), { instanceOf: PlanError, code: 'unknown-node' });
  t.is(unknown?.hint, 'did you mean tablet?');
  t.deepEqual(unknown?.path, ['programs', 'echo', 'with', 'of', 'node']);
  t.throws(ask({ node: 'tablet' }), { instanceOf: PlanError, code: 'no-address' });
  t.throws(ask({ node: 'gateway', at: 7 }), { instanceOf: PlanError, code: 'no-address' });
});
