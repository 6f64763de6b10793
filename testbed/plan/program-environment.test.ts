import test from 'ava';
import type { ForeignModel, ProgramModel } from '../schema/model.ts';
import { formatDryRun } from './dry-run.ts';
import { planScenario } from './plan-scenario.ts';
import { environmentOf } from './program-environment.ts';
import { link, node, scenario } from './testing-topology.ts';

const foreign: ForeignModel = {
  cwd: undefined,
  env: { LEVEL: '3' },
  files: [],
  ready: { kind: 'started' },
  awaited: false,
  startNs: undefined,
  reads: undefined,
};

function planWith(parts: Partial<ForeignModel>) {
  const nodes = [node('phone', 'terminal'), node('hub', 'switch'), node('server', 'host')];
  const links = [link('wifi', ['phone', 'hub']), link('wan', ['hub', 'server'])];
  const run = ['./fetch', 'server'];
  const fetch: ProgramModel = {
    ...{ name: 'fetch', on: 'phone', run, with: { of: { node: 'server' } } },
    foreign: { ...foreign, ...parts },
  };
  const watch = { name: 'page', from: 'server', to: 'phone', protocol: 'tcp', port: 80 } as const;
  return planScenario(scenario({ nodes, links }, { programs: [fetch], watches: [watch] }));
}

test('a command is told where it stands, what it is, and where the others are', (t) => {
  const plan = planWith({});
  const { ROPEWALK_PEERS, ROPEWALK_SETTINGS, ...others } = environmentOf(plan, plan.programs[0]!);
  t.deepEqual(others, { LEVEL: '3', ROPEWALK_NODE: 'phone', ROPEWALK_ROLE: 'fetch' });
  const [own, far] = plan.watches[0]!.to.addresses;
  const peers = JSON.parse(ROPEWALK_PEERS!) as Record<string, Record<string, string[]>>;
  t.deepEqual(Object.keys(peers), ['server']);
  t.deepEqual(Object.keys(peers['server']!), ['wan']);
  t.is(peers['server']!['wan']!.length, 2, 'one address of each family');
  t.false(ROPEWALK_PEERS!.includes(String(own)) || far === undefined);
  t.deepEqual(JSON.parse(ROPEWALK_SETTINGS!), { of: [peers['server']!['wan']![0]] });
});

test('peers that no command could be started with are left out', (t) => {
  const plan = planWith({});
  const many = Array.from({ length: 2_000 }, (_, at) => ({
    ...plan.nodes[2]!,
    name: `node-${at}`,
  }));
  const environment = environmentOf({ nodes: many }, plan.programs[0]!);
  t.false('ROPEWALK_PEERS' in environment);
  t.is(environment['ROPEWALK_NODE'], 'phone');
});

test('a command is among those that must be ready first, unless it is awaited or starts later', (t) => {
  const [service] = planWith({}).programs;
  t.like(service, { awaited: false, opens: false, startNs: 0, run: ['./fetch', 'server'] });
  const [waited] = planWith({ awaited: true, startNs: 0 }).programs;
  t.like(waited, { awaited: true, opens: true, startNs: 0 });
  const [later] = planWith({ startNs: 5 }).programs;
  t.like(later, { awaited: false, opens: true, startNs: 5 });
});

test('a command and a watched flow are explained, and shown before they run', (t) => {
  const parts: Partial<ForeignModel> = {
    ...{ files: ['fetch.conf'], awaited: true, startNs: 2_000_000_000 },
    ready: { kind: 'port', port: 80, protocol: 'tcp' },
    reads: { kind: 'iperf3-json' },
  };
  const plan = planWith(parts);
  const how =
    '; with fetch.conf; ready when tcp port 80 is listened on; awaited; after 2 s; read by iperf3-json';
  const dry = formatDryRun(plan, { cases: ['default'], variants: ['default'], repeat: 1 });
  t.true(dry.includes(`["./fetch","server"] {"of":["198.18.0.2"]}${how}`), dry);
  t.true(dry.includes('watched\n  page: tcp of port 80 from server to phone'), dry);
});

test('the ends of a watched flow are known by all their addresses', (t) => {
  const plan = planWith({});
  const addresses = (name: string) =>
    plan.nodes
      .find((one) => one.name === name)!
      .interfaces.flatMap((one) => one.addresses.map(({ address }) => address));
  t.deepEqual(plan.watches, [
    {
      ...{ name: 'page', protocol: 'tcp', port: 80 },
      from: { node: 'server', addresses: addresses('server') },
      to: { node: 'phone', addresses: addresses('phone') },
      others: [],
    },
  ]);
});
