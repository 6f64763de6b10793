/** How a sample ended, as one sentence. */
import type { DriveEnd } from '../labs/lab.ts';
import type { PlannedProgram } from '../plan/plan.ts';
import type { SampleOutcome } from '../schema/result.ts';
import type { LiveProgress } from './live-progress.ts';
import { firstCrashed, firstFailure, type RollCall, unready, unsettled } from './roll-call.ts';

const interrupted: SampleOutcome = { kind: 'interrupted' };

/** Undefined: all programs that others wait for are ready. */
export function readinessOutcome(
  roll: RollCall,
  end: DriveEnd,
  waited: string,
): SampleOutcome | undefined {
  if (end === 'interrupted') return interrupted;
  const failure = failureOutcome(roll);
  if (failure) return failure;
  const late = unready(roll)[0];
  if (late === undefined) return undefined;
  const why =
    end === 'idle'
      ? 'is not ready, and nothing is left to happen that could make it so'
      : `was not ready within ${waited}`;
  return { kind: 'failed', reason: `${placed(late)} ${why}` };
}

/** Undefined: nothing is decided yet. */
export function trafficOutcome(
  roll: RollCall,
  progress: LiveProgress,
  end: DriveEnd,
): SampleOutcome | undefined {
  if (end === 'interrupted') return interrupted;
  const failure = failureOutcome(roll);
  if (failure) return failure;
  const left = unsettled(roll);
  const waitsForNobody = !roll.programs.some((program) => program.awaited);
  if (left.length === 0 && (!waitsForNobody || end !== 'halted')) return { kind: 'finished' };
  if (end === 'halted') return undefined;
  const crashed = firstCrashed(roll);
  if (crashed) return { kind: 'failed', reason: dead(crashed) };
  if (end === 'limit') return { kind: 'failed', reason: unfinished(roll, left, progress) };
  return { kind: 'failed', reason: stuck(roll, left) };
}

function failureOutcome(roll: RollCall): SampleOutcome | undefined {
  const failure = firstFailure(roll);
  if (failure === undefined) return undefined;
  const { kind, program, reason } = failure;
  const verb = kind === 'failed' ? 'failed' : 'cannot be run';
  return { kind, reason: `${placed(program)} ${verb}: ${reason}` };
}

function dead(program: PlannedProgram): string {
  return `${placed(program)} stopped when its node crashed, and the node did not start again`;
}

/** One that started again is named before its peer: it is the one that forgot where it was. */
function stuck(roll: RollCall, left: readonly PlannedProgram[]): string {
  const again = left.find((program) => roll.everCrashed.has(program.id));
  const since = again ? ' since its node crashed and started again' : '';
  return `${placed(again ?? left[0]!)} has not finished${since}, and nothing is left to happen`;
}

/** `unfinished: 41 of 64 MiB`; with names where the scenario has more than one thing to wait for. */
function unfinished(
  roll: RollCall,
  left: readonly PlannedProgram[],
  progress: LiveProgress,
): string {
  const awaited = new Set(roll.programs.filter((program) => program.awaited).map(subjectOf));
  const parts = new Set<string>();
  for (const program of left) {
    const counted = program.traffic === undefined ? undefined : progress.describe(program.traffic);
    if (counted === undefined) parts.add(placed(program));
    else parts.add(awaited.size > 1 ? `${subjectOf(program)} ${counted}` : counted);
  }
  return `unfinished: ${[...parts].join(', ')}`;
}

function subjectOf(program: PlannedProgram): string {
  return program.traffic ?? program.id;
}

function placed(program: PlannedProgram): string {
  return `${program.id} on ${program.node}`;
}
