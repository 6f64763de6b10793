/** Test vocabulary: a small plan and the records of a run on it, times in milliseconds. */
import { nsPerMs } from '../../src/base/time.ts';
import type { Field, TraceRecord } from '../../src/trace/record.ts';
import type { Plan, PlannedNode, PlannedProgram } from '../plan/plan.ts';
import type { Generator, MeasureModel } from '../schema/model.ts';
import type { MeasureContext } from './observe.ts';

/** A download from server to phone that the phone opens, a ping the other way, and a probe. */
function createSmallPlan(): Plan {
  return {
    scenario: 'small',
    seed: 1,
    limitNs: 60_000 * nsPerMs,
    nodes: ['phone', 'server'].map(hostNamed),
    links: [],
    events: [],
    watches: [],
    programs: [
      endOf('download', 'stream', 'server', 'source', false),
      endOf('download', 'stream', 'phone', 'sink', true),
      endOf('ping', 'request-response', 'server', 'responder', false),
      endOf('ping', 'request-response', 'phone', 'requester', true),
      { ...endOf('', 'stream', 'phone', 'probe', false), id: 'probe', traffic: undefined },
    ],
  };
}

function endOf(
  traffic: string,
  generator: Generator,
  node: string,
  role: string,
  opens: boolean,
): PlannedProgram {
  const settings = { flow: traffic, generator, role, opens };
  const id = `${traffic}/${role}`;
  return { id, node, run: role, settings, traffic, awaited: true, opens, startNs: 0 };
}

export type RecordLists = readonly (readonly TraceRecord[])[];

export function contextOf(...records: RecordLists): MeasureContext {
  return { plan: createSmallPlan(), records: records.flat(), t0Ns: 0 };
}

export function recordAt(
  atMs: number,
  node: string,
  kind: string,
  fields: Readonly<Record<string, Field>> = {},
): TraceRecord {
  return { tNs: Math.round(atMs * nsPerMs), node, kind, ...fields };
}

export function openedAt(atMs: number, flow = 'download'): TraceRecord[] {
  return [recordAt(atMs, 'phone', 'flow.opened', { flow })];
}

/** The datagrams 1, 2, … of 1 000 bytes, sent at these times. */
export function sentAt(...timesMs: readonly number[]): TraceRecord[] {
  return timesMs.map((atMs, at) =>
    recordAt(atMs, 'server', 'datagram.sent', { flow: 'download', n: at + 1, bytes: 1_000 }),
  );
}

/** `[number, when]` each. */
export function receivedAt(...arrivals: readonly (readonly [n: number, atMs: number])[]) {
  return arrivals.map(([n, atMs]) =>
    recordAt(atMs, 'phone', 'datagram.received', { flow: 'download', n, bytes: 1_000 }),
  );
}

export function endedAt(atMs: number, sent: number): TraceRecord[] {
  return [recordAt(atMs, 'server', 'flow.ended', { flow: 'download', sent })];
}

export function completeAt(atMs: number, received: number): TraceRecord[] {
  return [recordAt(atMs, 'phone', 'flow.complete', { flow: 'download', received })];
}

export function askedAt(...timesMs: readonly number[]): TraceRecord[] {
  return timesMs.map((atMs, at) =>
    recordAt(atMs, 'phone', 'request.sent', { flow: 'ping', n: at + 1, bytes: 100 }),
  );
}

/** `[number, when, round trip]` each. */
export function answeredAt(
  ...answers: readonly (readonly [n: number, atMs: number, rttMs: number])[]
): TraceRecord[] {
  return answers.map(([n, atMs, rttMs]) =>
    recordAt(atMs, 'phone', 'response.received', {
      flow: 'ping',
      n,
      bytes: 100,
      rttNs: rttMs * nsPerMs,
    }),
  );
}

export function timedOutAt(...timeouts: readonly (readonly [n: number, atMs: number])[]) {
  return timeouts.map(([n, atMs]) =>
    recordAt(atMs, 'phone', 'request.timed-out', { flow: 'ping', n }),
  );
}

export function beganAt(...timesMs: readonly number[]): TraceRecord[] {
  return timesMs.map((atMs) => recordAt(atMs, 'lab', 'event.began', { event: 'silence' }));
}

export function skewedAt(atMs: number, node: string): TraceRecord[] {
  return [recordAt(atMs, node, 'clock.skewed', { driftRatio: 5e-5, offsetNs: 0 })];
}

export function measureOf(
  what: MeasureModel['what'],
  parts: Partial<MeasureModel> = {},
): MeasureModel {
  return {
    name: 'm',
    what,
    of: 'download',
    around: undefined,
    window: undefined,
    pick: 'median',
    kind: undefined,
    where: {},
    ...parts,
  };
}

export function ms(atMs: number): number {
  return atMs * nsPerMs;
}

export function windowMs(fromMs: number, toMs: number) {
  return { fromNs: ms(fromMs), toNs: ms(toMs) };
}

function hostNamed(name: string): PlannedNode {
  const nothing = { interfaces: [], routes: [], nat: undefined };
  const bounds = { cpus: undefined, memoryBytes: undefined };
  return { name, kind: 'host', forwards: false, ...nothing, ...bounds };
}
