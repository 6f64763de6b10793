/** What a rig of real time told of its own lateness. */
import type { TraceRecord } from '../../src/trace/record.ts';
import type {
  DirectionLateness,
  LatenessFigures,
  ProgramTurns,
  RigLateness,
} from '../schema/rig-lateness.ts';

/** Undefined: nothing ran in real time. */
export function readRigLateness(records: readonly TraceRecord[]): RigLateness | undefined {
  const directions = records.filter(({ kind }) => kind === 'hub.lateness').map(toDirection);
  const sleepers = records.filter(({ kind }) => sleeperKinds.includes(kind)).map(toFigures);
  if (directions.length === 0 && sleepers.length === 0) return undefined;
  const probes = records
    .filter(({ kind }) => kind === 'hub.probed')
    .map((record) => ({ setting: String(record['setting']), ...toFigures(record) }));
  return { directions, probes, programs: sumTurns(records), machine: worstOf(sleepers) };
}

/** A program of the catalogue tells once, by the lab; an application on our sockets as it goes, by itself. */
const turnKinds: readonly string[] = ['program.waited', 'onload.waited'];

function sumTurns(records: readonly TraceRecord[]): ProgramTurns[] {
  const turns = new Map<string, ProgramTurns>();
  for (const record of records.filter(({ kind }) => turnKinds.includes(kind))) {
    const id = String(record['id'] ?? record['program']);
    const { ranNs, waitedNs } = turns.get(id) ?? { ranNs: 0, waitedNs: 0 };
    turns.set(id, {
      id,
      ranNs: ranNs + numberOf(record, 'ranNs'),
      waitedNs: waitedNs + numberOf(record, 'waitedNs'),
    });
  }
  return [...turns.values()];
}

/** What only sleeps, and programs, which the scheduler may treat worse: they have work to do. */
const sleeperKinds: readonly string[] = ['machine.lateness', 'program.lateness'];

function worstOf(all: readonly LatenessFigures[]): LatenessFigures | undefined {
  if (all.length === 0) return undefined;
  return {
    p50Ns: Math.max(...all.map(({ p50Ns }) => p50Ns)),
    p99Ns: Math.max(...all.map(({ p99Ns }) => p99Ns)),
    worstNs: Math.max(...all.map(({ worstNs }) => worstNs)),
    steadyNs: Math.max(...all.map(({ steadyNs }) => steadyNs)),
  };
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
  const count = numberOf(record, 'frames') || numberOf(record, 'ticks');
  const [p50Ns, p99Ns] = [numberOf(record, 'p50Ns'), numberOf(record, 'p99Ns')];
  return {
    ...{ p50Ns, p99Ns, worstNs: numberOf(record, 'worstNs') },
    steadyNs: count >= 100 ? p99Ns : p50Ns,
  };
}

function numberOf(record: TraceRecord, name: string): number {
  const value = record[name];
  return typeof value === 'number' ? value : 0;
}
