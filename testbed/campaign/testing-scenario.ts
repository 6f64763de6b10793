/** A scenario without a file, and programs without a network: what the tests of this room run. */
import { nsPerMs, nsPerSecond } from '../../src/base/time.ts';
import { type Script, ScriptedLab } from '../run/scripted-lab.ts';
import type { DirectionSettings } from '../schema/link-settings.ts';
import type { LoadedScenario } from '../schema/loaded.ts';
import { looksOf } from '../schema/looks.ts';
import type { LinkModel, NodeModel, Scenario, TrafficModel } from '../schema/model.ts';

const direction: DirectionSettings = {
  rateBps: 10_000_000,
  delayNs: 5 * nsPerMs,
  jitterNs: 0,
  loss: { model: 'none' },
  duplicateRatio: 0,
  corruptRatio: 0,
  reorder: { ratio: 0, holdNs: 0 },
  queue: {
    limitFrames: 100,
    limitBytes: Number.POSITIVE_INFINITY,
    discipline: { kind: 'drop-tail' },
  },
  trace: undefined,
  mtuBytes: 1_500,
  up: true,
};

const wifi: LinkModel = {
  name: 'wifi',
  group: 'wifi',
  between: ['phone', 'server'],
  engine: 'model',
  toward: { phone: direction, server: direction },
  notes: [],
};

function nodeOf(name: string, kind: NodeModel['kind']): NodeModel {
  return {
    name,
    group: name,
    kind,
    stack: 'own',
    nat: undefined,
    addressCount: 1,
    addresses: {},
    defaultRoute: undefined,
    cpus: undefined,
    memoryBytes: undefined,
  };
}

export const ping: TrafficModel = {
  name: 'ping',
  generator: 'request-response',
  from: 'phone',
  to: 'server',
  openedBy: 'phone',
  transport: 'udp',
  congestion: undefined,
  family: 4,
  via: undefined,
  bytes: undefined,
  count: 3,
  rateBps: undefined,
  payloadBytes: 1_200,
  startNs: 0,
  forNs: undefined,
  intervalNs: 0,
  timeoutNs: nsPerSecond,
  onNs: nsPerSecond,
  offNs: nsPerSecond,
  background: false,
};

export function scenarioOf(parts: Partial<Scenario> = {}): Scenario {
  return {
    name: 'small',
    about: 'Three questions.',
    seed: 7,
    repeat: 2,
    looks: looksOf(2),
    limitNs: 10 * nsPerSecond,
    topology: {
      nodes: [nodeOf('phone', 'terminal'), nodeOf('server', 'host')],
      links: [wifi],
    },
    programs: [],
    traffic: [ping],
    watches: [],
    events: [],
    measures: [],
    expectations: [],
    ...parts,
  };
}

/** Every case of every variant is the same scenario, but for what `resolve` makes of it. */
export function loadedOf(
  parts: Partial<LoadedScenario> = {},
  resolve: (caseId: string, variant: string) => Partial<Scenario> = () => ({}),
): LoadedScenario {
  return {
    file: 'small.yaml',
    name: 'small',
    about: 'Three questions.',
    seed: 7,
    repeat: 2,
    looks: looksOf(2),
    cases: [{ id: 'default' }],
    variants: ['default'],
    resolve: (caseId, variant, seed = 7) => ({ ...scenarioOf(resolve(caseId, variant)), seed }),
    placeOf: () => ({ file: 'small.yaml', line: 1, column: 1, text: '', width: 1 }),
    files: [],
    ...parts,
  };
}

const answers: Script = ({ ready, after, finish }) => {
  ready();
  after(100 * nsPerMs, finish);
};

const asks: Script = ({ program, ready, after, record, finish }) => {
  const { flow, count, payloadBytes } = program.settings;
  ready();
  record('flow.opened', { flow: String(flow) });
  for (let n = 1; n <= Number(count); n++) {
    const fields = { flow: String(flow), n, bytes: Number(payloadBytes) };
    after(n * 10 * nsPerMs, () => record('request.sent', fields));
    after((n * 10 + 8) * nsPerMs, () =>
      record('response.received', { ...fields, rttNs: 8 * nsPerMs }),
    );
  }
  after(100 * nsPerMs, finish);
};

export function pingLab(scripts: Readonly<Record<string, Script>> = {}): ScriptedLab {
  return new ScriptedLab({ responder: answers, requester: asks, ...scripts });
}
