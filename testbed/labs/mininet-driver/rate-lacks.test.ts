import test from 'ava';
import { planScenario } from '../../plan/plan-scenario.ts';
import { link, ms, node, scenario, traffic } from '../../plan/testing-topology.ts';
import type { TrafficModel } from '../../schema/model.ts';
import type { AgentFacts } from './agent/messages.ts';
import { rateLacksOf } from './rate-lacks.ts';

function machine(processor: string): Pick<AgentFacts, 'machine'> {
  return { machine: { processor, cores: 1, kernel: 'linux 6.1', node: '26' } };
}

function told(rateBps: number, flow: TrafficModel, processor = 'UML'): string[] {
  const nodes = [node('phone', 'terminal'), node('home', 'router'), node('server', 'host')];
  const links = [
    link('wifi', ['phone', 'home'], { rateBps }),
    link('wan', ['home', 'server'], { delayNs: ms(5) }),
  ];
  const plan = planScenario(scenario({ nodes, links }, { traffic: [flow] }));
  return rateLacksOf(plan, machine(processor)).map(({ what, remedy }) => `${what}; ${remedy}`);
}

const remedy =
  'give it a rate; or take another Mininet machine, or a lab that carries more: --lab netns';
const feed = (rateBps: number) => traffic('feed', 'phone', 'server', { rateBps, count: 10 });
const bulk = traffic('bulk', 'phone', 'server', {
  ...{ transport: 'tcp', bytes: 1_000_000, rateBps: undefined },
});

test('datagrams beyond what a User-Mode Linux carries are refused in one line', (t) => {
  // 1 000 bytes of payload are 1 042 on a line.
  t.deepEqual(told(5e7, feed(2e7)), [
    `feed sends 20.8 Mbit/s, and the Mininet machine is a User-Mode Linux, which carries 10 Mbit/s; ${remedy}`,
  ]);
  t.is(told(1e7, feed(2e7)).length, 1, 'all of it comes to its link');
  t.deepEqual(told(5e7, feed(8e6)), []);
});

test('a stream without a rate sends what the least link of its way lets through', (t) => {
  t.deepEqual(told(5e7, bulk), [
    `bulk sends 50 Mbit/s, and the Mininet machine is a User-Mode Linux, which carries 10 Mbit/s; ${remedy}`,
  ]);
  t.deepEqual(told(1e7, bulk), []);
  t.deepEqual(told(Number.POSITIVE_INFINITY, bulk), [
    `bulk sends as fast as it can, and the Mininet machine is a User-Mode Linux, which carries 10 Mbit/s; ${remedy}`,
  ]);
});

test('several ways at once carry what they carry together', (t) => {
  const nodes = [node('phone', 'terminal'), node('server', 'host')];
  const links = ['wifi', 'lte'].map((name) => link(name, ['phone', 'server'], { rateBps: 6e6 }));
  const lacksOver = (transport: 'tcp' | 'mptcp') =>
    rateLacksOf(
      planScenario(scenario({ nodes, links }, { traffic: [{ ...bulk, transport }] })),
      machine('UML'),
    );
  t.is(lacksOver('tcp').length, 0);
  t.regex(lacksOver('mptcp')[0]!.what, /bulk sends 12 Mbit\/s/);
});

test("a file of a service takes what its client's link lets through", (t) => {
  const nodes = [node('peer', 'host'), node('front', 'host')];
  const links = [link('outside', ['peer', 'front'], { rateBps: 5e7 })];
  const lacksOf = (work: string) => {
    const settings = { server: { node: 'front', link: 'outside' }, port: 7000, work };
    const programs = [{ name: 'user', on: 'peer', run: 'service-client', with: settings }];
    const plan = planScenario(scenario({ nodes, links }, { programs }));
    return rateLacksOf(plan, machine('UML')).map(({ what }) => what);
  };
  t.deepEqual(lacksOf('download'), [
    'user sends 50 Mbit/s, and the Mininet machine is a User-Mode Linux, which carries 10 Mbit/s',
  ]);
  t.deepEqual(lacksOf('echo'), []);
});

test('questions are asked of any machine, and another machine is asked everything', (t) => {
  const asking = traffic('ask', 'phone', 'server', { generator: 'request-response', count: 9 });
  t.deepEqual(told(1e9, asking), []);
  t.deepEqual(told(1e9, bulk, 'AMD EPYC'), []);
});
