/** NAT boxes of the hub and of the kernel, named by coturn, which knows nothing of either. */

import { labTest as test } from '../../../../src/linux/testing-lab.ts';
import { link, node, scenario } from '../../../plan/testing-topology.ts';
import type {
  Engine,
  LinkModel,
  NodeModel,
  ProgramModel,
  Scenario,
} from '../../../schema/model.ts';
import { type NatPresetName, natPresets, resolveNat } from '../../../schema/nat-presets.ts';
import { type NatSettings, natBehaviours } from '../../../schema/nat-settings.ts';
import type { Lab } from '../../lab.ts';
import { finished, TestedLab } from '../../tested-lab.conformance.ts';
import { createNetnsLab } from '../netns-lab.ts';
import { asks, printedBy, serves } from './foreign-judge.ts';
import { disagreements, type NatOpinion, readNatDiscovery } from './nat-discovery.ts';

interface Box {
  readonly name: string;
  readonly engine: Engine;
  readonly nat: NatSettings;
}

/** Where coturn listens; it takes the first for A1, and gives the second out as the other one. */
const judgeAddresses = ['203.0.113.2', '203.0.113.3'];

/** On 3478 and 3479, with all that it writes in the folder of its own. */
const stunServer = [
  ...['turnserver', '-n', ...judgeAddresses.flatMap((address) => ['--listening-ip', address])],
  ...['--listening-port', '3478', '--no-tcp', '--no-tls', '--no-dtls', '--no-tcp-relay'],
  ...['--no-auth', '--no-cli', '--pidfile', 'pid', '--userdb', 'db'],
  ...['--log-file', 'stdout', '--simple-log'],
];
const discovery = ['turnutils_natdiscovery', '-m', '-f', judgeAddresses[0]!];

/** `phone-x ── x ── edge ── judge` for each box x. */
function drawn(boxes: readonly Box[]): Scenario {
  const near = judgeAddresses.map((address) => `${address}/29`).join(' ');
  const nodes: NodeModel[] = [
    node('edge', 'router'),
    node('judge', 'host', { addressCount: 2, addresses: { near } }),
    ...boxes.flatMap(({ name, nat }) => [
      node(`phone-${name}`, 'terminal'),
      node(name, 'nat', { inside: [`lan-${name}`], nat }),
    ]),
  ];
  const links: LinkModel[] = [
    link('near', ['edge', 'judge']),
    ...boxes.flatMap(({ name, engine }) =>
      [link(`lan-${name}`, [`phone-${name}`, name]), link(`wan-${name}`, [name, 'edge'])].map(
        (one) => ({ ...one, engine }),
      ),
    ),
  ];
  const programs: ProgramModel[] = [
    serves('judge', 'stun', stunServer, { kind: 'port', port: 3_479, protocol: 'udp' }),
    ...boxes.map(({ name }) => asks(`phone-${name}`, `ask-${name}`, discovery)),
  ];
  return scenario({ nodes, links }, { programs });
}

const engines: readonly Engine[] = ['model', 'direct'];

function onBothEngines(kinds: readonly (readonly [string, NatSettings])[]): Box[] {
  return engines.flatMap((engine) =>
    kinds.map(([name, nat]) => ({ name: `${nameOf(engine)}-${name}`, engine, nat })),
  );
}

function nameOf(engine: Engine): string {
  return engine === 'model' ? 'hub' : 'kernel';
}

const grid = natBehaviours.flatMap((mapping) =>
  natBehaviours.map((filtering) => {
    const nat: NatSettings = { ...resolveNat('cgnat'), mapping, filtering };
    return [`${mapping}-${filtering}`, nat] as const;
  }),
);
const presets = (Object.keys(natPresets) as NatPresetName[]).map(
  (name) => [name, resolveNat(name)] as const,
);

async function judged(lab: Lab, boxes: readonly Box[]) {
  const { outcome, records } = await new TestedLab(lab).run(drawn(boxes));
  const told = new Map<string, NatOpinion>(
    boxes.map(({ name }) => [name, readNatDiscovery(printedBy(records, `ask-${name}`))]),
  );
  const drawing = boxes.map(({ name, nat: { mapping, filtering } }) => ({
    ...{ name, mapping, filtering },
  }));
  return { outcome, disagreements: disagreements(drawing, told) };
}

for (const [title, kinds] of [
  ['all nine kinds', grid],
  ['all presets', presets],
] as const) {
  test(`coturn names ${title} of box as the topology does, the hub's and the kernel's`, async (t) => {
    t.timeout(120_000);
    const { outcome, disagreements: found } = await judged(
      createNetnsLab([]),
      onBothEngines(kinds),
    );
    t.deepEqual(outcome, finished);
    t.deepEqual(found, []);
  });
}

test('coturn finds out a topology that lies, and not the box beside it that is told truly', async (t) => {
  t.timeout(120_000);
  const [, restricted] = natBehaviours;
  const honest = resolveNat('full-cone');
  const boxes = onBothEngines([
    ['mapping', honest],
    ['filtering', honest],
    ['honest', honest],
  ]);
  const lab = createNetnsLab([]);
  const lie = (name: string): Partial<NatSettings> => {
    if (name.endsWith('-honest')) return {};
    return name.endsWith('-mapping') ? { mapping: restricted } : { filtering: restricted };
  };
  const lying: Lab = {
    ...lab,
    up: (plan, options) => {
      const nodes = plan.nodes.map((one) => {
        if (one.nat === undefined) return one;
        return { ...one, nat: { ...one.nat, settings: { ...one.nat.settings, ...lie(one.name) } } };
      });
      return lab.up({ ...plan, nodes }, options);
    },
  };
  const { outcome, disagreements: found } = await judged(lying, boxes);
  t.deepEqual(outcome, finished);
  t.deepEqual(found, [
    'hub-mapping: mapping is drawn endpoint-independent, told address-dependent',
    'hub-filtering: filtering is drawn endpoint-independent, told address-dependent',
    'kernel-mapping: mapping is drawn endpoint-independent, told address-dependent',
    'kernel-filtering: filtering is drawn endpoint-independent, told address-dependent',
  ]);
});
