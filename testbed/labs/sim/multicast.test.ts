/** System 6 in virtual time: an access switch, its RADIUS server, and hosts that log on, join and leave. */
import test from 'ava';
import { nsPerSecond } from '../../../src/base/time.ts';
import { planScenario } from '../../plan/plan-scenario.ts';
import { loadText } from '../../schema/loading.ts';
import { ofKind, runPlan, type TestedChange, type TestedRun } from './testing-run.ts';

interface Drawn {
  readonly mode?: string;
  readonly plain?: boolean;
  readonly hosts: string;
}

const groups = '[239.1.1.1, 239.1.1.2, "ff15::1"]';

function drawn({ mode = 'mac-based', plain = false, hosts }: Drawn): string {
  return `
scenario: multicast
nodes:
  source: { kind: host }
  radius: { kind: host }
  switch:
    kind: access-switch
    ports: { drop: ${mode} }
    accounts:
      alice: { password: garden, groups: [239.1.1.1, "ff15::1"] }
      bob: { password: kitchen, groups: [239.1.1.2] }
  tv: { kind: host, count: 2 }
links:
  trunk: { between: [source, switch], rate: 1 Gbit/s, delay: 1 ms }
  office: { between: [radius, switch], rate: 1 Gbit/s, delay: 1 ms }
  drop: { between: [tv, switch], rate: 100 Mbit/s, delay: 100 us }
programs:
  gate: { on: switch, run: access-switch, with: { server: { node: radius }, plain: ${plain} } }
  accounts: { on: radius, run: radius-server, with: { switch: switch } }
  channels: { on: source, run: multicast-source, with: { groups: ${groups}, interval: 10 ms } }
${hosts}
`;
}

function host(name: string, tv: number, more: string): string {
  return `  ${name}: { on: "tv[${tv}]", run: subscriber, with: { ${more}, for: 3 s } }\n`;
}

const alice = `account: alice, password: garden, groups: ${groups}`;
const bob = `account: bob, password: kitchen, groups: ${groups}`;

function run(parts: Drawn, changes: readonly TestedChange[] = []): Promise<TestedRun> {
  const scenario = loadText(drawn(parts)).resolve('default', 'default');
  return runPlan(planScenario(scenario), changes, 20 * nsPerSecond);
}

/** The groups of the frames that reached it. */
function gotBy(result: TestedRun, program: string): string[] {
  const its = ofKind(result, 'subscriber.received').filter((one) => one['program'] === program);
  return [...new Set(its.map((record) => String(record['group'])))].toSorted();
}

const hers = ['239.1.1.1', 'ff15::1'];
const his = ['239.1.1.2'];
const all = ['239.1.1.1', '239.1.1.2', 'ff15::1'];

for (const mode of ['port-based', 'mac-based']) {
  test(`each account has its own groups, of both families (${mode})`, async (t) => {
    const result = await run({ mode, hosts: host('one', 1, alice) + host('two', 2, bob) });
    t.deepEqual(gotBy(result, 'one'), hers);
    t.deepEqual(gotBy(result, 'two'), his);
  });

  test(`who has not authenticated has nothing (${mode})`, async (t) => {
    const result = await run({ mode, hosts: host('one', 1, `groups: ${groups}`) });
    t.deepEqual(gotBy(result, 'one'), []);
    t.deepEqual(reasons(result), ['not-authenticated']);
  });

  test(`a wrong password lets nobody in (${mode})`, async (t) => {
    const hosts = host('one', 1, alice.replace('garden', 'gate'));
    const result = await run({ mode, hosts });
    t.deepEqual(gotBy(result, 'one'), []);
    t.true(ofKind(result, 'subscriber.rejected').length > 0);
    t.is(ofKind(result, 'subscriber.authenticated').length, 0);
  });
}

function reasons(result: TestedRun): string[] {
  return [
    ...new Set(ofKind(result, 'multicast.refused').map((record) => String(record['reason']))),
  ];
}

const [first, second] = ['mac: "02:00:00:00:00:01"', 'mac: "02:00:00:00:00:02"'];

test('mac-based, two hosts on one cable have each their own groups', async (t) => {
  const hosts = host('one', 1, `${alice}, ${first}`) + host('two', 1, `${bob}, ${second}`);
  const result = await run({ hosts });
  t.deepEqual(gotBy(result, 'one'), hers);
  t.deepEqual(gotBy(result, 'two'), his);
});

test('port-based, another MAC behind the port of one that authenticated is refused', async (t) => {
  const stranger = host('two', 1, `${second}, groups: ${groups}, after: 100 ms`);
  const hosts = host('one', 1, `${alice}, ${first}`) + stranger;
  const result = await run({ mode: 'port-based', hosts });
  t.deepEqual(gotBy(result, 'one'), hers);
  t.deepEqual(gotBy(result, 'two'), []);
  t.true(reasons(result).includes('another-mac'));
});

test('the MAC of one that authenticated gets nothing on another port', async (t) => {
  const thief = host('two', 2, `${first}, groups: ${groups}, after: 100 ms`);
  const result = await run({ hosts: host('one', 1, `${alice}, ${first}`) + thief });
  t.deepEqual(gotBy(result, 'one'), hers);
  t.deepEqual(gotBy(result, 'two'), []);
});

test('a log-off and a leave end membership, and accounting says so', async (t) => {
  const hosts = host('one', 1, `${alice}, log-off: 1 s`) + host('two', 2, `${bob}, leave: 1 s`);
  const result = await run({ hosts });
  const standings = ofKind(result, 'subscriber.received').map((record) => record['standing']);
  t.false(standings.includes('stranger'));
  const accounted = ofKind(result, 'radius.accounted');
  const told = accounted.map(({ status, account, group }) => `${account} ${group} ${status}`);
  const ofEach = ['alice 239.1.1.1', 'alice ff15::1', 'bob 239.1.1.2'];
  const expected = ofEach.flatMap((one) => [`${one} start`, `${one} stop`]);
  t.deepEqual(told.toSorted(), expected.toSorted());
});

test('another account on the same port: what the first one had ends', async (t) => {
  const next = 'next: 1 s, next-account: bob, next-password: kitchen';
  const result = await run({ mode: 'port-based', hosts: host('one', 1, `${alice}, ${next}`) });
  const changed = ofKind(result, 'subscriber.authenticated').at(-1)!.tNs;
  const late = ofKind(result, 'subscriber.received').filter(({ tNs }) => tNs > changed);
  t.deepEqual([...new Set(late.map(({ group }) => group))], his);
});

/** It is down before anybody asks. */
const crash: TestedChange = { atNs: 0, change: { kind: 'node-crash', node: 'radius' } };

test('a server that is down grants nothing', async (t) => {
  const result = await run({ hosts: host('one', 1, alice) }, [crash]);
  t.deepEqual(gotBy(result, 'one'), []);
});

test('control: by plain snooping everybody gets everything', async (t) => {
  const hosts = host('one', 1, `groups: ${groups}`) + host('two', 2, bob);
  const result = await run({ plain: true, hosts });
  t.deepEqual(gotBy(result, 'one'), all);
  t.deepEqual(gotBy(result, 'two'), all);
});

/**
 * As many hosts as are asked for, one a millisecond, ten channels, and for each host an account that has one of
 * them. All at once they overrun the queue to the server, and some wait a second for its second answer.
 */
function town(hosts: number): string {
  const numbers = Array.from({ length: hosts }, (_, index) => index + 1);
  const channel = (number: number) => `239.2.0.${number % 10}`;
  const accounts = numbers.map(
    (number) => `      a${number}: { password: p${number}, groups: [${channel(number)}] }`,
  );
  const programs = numbers.map((number) => {
    const wanted = `groups: [${channel(number)}, ${channel(number + 1)}]`;
    const who = `account: a${number}, password: p${number}, ${wanted}`;
    const when = `after: ${number} ms, for: 1 s`;
    return `  s${number}: { on: "tv[${number}]", run: subscriber, with: { ${who}, ${when} } }`;
  });
  const channels = numbers.slice(0, 10).map(channel);
  return `
scenario: town
nodes:
  source: { kind: host }
  radius: { kind: host }
  switch:
    kind: access-switch
    ports: { drop: mac-based }
    accounts:
${accounts.join('\n')}
  tv: { kind: host, count: ${hosts} }
links:
  trunk: { between: [source, switch], rate: 1 Gbit/s, delay: 1 ms }
  office: { between: [radius, switch], rate: 1 Gbit/s, delay: 1 ms }
  drop: { between: [tv, switch], rate: 100 Mbit/s, delay: 100 us }
programs:
  gate: { on: switch, run: access-switch, with: { server: { node: radius } } }
  accounts: { on: radius, run: radius-server, with: { switch: switch } }
  channels: { on: source, run: multicast-source, with: { groups: [${channels.join(', ')}], interval: 100 ms } }
${programs.join('\n')}
`;
}

test('a thousand subscribers log on within a second, and each gets its own channel and no other', async (t) => {
  const hosts = 1_000;
  const plan = planScenario(loadText(town(hosts)).resolve('default', 'default'));
  const result = await runPlan(plan, [], 20 * nsPerSecond);
  const got = new Map<string, Set<string>>();
  for (const record of ofKind(result, 'subscriber.received')) {
    const name = String(record['program']);
    got.set(name, (got.get(name) ?? new Set()).add(String(record['group'])));
  }
  const right = [...got].filter(
    ([name, its]) => its.size === 1 && its.has(`239.2.0.${Number(name.slice(1)) % 10}`),
  );
  t.is(right.length, hosts);
});

test('the same seed gives the same records', async (t) => {
  const parts = { hosts: host('one', 1, `${alice}, zap: 50 ms`) + host('two', 2, bob) };
  t.is((await run(parts)).text, (await run(parts)).text);
});
