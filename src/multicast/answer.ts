/** What the server answers to {account, group}, and what it says of its own accord (RFC 5176). */
import type { Ip } from '../base/address.ts';
import type { Mac } from '../base/mac.ts';
import { admit, ask, end, placeOf, refuse, withdraw } from './membership.ts';
import { endSession } from './session.ts';
import type { MulticastSink } from './sink.ts';
import type { Membership, MulticastState, Session } from './state.ts';

/** `unanswered`: by no attempt, so that it is refused: what nobody granted is not granted. */
export type Answer = 'accept' | 'reject' | 'unanswered';

export function takeAnswer(
  state: MulticastState,
  nowNs: number,
  request: number,
  answer: Answer,
  sink: MulticastSink,
): void {
  const membership = state.asked.get(request);
  if (membership === undefined) {
    sink.record('multicast.stale-answer', { request, answer });
    return;
  }
  state.asked.delete(request);
  const { server } = membership.session;
  sink.record('multicast.answered', { request, server, ...placeOf(membership), answer });
  if (answer === 'accept') admit(state, nowNs, membership, request, sink);
  else refuse(state, nowNs, membership, answer === 'reject' ? 'rejected' : 'no-answer', sink);
}

/** Whom a CoA- or Disconnect-Request means: what it names has to be so, what it leaves out is any. */
export interface Target {
  readonly account?: string | undefined;
  readonly mac?: Mac | undefined;
  readonly group?: Ip | undefined;
}

/** Ends what is meant: a membership where a group is named, else the session. How many it were. */
export function disconnect(
  state: MulticastState,
  nowNs: number,
  target: Target,
  sink: MulticastSink,
): readonly Session[] {
  const meant = sessionsOf(state, target);
  for (const session of meant) {
    if (target.group === undefined) endSession(state, nowNs, session, 'disconnected', sink);
    else end(state, nowNs, session.memberships.get(target.group)!, 'disconnected', sink);
  }
  return meant;
}

/** What an account is entitled to has changed: all it has is asked for again, and what is refused then ends. */
export function reauthorise(
  state: MulticastState,
  nowNs: number,
  target: Target,
  sink: MulticastSink,
): readonly Session[] {
  const meant = sessionsOf(state, target);
  for (const session of meant) {
    for (const membership of membershipsOf(session, target)) {
      withdraw(state, nowNs, membership, 'revoked', sink);
      ask(state, membership, sink);
    }
  }
  return meant;
}

function sessionsOf(state: MulticastState, { account, mac, group }: Target): Session[] {
  return [...state.ports.values()]
    .flatMap((port) => [...port.sessions.values()])
    .filter((session) => account === undefined || session.account === account)
    .filter((session) => mac === undefined || session.mac === mac)
    .filter((session) => group === undefined || session.memberships.has(group));
}

function membershipsOf(session: Session, { group }: Target): Membership[] {
  return [...session.memberships.values()]
    .filter((membership) => group === undefined || membership.group === group)
    .filter(({ standing }) => standing.kind !== 'local');
}
