/** Says what NAT box this node is behind, as RFC 5780 finds out: one `nat.classified` record. */
import { type Endpoint, formatEndpoint } from '../base/address.ts';
import type { Host } from '../host/host.ts';
import type { StartProgram } from '../host/program.ts';
import {
  ask,
  closeQuestioner,
  createQuestioner,
  openFreshSocket,
  type Questioner,
} from './nat-probe-questions.ts';
import { type ProbeSettings, readProbeSettings } from './nat-probe-settings.ts';
import {
  type ProbeBench,
  type Probing,
  provokeStray,
  type SeenBehaviour,
  testFiltering,
  testHairpin,
  testMapping,
} from './nat-probe-tests.ts';

/** The fields of `nat.classified`; null: not tested, or not to be told. */
type NatClassified = {
  readonly outcome: 'classified' | 'unreachable';
  readonly mapping: SeenBehaviour;
  readonly filtering: SeenBehaviour;
  /** Whether a packet from this node to its own external endpoint came back. */
  readonly hairpin: boolean | null;
  readonly 'hairpin-source': 'external' | 'other' | null;
  readonly 'preserves-port': boolean | null;
  /** False: the server sees this node's own address and port. */
  readonly translated: boolean | null;
  readonly mapped: string | null;
  readonly 'mapping-after-stray': SeenBehaviour | null;
  readonly 'filtering-after-stray': SeenBehaviour | null;
};

export const startNatProbe: StartProgram = (host, given) => {
  const settings = readProbeSettings(given);
  const questioner = createQuestioner(host, settings);
  const { server } = settings;
  const bench: ProbeBench = { server, openFreshSocket: () => openFreshSocket(questioner) };
  const script = classify(host, bench, settings);
  host.lifecycle.ready();
  follow(questioner, script, (classified) => {
    host.records.record('nat.classified', classified);
    closeQuestioner(questioner);
    host.lifecycle.finish();
  });
  return { stop: () => closeQuestioner(questioner) };
};

/** Each answer comes in a callback of its own, so a long script does not grow the stack. */
function follow<Result>(
  questioner: Questioner,
  script: Probing<Result>,
  done: (result: Result) => void,
): void {
  const goOn = (step: ReturnType<typeof script.next>) => {
    if (step.done) done(step.value);
    else ask(questioner, step.value, (answer) => goOn(script.next(answer)));
  };
  goOn(script.next());
}

function* classify(
  host: Host,
  bench: ProbeBench,
  { stray }: ProbeSettings,
): Probing<NatClassified> {
  const seen = yield* testMapping(bench, bench.openFreshSocket());
  if (seen.mapped === undefined) return unreachable;
  const isOwn = ownsEndpoint(host, seen.mapped, seen.local.port);
  const filtering = yield* testFiltering(bench, bench.openFreshSocket());
  const hairpin = isOwn ? undefined : yield* testHairpin(bench);
  const after = stray ? yield* classifyAfterStray(bench) : undefined;
  return {
    outcome: 'classified',
    mapping: seen.behaviour,
    filtering,
    hairpin: hairpin?.works ?? null,
    'hairpin-source': hairpin?.source ?? null,
    'preserves-port': seen.mapped.port === seen.local.port,
    translated: !isOwn,
    mapped: formatEndpoint(seen.mapped),
    'mapping-after-stray': after?.mapping ?? null,
    'filtering-after-stray': after?.filtering ?? null,
  };
}

function* classifyAfterStray(
  bench: ProbeBench,
): Probing<{ mapping: SeenBehaviour; filtering: SeenBehaviour }> {
  const [first, second] = [bench.openFreshSocket(), bench.openFreshSocket()];
  yield* provokeStray(bench, first);
  const { behaviour: mapping } = yield* testMapping(bench, first);
  yield* provokeStray(bench, second);
  return { mapping, filtering: yield* testFiltering(bench, second) };
}

function ownsEndpoint(host: Host, mapped: Endpoint, localPort: number): boolean {
  const isOwn = host.interfaces
    .list()
    .some(({ addresses }) => addresses.some(({ address }) => address === mapped.address));
  return isOwn && mapped.port === localPort;
}

const unreachable: NatClassified = {
  outcome: 'unreachable',
  mapping: 'unreachable',
  filtering: 'unreachable',
  hairpin: null,
  'hairpin-source': null,
  'preserves-port': null,
  translated: null,
  mapped: null,
  'mapping-after-stray': null,
  'filtering-after-stray': null,
};
