import test from 'ava';
import { planScenario } from '../../plan/plan-scenario.ts';
import { link, node, scenario, traffic } from '../../plan/testing-topology.ts';
import type { Scenario } from '../../schema/model.ts';
import { lacksOf } from './plan-lacks.ts';

const hasTool = (name: string) => name === 'curl';
const able = {
  isLinux: true,
  isRoot: true,
  hasTun: true,
  kernel: () => ({ netem: false, tbf: true, nftNat: 'yes' as const }),
  hasTool,
};
const nodes = [
  node('phone', 'terminal'),
  node('box', 'nat', { inside: ['lan'] }),
  node('server', 'host'),
  node('other', 'host'),
];
const lan = link('lan', ['phone', 'box'], {});
const wan = link('wan', ['box', 'server'], {});
const core = { ...link('core', ['server', 'other'], {}), engine: 'direct' as const };

function lacksIn(parts: Partial<Scenario>, facts = able, links = [lan, wan, core]): string[] {
  const plan = planScenario(scenario({ nodes, links }, parts));
  return lacksOf(plan, ['echo'], facts, 'netns').map(({ what, remedy }) => `${what}; ${remedy}`);
}

function runs(on: string, run: string | readonly string[]): Partial<Scenario> {
  return { programs: [{ name: 'mine', on, run, with: { port: 7 } }] };
}

test('a plan of kernel nodes, links of the model and direct ones lacks nothing', (t) => {
  t.deepEqual(lacksIn(runs('phone', 'echo')), []);
});

test('a machine that can not carry the lab says the one thing that it lacks first', (t) => {
  const all = runs('box', 'nonsense');
  t.deepEqual(lacksIn(all, { ...able, isRoot: false }), [
    'the netns lab needs root; put sudo before the command, or run it in virtual time: --lab sim',
  ]);
  t.regex(lacksIn(all, { ...able, hasTun: false })[0]!, /^the netns lab needs \/dev\/net\/tun;/);
  t.regex(lacksIn(all, { ...able, isLinux: false, hasTun: false })[0]!, /needs Linux;/);
});

test('a transport that asks for one stack lacks it on a node that has the other', (t) => {
  const lacksOver = (transport: 'tcp' | 'own' | 'kernel', stack: 'own' | 'kernel') => {
    const all = nodes.map((one) => (one.name === 'server' ? { ...one, stack } : one));
    const download = traffic('x', 'phone', 'server', { transport });
    const plan = planScenario(
      scenario({ nodes: all, links: [lan, wan, core] }, { traffic: [download] }),
    );
    const programs = plan.programs.map(({ run }) => String(run));
    return lacksOf(plan, programs, able, 'netns').map(({ what }) => what);
  };
  t.deepEqual(lacksOver('tcp', 'own'), []);
  t.deepEqual(lacksOver('kernel', 'kernel'), []);
  t.deepEqual(lacksOver('kernel', 'own'), [
    "x/sink asks for the kernel's TCP on server, whose stack is ours",
  ]);
  t.deepEqual(lacksOver('own', 'own'), [
    "x/source asks for TCP of ours on phone, whose stack is the kernel's",
  ]);
});

test('a NAT box of the model has no kernel to run programs on', (t) => {
  t.regex(lacksIn(runs('box', 'echo'))[0]!, /^mine runs on box, which the hub models/);
});

test('a stack of its own is no lack, but for a NAT box that the hub does not model', (t) => {
  const own = (kind: 'nat' | 'terminal') =>
    nodes.map((one) => ({ ...one, ...(one.kind === kind && { stack: 'own' as const }) }));
  const lacks = (kind: 'nat' | 'terminal', links = [lan, wan, core]) =>
    lacksOf(planScenario(scenario({ nodes: own(kind), links }, {})), [], able, 'netns').map(
      ({ what }) => what,
    );
  t.deepEqual(lacks('terminal'), []);
  t.deepEqual(lacks('nat'), []);
  const direct = [lan, wan].map((one) => ({ ...one, engine: 'direct' as const }));
  t.deepEqual(lacks('nat', [...direct, core]), ['box is a NAT box with a stack of its own']);
});

test('a program that is not in the catalogue is named', (t) => {
  t.regex(
    lacksIn(runs('phone', 'nonsense'))[0]!,
    /^mine runs nonsense, which the netns lab hasn't;/,
  );
});

test('a link that passes the hub by can not end at a node that stands there', (t) => {
  const direct = { ...wan, engine: 'direct' as const };
  t.regex(
    lacksIn({}, able, [lan, direct, core])[0]!,
    /^link wan passes the hub by, and box stands/,
  );
});

test('a flow cannot be watched over a link that passes the hub by', (t) => {
  const watch = { name: 'page', protocol: 'tcp', port: 80 } as const;
  const watches = (from: string, to: string) => ({ watches: [{ ...watch, from, to }] });
  t.deepEqual(lacksIn(watches('phone', 'server')), [
    'page is watched by its packets, and link core shows them to nobody; leave its engine out, or write engine: model',
  ]);
  t.deepEqual(lacksIn(watches('phone', 'server'), able, [lan, wan]), []);
});

test('a cable can be cut, but not fall silent or change; and a clock of its own is named', (t) => {
  const event = {
    trigger: { kind: 'at', timeNs: 0 },
    forNs: 1,
    everyNs: undefined,
    times: 1,
  } as const;
  const events = [
    { ...event, name: 'cut', change: { kind: 'link-down', link: 'core' } },
    {
      ...event,
      name: 'slower',
      change: { kind: 'link-set', link: 'core', toward: { other: { delayNs: 1 } } },
    },
    {
      ...event,
      name: 'skew',
      change: { kind: 'clock-skew', node: 'phone', driftRatio: 0.1, offsetNs: 0 },
    },
    { ...event, name: 'crash', change: { kind: 'node-crash', node: 'other' } },
    { ...event, name: 'fine', change: { kind: 'link-down', link: 'lan' } },
  ] as const;
  t.deepEqual(
    lacksIn({ events }).map((lack) => lack.split(',')[0]),
    [
      'event slower changes link core',
      'event skew skews the clock of phone',
      'event crash silences link core',
    ],
  );
});
