/** Two devices, each behind a box of its own, and a relay, in virtual time: what tests of punching run. */
import { nsPerMs } from '../../src/base/time.ts';
import type { TraceRecord } from '../../src/trace/record.ts';
import { createSimLab } from '../labs/sim/sim-lab.ts';
import { measureSample } from '../measure/measure-sample.ts';
import { planScenario } from '../plan/plan-scenario.ts';
import { runSample, type SampleRun } from '../run/sample.ts';
import { loadText } from '../schema/loading.ts';
import type { Metric } from '../schema/result.ts';

export interface PeersDrawn {
  /** What stands in the topology: a preset, or behaviours. */
  readonly left?: string;
  readonly right?: string;
  /** One way from each device to the middle of the network, and from there to the relay. */
  readonly leftMs?: number;
  readonly rightMs?: number;
  readonly coreMs?: number;
  readonly lossPercent?: number;
  readonly seed?: number;
  readonly limitSeconds?: number;
  /** Further settings as YAML: of both peers, of one, of the relay. */
  readonly peers?: string;
  readonly alice?: string;
  readonly bob?: string;
  readonly relay?: string;
  readonly traffic?: string;
  readonly events?: string;
  /** A program beside the three. */
  readonly moreRelays?: string;
  /** Another program takes her place. */
  readonly withoutAlice?: boolean;
  /** Other nodes and links than those of the drawing. */
  readonly topology?: string;
}

const oneQuestion =
  'ask: { run: request-response, from: alice, to: bob, address: 10.77.0.2, count: 8, payload: 100 B, interval: 30 ms, timeout: 3 s }';

export interface PeersRun extends SampleRun {
  readonly metrics: Record<string, Metric>;
}

export async function runPeers(drawn: PeersDrawn): Promise<PeersRun> {
  const loaded = loadText(textOf(drawn));
  const scenario = loaded.resolve(loaded.cases[0]!.id, loaded.variants[0]!);
  const plan = planScenario(scenario);
  const progress = { note: () => {}, holds: () => false, describe: () => undefined };
  const { signal } = new AbortController();
  const sample = await runSample({ lab: createSimLab(), plan, progress, signal });
  return { ...sample, metrics: measureSample(scenario.measures, { plan, ...sample }) };
}

function textOf(drawn: PeersDrawn): string {
  return `
scenario: peers
seed: ${drawn.seed ?? 1}
limit: ${drawn.limitSeconds ?? 120} s
${drawn.topology ?? topologyOf(drawn)}
programs:${programsOf(drawn)}
  ${drawn.moreRelays ?? ''}
traffic: ${drawn.traffic === '{}' ? '{}' : `\n  ${drawn.traffic ?? oneQuestion}`}
${drawn.events === undefined ? '' : `events:\n  ${drawn.events}`}
`;
}

function topologyOf({ left, right, leftMs, rightMs, coreMs, lossPercent }: PeersDrawn): string {
  const loss = lossPercent === undefined ? '' : `, loss: ${lossPercent.toFixed(4)} %`;
  return `
nodes:
  alice: { kind: terminal }
  left: { kind: nat, inside: [lan-a], nat: ${left ?? 'home-router'} }
  internet: { kind: router }
  right: { kind: nat, inside: [lan-b], nat: ${right ?? 'home-router'} }
  bob: { kind: terminal }
  relay: { kind: relay, addresses: 2 }
links:
  lan-a: { between: [alice, left], delay: 1 ms }
  wan-a: { between: [left, internet], delay: ${(leftMs ?? 10) - 1} ms${loss} }
  lan-b: { between: [bob, right], delay: 1 ms }
  wan-b: { between: [right, internet], delay: ${(rightMs ?? 10) - 1} ms${loss} }
  core: { between: [internet, relay], delay: ${coreMs ?? 15} ms }`;
}

function programsOf(drawn: PeersDrawn): string {
  const { peers = '', alice = '', bob = '', relay = '', withoutAlice } = drawn;
  const more = (text: string) => (text === '' ? '' : `, ${text}`);
  const common = `relay: { node: relay }, port: 3478, token: lab${more(peers)}`;
  const first = `alice: { on: alice, run: peer, with: { name: alice, ${common}, address: 10.77.0.1, peers: { bob: 10.77.0.2 }${more(alice)} } }`;
  return `
  relay: { on: relay, run: relay, with: { addresses: { node: relay }, port: 3478, token: lab${more(relay)} } }
  ${withoutAlice === true ? '' : first}
  bob: { on: bob, run: peer, with: { name: bob, ${common}, address: 10.77.0.2, peers: { alice: 10.77.0.1 }${more(bob)} } }`;
}

/** Records of a kind that a program wrote. */
export function told(run: SampleRun, program: string, kind: string): TraceRecord[] {
  return run.records.filter((record) => record.kind === kind && record['program'] === program);
}

/** A field of the only record of that kind. */
export function counted(run: SampleRun, program: string, kind: string, field: string): number {
  return Number(told(run, program, kind)[0]?.[field]);
}

/** In milliseconds, since its first packet; undefined: it found no direct path. */
export function directAfterMs(run: SampleRun, program = 'alice'): number | undefined {
  const afterNs = told(run, program, 'punch.established')[0]?.['afterNs'];
  return typeof afterNs === 'number' ? afterNs / nsPerMs : undefined;
}
