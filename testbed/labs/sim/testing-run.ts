/** Runs a plan's programs in the sim lab to their end, for tests: who listens first, then who opens. */
import { nsPerSecond } from '../../../src/base/time.ts';
import { emitRecord } from '../../../src/trace/ndjson.ts';
import type { TraceRecord } from '../../../src/trace/record.ts';
import type { Plan } from '../../plan/plan.ts';
import type { ChangeModel } from '../../schema/model.ts';
import type { DriveEnd } from '../lab.ts';
import { createSimLab } from './sim-lab.ts';

export interface TestedRun {
  readonly end: DriveEnd;
  readonly records: readonly TraceRecord[];
  /** What a record file would hold. */
  readonly text: string;
  readonly capture: Buffer;
}

export interface TestedChange {
  readonly atNs: number;
  readonly change: ChangeModel;
  /** Then the inverse is applied. */
  readonly forNs?: number;
}

export async function runPlan(
  plan: Plan,
  changes: readonly TestedChange[] = [],
  limitNs = 60 * nsPerSecond,
): Promise<TestedRun> {
  const records: TraceRecord[] = [];
  const captured: Uint8Array[] = [];
  await using live = await createSimLab().up(plan, {
    onRecord: (record) => records.push(record),
    capture: { write: (bytes) => captured.push(bytes.slice()) },
  });
  for (const program of plan.programs) if (!program.opens) live.start(program);
  for (const program of plan.programs) {
    if (program.opens) live.at(program.startNs, () => live.start(program));
  }
  for (const { atNs, change, forNs } of changes) {
    live.at(atNs, () => {
      const inverse = live.inverseOf(change);
      live.apply(change);
      if (forNs !== undefined) live.at(live.nowNs() + forNs, () => live.apply(inverse));
    });
  }
  const end = await live.drive(limitNs, new AbortController().signal);
  await live.settle();
  return { end, records, text: records.map(emitRecord).join(''), capture: Buffer.concat(captured) };
}

export function ofKind(run: TestedRun, kind: string): TraceRecord[] {
  return run.records.filter((record) => record.kind === kind);
}
