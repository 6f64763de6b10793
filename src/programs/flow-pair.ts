/** Test vocabulary: a flow between the two ends of a fake network. */
import { createFakeNetwork, type FakeNetwork } from '../host/fake-network.ts';
import type { RunningProgram, Settings, StartProgram } from '../host/program.ts';
import type { TraceRecord } from '../trace/record.ts';
import { builtInPrograms } from './catalog.ts';

export const flowPort = 40_000;
const rightAddress = '192.0.2.2';

const roles = {
  source: 'stream-source',
  sink: 'stream-sink',
  requester: 'requester',
  responder: 'responder',
} as const;
type Role = keyof typeof roles;

const defaults: Settings = {
  flow: 'download',
  generator: 'stream',
  peer: null,
  port: 0,
  family: 4,
  interface: null,
  bytes: null,
  count: null,
  rateBps: 9_600_000,
  payloadBytes: 1_200,
  forNs: null,
  intervalNs: 0,
  timeoutNs: 1_000_000_000,
  onNs: 0,
  offNs: 0,
};

export interface FlowPair {
  readonly network: FakeNetwork;
  readonly left: RunningProgram;
  readonly right: RunningProgram;
}

/** The left one opens, as a terminal does; the right one waits. */
export function startFlow(
  role: Role,
  other: Role,
  settings: Settings,
  network: FakeNetwork = createFakeNetwork(),
): FlowPair {
  const right = programOf(other)(network.right.host, {
    ...defaults,
    ...settings,
    role: other,
    opens: false,
    port: flowPort,
  });
  const left = programOf(role)(network.left.host, {
    ...defaults,
    ...settings,
    role,
    opens: true,
    peer: { address: rightAddress, port: flowPort },
  });
  return { network, left, right };
}

function programOf(role: Role): StartProgram {
  return builtInPrograms[roles[role]]!;
}

export function recordsOf(network: FakeNetwork, kind: string): TraceRecord[] {
  return network.records.filter((record) => record.kind === kind);
}

/** The numbers in the order in which they were sent or received. */
export function numbersOf(network: FakeNetwork, kind: string): number[] {
  return recordsOf(network, kind).map(({ n }) => n as number);
}

export function hasFinished(network: FakeNetwork, node: string): boolean {
  return recordsOf(network, 'program.finished').some((record) => record.node === node);
}
