/** Who was started, who is ready, who is done: kept from the records that programs leave. */
import type { TraceRecord } from '../../src/trace/record.ts';
import type { PlannedProgram } from '../plan/plan.ts';

export type ProgramState =
  | { readonly kind: 'planned' }
  | { readonly kind: 'ready' }
  /** Stopped by a crash of its node; `ready` again if the node restarts. */
  | { readonly kind: 'crashed' }
  | { readonly kind: 'finished' }
  | { readonly kind: 'failed' | 'unsupported'; readonly reason: string };

export interface RollCall {
  readonly programs: readonly PlannedProgram[];
  readonly states: Map<string, ProgramState>;
  /** The ids of those that a crash of their node stopped, however often they started again. */
  readonly everCrashed: Set<string>;
}

const planned: ProgramState = { kind: 'planned' };

export function createRollCall(programs: readonly PlannedProgram[]): RollCall {
  const states = new Map(programs.map((program) => [program.id, planned]));
  return { programs, states, everCrashed: new Set() };
}

/** True when the record changed what is known of a program. */
export function noteProgram(roll: RollCall, record: TraceRecord): boolean {
  if (!record.kind.startsWith('program.')) return false;
  const { id } = record;
  const state = stateAfter(record);
  const before = roll.states.get(String(id));
  if (state === undefined || before === undefined || isSettled(before)) return false;
  roll.states.set(String(id), state);
  if (state.kind === 'crashed') roll.everCrashed.add(String(id));
  return true;
}

function stateAfter({ kind, reason }: TraceRecord): ProgramState | undefined {
  switch (kind) {
    case 'program.ready':
      return { kind: 'ready' };
    case 'program.finished':
      return { kind: 'finished' };
    case 'program.failed':
      return { kind: 'failed', reason: String(reason) };
    case 'program.unsupported':
      return { kind: 'unsupported', reason: String(reason) };
    case 'program.stopped':
      return reason === 'node-crashed' ? { kind: 'crashed' } : undefined;
    default:
      return undefined;
  }
}

function isSettled(state: ProgramState): boolean {
  return state.kind === 'finished' || isFailed(state);
}

function isFailed(
  state: ProgramState,
): state is Extract<ProgramState, { kind: 'failed' | 'unsupported' }> {
  return state.kind === 'failed' || state.kind === 'unsupported';
}

function stateOf(roll: RollCall, program: PlannedProgram): ProgramState {
  return roll.states.get(program.id)!;
}

/** Those that must be ready before anybody opens, and are not. */
export function unready(roll: RollCall): PlannedProgram[] {
  return roll.programs.filter(
    (program) => !program.opens && stateOf(roll, program).kind === 'planned',
  );
}

export function unsettled(roll: RollCall): PlannedProgram[] {
  return roll.programs.filter((program) => program.awaited && !isSettled(stateOf(roll, program)));
}

/** One that is waited for, and whose node never came back. */
export function firstCrashed(roll: RollCall): PlannedProgram | undefined {
  return unsettled(roll).find((program) => stateOf(roll, program).kind === 'crashed');
}

export interface ProgramFailure {
  /** `unsupported`: the program said that it cannot be run here, which is nobody's fault. */
  readonly kind: 'failed' | 'unsupported';
  readonly program: PlannedProgram;
  readonly reason: string;
}

export function firstFailure(roll: RollCall): ProgramFailure | undefined {
  for (const program of roll.programs) {
    const state = stateOf(roll, program);
    if (isFailed(state)) return { ...state, program };
  }
  return undefined;
}

/** A traffic is over when one of its two sides is done: there is nothing left to disturb. */
export function isOver(roll: RollCall, traffic: string): boolean {
  return roll.programs.some(
    (program) => program.traffic === traffic && stateOf(roll, program).kind === 'finished',
  );
}
