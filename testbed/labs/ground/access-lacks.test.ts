import test from 'ava';
import type { Plan } from '../../plan/plan.ts';
import { planScenario } from '../../plan/plan-scenario.ts';
import { loadText } from '../../schema/loading.ts';
import { accessLacksOf } from './access-lacks.ts';

interface Drawn {
  readonly plain?: boolean;
  readonly switchStack?: string;
  /** What the server's link leads to. */
  readonly server?: string;
  readonly host?: string;
}

function drawn({ plain = false, switchStack = 'kernel', server = 'switch', host }: Drawn): Plan {
  const text = `
scenario: gated
nodes:
  source: { kind: host }
  radius: { kind: host }
  far: { kind: router }
  switch:
    kind: access-switch
    stack: ${switchStack}
    ports: { drop: mac-based }
    accounts: { alice: { password: garden, groups: [239.1.1.1] } }
  tv: { kind: host }
links:
  trunk: { between: [source, switch] }
  way: { between: [far, switch] }
  office: { between: [radius, ${server}] }
  drop: { between: [tv, switch] }
programs:
  gate: { on: switch, run: access-switch, with: { server: { node: radius }, plain: ${plain} } }
  accounts: { on: radius, run: radius-server, with: { switch: switch } }
  alice: { on: tv, run: subscriber, with: { ${host ?? 'account: alice, password: garden'}, groups: [239.1.1.1], for: 1 s } }
`;
  return planScenario(loadText(text).resolve('default', 'default'));
}

const all = { lab: 'netns', hasTool: () => true } as const;
const none = { lab: 'netns', hasTool: () => false } as const;
const whatOf = (plan: Plan, place: typeof all | typeof none) =>
  accessLacksOf(plan, place).map(({ what }) => what);

test('with all that it is made of an access switch lacks nothing in netns', (t) => {
  t.deepEqual(accessLacksOf(drawn({}), all), []);
});

test('each program of the system that is missing is named once, with its package', (t) => {
  const missing = (program: string, tool: string, name = tool) => ({
    what: `${program} needs ${tool}, which is not on this machine`,
    remedy: `install it: apt-get install ${name}`,
  });
  t.deepEqual(accessLacksOf(drawn({}), none), [
    missing('gate', 'hostapd'),
    missing('gate', 'nft', 'nftables'),
    missing('gate', 'ip', 'iproute2'),
    missing('gate', 'bridge', 'iproute2'),
    missing('accounts', 'freeradius'),
    missing('accounts', 'openssl'),
    missing('alice', 'wpa_supplicant', 'wpasupplicant'),
  ]);
});

test('plain snooping needs no hostapd, and who never logs on no supplicant', (t) => {
  const lacks = whatOf(drawn({ plain: true, host: 'mac: "02:00:00:00:00:01"' }), none);
  t.false(lacks.some((what) => what.includes('hostapd') || what.includes('wpa_supplicant')));
  t.true(lacks.some((what) => what.startsWith('gate needs ip,')));
});

test('a server behind a router has no link to the switch alone', (t) => {
  t.deepEqual(accessLacksOf(drawn({ server: 'far' }), all), [
    {
      what: 'gate has no link to its RADIUS server alone: a port of a bridge has no address',
      remedy: 'give the server a link of its own to switch, or add --lab sim',
    },
  ]);
});

test('on a stack of ours there is no bridge', (t) => {
  t.deepEqual(accessLacksOf(drawn({ switchStack: 'own' }), all), [
    {
      what: "gate is made of the kernel's parts, and switch has a stack of ours",
      remedy: 'leave out stack: own for switch, or add --lab sim',
    },
  ]);
});

test('docker and mininet do not set one up, and say who does', (t) => {
  const lacks = accessLacksOf(drawn({}), { ...all, lab: 'mininet' });
  t.deepEqual(lacks, [
    {
      what: 'switch is an access switch, which the mininet lab does not set up',
      remedy: 'the netns lab does, and in virtual time sim: add --lab netns',
    },
  ]);
});
