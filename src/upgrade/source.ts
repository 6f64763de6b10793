/**
 * The source's side of an upgrade as a machine: it intends, copies its state to the target, waits for a
 * moment at which no message is half received, stops, copies what it had in hand, and says that the
 * target may ask for the switch: at once, because everybody waits from the stop on. Until the unit committed,
 * every failure leads back to serving.
 */
import { never, nsPerMs, nsPerSecond } from '../base/time.ts';
import type {
  FromUnit,
  SocketId,
  SourceToTarget,
  TargetToSource,
  Tokens,
  ToUnit,
} from './messages.ts';
import type { HandedData } from './target.ts';

export type SourcePhase =
  | { readonly kind: 'serving' }
  | { readonly kind: 'intending'; readonly command: readonly string[] }
  /** It was started, or is connecting. */
  | { readonly kind: 'target-created'; readonly tokens: Tokens }
  | { readonly kind: 'copying-state'; readonly tokens: Tokens }
  /** Nobody is held: a moment at which no message is half received may come by itself. */
  | { readonly kind: 'awaiting-lull'; readonly tokens: Tokens }
  /** Each connection that is between two messages is read from no more. */
  | { readonly kind: 'gathering'; readonly tokens: Tokens }
  /** All are read from again until these have had the rest of their message. */
  | { readonly kind: 'awaiting'; readonly tokens: Tokens; readonly stragglers: Set<SocketId> }
  /** It stopped, and said all that it had to say. */
  | { readonly kind: 'indicated' }
  | { readonly kind: 'left' };

export interface SourceState {
  readonly service: string;
  readonly version: string;
  phase: SourcePhase;
  /** Connections with a message half received. */
  readonly incomplete: Set<SocketId>;
  /** When the present phase has lasted too long. */
  deadlineNs: number;
  /** When the whole upgrade has. */
  patienceNs: number;
  /** How long those that are complete wait next for those that are not. */
  gatheringNs: number;
}

export interface SourceSink {
  sayUnit(message: ToUnit): void;
  sayTarget(message: SourceToTarget): void;
  createTarget(command: readonly string[]): void;
  endTarget(): void;
  /** The process data, copied now. */
  exportState(): string;
  /** Read from no connection that is complete, nor from any that becomes so; or from all again. */
  hold(isHeld: boolean): void;
  /** Touch no socket from now on, and tell what was in hand. */
  stop(): HandedData;
  /** Each descriptor: the unit's are the only ones then. */
  close(): void;
  leave(): void;
  record(kind: string, fields: Readonly<Record<string, string | number>>): void;
  /** The upgrade is over, and this process serves on. */
  abandoned(reason: string): void;
}

/** Fewer peers than hundreds leave one soon. */
const lullNs = 50 * nsPerMs;
/**
 * At first: all of a pause but the handing over. Where many peers are always in the middle of a message it is
 * too short, and doubles each time, so that an upgrade comes about.
 */
const shortestGatheringNs = 4 * nsPerMs;
/** A longer pause is worse than no upgrade. */
const longestGatheringNs = 512 * nsPerMs;
const answerNs = 5 * nsPerSecond;
const upgradeNs = 30 * nsPerSecond;

export function createSource(service: string, version: string): SourceState {
  const phase: SourcePhase = { kind: 'serving' };
  return {
    ...{ service, version, phase, incomplete: new Set() },
    ...{ deadlineNs: never, patienceNs: never, gatheringNs: shortestGatheringNs },
  };
}

/** False where an upgrade is under way already. */
export function beginUpgrade(
  state: SourceState,
  command: readonly string[],
  nowNs: number,
  sink: SourceSink,
): boolean {
  if (state.phase.kind !== 'serving') return false;
  state.patienceNs = nowNs + upgradeNs;
  state.gatheringNs = shortestGatheringNs;
  enter(state, { kind: 'intending', command }, nowNs + answerNs);
  sink.sayUnit({ kind: 'intend' });
  return true;
}

export function hearUnitAsSource(state: SourceState, message: FromUnit, sink: SourceSink): void {
  const { phase } = state;
  if (message.kind === 'ticket' && phase.kind === 'intending') {
    const { tokens } = message;
    // However long it takes to start: this process serves on.
    enter(state, { kind: 'target-created', tokens }, state.patienceNs);
    sink.createTarget(phase.command);
  } else if (message.kind === 'committed' && phase.kind === 'indicated') {
    enter(state, { kind: 'left' }, never);
    sink.record('upgrade.source-left', { service: state.service });
    sink.leave();
  } else if (message.kind === 'given-back') {
    goOn(state, 'the switch did not happen', sink);
  } else if (message.kind === 'refused' && phase.kind !== 'serving') {
    abandon(state, message.reason, sink);
  }
}

export function hearTarget(
  state: SourceState,
  message: TargetToSource,
  nowNs: number,
  sink: SourceSink,
): void {
  const { phase } = state;
  if (message.kind === 'refuse') {
    abandon(state, message.reason, sink);
    return;
  }
  if (message.kind === 'hello' && phase.kind === 'target-created') {
    const { version, pid } = message;
    sink.record('upgrade.target-created', { service: state.service, version, pid });
    const { service } = state;
    const { tokens } = phase;
    const { state: token } = tokens;
    enter(state, { kind: 'copying-state', tokens }, nowNs + answerNs);
    const copy = { version: state.version, state: sink.exportState() };
    sink.sayTarget({ kind: 'state', service, token, ...copy });
  } else if (message.kind === 'state-copied' && phase.kind === 'copying-state') {
    sink.record('upgrade.state-copied', { service: state.service });
    awaitLull(state, phase.tokens, nowNs, sink);
  }
}

export function loseTarget(state: SourceState, sink: SourceSink): void {
  if (state.phase.kind !== 'serving' && state.phase.kind !== 'left') {
    abandon(state, 'the target is gone', sink);
  }
}

/** A message began to arrive on it, or its last byte came, or the connection ended. */
export function setComplete(
  state: SourceState,
  socket: SocketId,
  isComplete: boolean,
  nowNs: number,
  sink: SourceSink,
): void {
  if (isComplete) state.incomplete.delete(socket);
  else state.incomplete.add(socket);
  const { phase } = state;
  if (phase.kind === 'awaiting-lull' && state.incomplete.size === 0) {
    gather(state, phase.tokens, nowNs, sink);
  } else if (phase.kind === 'gathering' && state.incomplete.size === 0) {
    stop(state, phase.tokens, nowNs, sink);
  } else if (phase.kind === 'awaiting' && isComplete) {
    phase.stragglers.delete(socket);
    if (phase.stragglers.size === 0) gather(state, phase.tokens, nowNs, sink);
  }
}

export function advanceSource(state: SourceState, nowNs: number, sink: SourceSink): void {
  const { phase } = state;
  if (nowNs < state.deadlineNs) return;
  if (phase.kind === 'awaiting-lull' && nowNs < state.patienceNs) {
    gather(state, phase.tokens, nowNs, sink);
  } else if (phase.kind === 'gathering' && nowNs < state.patienceNs) {
    state.gatheringNs = Math.min(2 * state.gatheringNs, longestGatheringNs);
    sink.hold(false);
    const stragglers = new Set(state.incomplete);
    enter(state, { kind: 'awaiting', tokens: phase.tokens, stragglers }, state.patienceNs);
  } else {
    abandon(state, `${phase.kind} for too long`, sink);
  }
}

function awaitLull(state: SourceState, tokens: Tokens, nowNs: number, sink: SourceSink): void {
  if (state.incomplete.size === 0) gather(state, tokens, nowNs, sink);
  else enter(state, { kind: 'awaiting-lull', tokens }, nowNs + lullNs);
}

function gather(state: SourceState, tokens: Tokens, nowNs: number, sink: SourceSink): void {
  enter(state, { kind: 'gathering', tokens }, nowNs + state.gatheringNs);
  sink.record('upgrade.gathering', { service: state.service, incomplete: state.incomplete.size });
  sink.hold(true);
  if (state.incomplete.size === 0) stop(state, tokens, nowNs, sink);
}

function stop(state: SourceState, tokens: Tokens, nowNs: number, sink: SourceSink): void {
  const { service } = state;
  sink.record('upgrade.completeness-decided', { service });
  enter(state, { kind: 'indicated' }, nowNs + answerNs);
  const data = sink.stop();
  sink.record('upgrade.source-stopped', { service });
  // The target has something to do while this process closes: its request waits for the word to the unit.
  sink.sayTarget(data);
  sink.sayTarget({ kind: 'indication', service, token: tokens.indication });
  sink.close();
  sink.sayUnit({ kind: 'stopped' });
}

/** Those who hold the sockets now give them back first; else nothing was given away yet. */
function abandon(state: SourceState, reason: string, sink: SourceSink): void {
  const { phase } = state;
  if (phase.kind === 'serving' || phase.kind === 'left') return;
  sink.endTarget();
  sink.sayUnit({ kind: 'give-back', reason });
  if (phase.kind === 'indicated') return;
  goOn(state, reason, sink);
}

function goOn(state: SourceState, reason: string, sink: SourceSink): void {
  if (state.phase.kind === 'serving') return;
  enter(state, { kind: 'serving' }, never);
  state.patienceNs = never;
  sink.endTarget();
  sink.hold(false);
  sink.abandoned(reason);
}

function enter(state: SourceState, phase: SourcePhase, deadlineNs: number): void {
  state.phase = phase;
  state.deadlineNs = Math.min(deadlineNs, state.patienceNs);
  if (phase.kind === 'left') state.deadlineNs = never;
}
