/** What a rig of real time told of its own lateness. */
import type { TraceRecord } from '../../src/trace/record.ts';
import type { DirectionLateness, LatenessFigures, RigLateness } from '../schema/rig-lateness.ts';

/** Undefined: nothing ran in real time. */
export function readRigLateness(records: readonly TraceRecord[]): RigLateness | undefined {
  const directions = records.filter(({ kind }) => kind === 'hub.lateness').map(toDirection);
  const machine = records.findLast(({ kind }) => kind === 'machine.lateness');
  if (directions.length === 0 && machine === undefined) return undefined;
  const probes = records
    .filter(({ kind }) => kind === 'hub.probed')
    .map((record) => ({ setting: String(record['setting']), ...toFigures(record) }));
  return { directions, probes, machine: machine && toFigures(machine) };
}

function toDirection(record: TraceRecord): DirectionLateness {
  const lostFrames = numberOf(record, 'refusedFrames') + numberOf(record, 'overrunFrames');
  return {
    link: String(record['link']),
    toward: String(record['toward']),
    lostFrames,
    ...toFigures(record),
  };
}

function toFigures(record: TraceRecord): LatenessFigures {
  return {
    p50Ns: numberOf(record, 'p50Ns'),
    p99Ns: numberOf(record, 'p99Ns'),
    worstNs: numberOf(record, 'worstNs'),
  };
}

function numberOf(record: TraceRecord, name: string): number {
  const value = record[name];
  return typeof value === 'number' ? value : 0;
}
