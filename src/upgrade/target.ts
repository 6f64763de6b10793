/** The target's side: it takes over state, then what was in hand, then asks the unit, then serves. */
import { never, nsPerSecond } from '../base/time.ts';
import type {
  FromUnit,
  NamedSocket,
  SocketId,
  SourceToTarget,
  TargetToSource,
  ToUnit,
} from './messages.ts';

/** What the source had in hand when it stopped. */
export type HandedData = Extract<SourceToTarget, { kind: 'data' }>;

export type TargetPhase =
  | { readonly kind: 'awaiting-state' }
  | { readonly kind: 'awaiting-duplicates' }
  | { readonly kind: 'awaiting-data' }
  | { readonly kind: 'awaiting-indication' }
  | { readonly kind: 'requesting' }
  | { readonly kind: 'taken' }
  | { readonly kind: 'serving' }
  | { readonly kind: 'given-up'; readonly reason: string };

export interface TargetState {
  readonly version: string;
  phase: TargetPhase;
  data: HandedData;
  deadlineNs: number;
}

export interface TargetSink {
  saySource(message: TargetToSource): void;
  sayUnit(message: ToUnit): void;
  /** Why this state can't be taken over; undefined: it was. */
  importState(state: string, version: string): string | undefined;
  /**
   * Make ready to hold these; their descriptors came beside the message, and the source still reads from them.
   * `ready`: this process has nothing more to do for them.
   */
  prepare(sockets: readonly NamedSocket[], ready: () => void): void;
  letGo(socket: SocketId): void;
  /** Hold those prepared and these, which came since, without reading. Descriptors came beside the message. */
  take(sockets: readonly NamedSocket[], data: HandedData): void;
  serve(): void;
  giveUp(reason: string): void;
  record(kind: string, fields: Readonly<Record<string, string | number>>): void;
}

/** The source may wait half a minute for a message to become whole. */
const stateNs = 40 * nsPerSecond;

export function createTarget(
  version: string,
  pid: number,
  nowNs: number,
  sink: Pick<TargetSink, 'saySource'>,
): TargetState {
  sink.saySource({ kind: 'hello', version, pid });
  const phase: TargetPhase = { kind: 'awaiting-state' };
  const data: HandedData = { kind: 'data', changes: '', leftovers: [], carried: '' };
  return { version, phase, data, deadlineNs: nowNs + stateNs };
}

export function hearSource(state: TargetState, message: SourceToTarget, sink: TargetSink): void {
  const { phase } = state;
  if (message.kind === 'state' && phase.kind === 'awaiting-state') {
    const objection = sink.importState(message.state, message.version);
    if (objection !== undefined) {
      refuse(state, objection, sink);
      return;
    }
    state.phase = { kind: 'awaiting-duplicates' };
    sink.sayUnit({ kind: 'prepare', service: message.service, token: message.token });
  } else if (message.kind === 'data' && phase.kind === 'awaiting-data') {
    state.data = message;
    state.phase = { kind: 'awaiting-indication' };
    sink.record('upgrade.data-copied', { version: state.version });
  } else if (message.kind === 'indication' && phase.kind === 'awaiting-indication') {
    state.phase = { kind: 'requesting' };
    const { service, token } = message;
    sink.record('upgrade.indication', { service });
    sink.sayUnit({ kind: 'request', service, token, version: state.version });
  }
}

export function hearUnitAsTarget(state: TargetState, message: FromUnit, sink: TargetSink): void {
  const { phase } = state;
  if (message.kind === 'prepared' && phase.kind === 'awaiting-duplicates') {
    sink.prepare(message.sockets, () => notePrepared(state, sink));
  } else if (message.kind === 'let-go') {
    sink.letGo(message.socket);
  } else if (message.kind === 'switched' && phase.kind === 'requesting') {
    sink.take(message.sockets, state.data);
    state.phase = { kind: 'taken' };
    sink.sayUnit({ kind: 'taken' });
  } else if (message.kind === 'committed' && phase.kind === 'taken') {
    state.phase = { kind: 'serving' };
    state.deadlineNs = never;
    sink.serve();
    sink.record('upgrade.serving', { version: state.version });
  } else if (message.kind === 'refused' && phase.kind !== 'serving') {
    giveUp(state, message.reason, sink);
  }
}

function notePrepared(state: TargetState, sink: TargetSink): void {
  if (state.phase.kind !== 'awaiting-duplicates') return;
  state.phase = { kind: 'awaiting-data' };
  sink.saySource({ kind: 'state-copied' });
}

const awaitsSource: ReadonlySet<TargetPhase['kind']> = new Set([
  ...(['awaiting-state', 'awaiting-duplicates', 'awaiting-data', 'awaiting-indication'] as const),
]);

/** After the indication the target goes on without its source. */
export function loseSource(state: TargetState, sink: TargetSink): void {
  if (awaitsSource.has(state.phase.kind)) {
    giveUp(state, 'the source is gone', sink);
  }
}

export function advanceTarget(state: TargetState, nowNs: number, sink: TargetSink): void {
  if (nowNs >= state.deadlineNs) giveUp(state, `${state.phase.kind} for too long`, sink);
}

function refuse(state: TargetState, reason: string, sink: TargetSink): void {
  sink.saySource({ kind: 'refuse', reason });
  giveUp(state, reason, sink);
}

function giveUp(state: TargetState, reason: string, sink: TargetSink): void {
  state.phase = { kind: 'given-up', reason };
  state.deadlineNs = never;
  sink.giveUp(reason);
}
