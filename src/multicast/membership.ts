/** The life of a wish: made, asked for, granted, refused, ended. Nothing reaches a port before it is granted. */
import { formatIp, type Ip } from '../base/address.ts';
import { moveDeadline } from '../base/deadline-queue.ts';
import { formatMac } from '../base/mac.ts';
import { never, nsPerSecond } from '../base/time.ts';
import type { TerminateCause } from '../wire/radius-attribute.ts';
import { giveSources, withdrawSources } from './delivery.ts';
import { membershipIntervalNs } from './settings.ts';
import type { MulticastSink } from './sink.ts';
import { sourcesOf, wantsNothing } from './source-filter.ts';
import type { Membership, MulticastState, Session } from './state.ts';

/** Why a membership ended, and what accounting calls it (RFC 2866 5.10). */
export const endings = {
  leave: 'user-request',
  'log-off': 'user-request',
  ageing: 'idle-timeout',
  'link-down': 'nas-error',
  moved: 'nas-request',
  'port-taken-over': 'nas-request',
  'account-changed': 'nas-request',
  revoked: 'admin-reset',
  disconnected: 'admin-reset',
  'switch-restarted': 'nas-request',
} as const satisfies Readonly<Record<string, TerminateCause>>;
export type Ending = keyof typeof endings;

export function createMembership(session: Session, group: Ip): Membership {
  const membership: Membership = {
    kind: 'membership',
    session,
    group,
    filter: wantsNothing,
    standing: { kind: 'refused', untilNs: 0 },
    expiresAtNs: never,
    deadlineAtNs: never,
    queuedAtNs: never,
  };
  session.memberships.set(group, membership);
  session.port.groups += 1;
  return membership;
}

/** The wish was repeated. */
export function refresh(state: MulticastState, nowNs: number, membership: Membership): void {
  membership.expiresAtNs = nowNs + membershipIntervalNs(state.settings);
  schedule(state, membership);
}

export function schedule(state: MulticastState, membership: Membership): void {
  const { standing, expiresAtNs } = membership;
  const ownNs = standing.kind === 'member' ? standing.interimAtNs : never;
  moveDeadline(state, membership, Math.min(expiresAtNs, ownNs));
}

export function ask(state: MulticastState, membership: Membership, sink: MulticastSink): void {
  const { session, group, filter } = membership;
  const request = state.nextRequest;
  state.nextRequest += 1;
  membership.standing = { kind: 'asking', request };
  state.asked.set(request, membership);
  const { account, server, mac, port } = session;
  const sources = filter.mode === 'include' ? [...filter.sources] : [];
  sink.record('multicast.asked', { request, server, ...placeOf(membership) });
  sink.ask({ request, server, account, port: port.settings.name, mac, group, sources });
}

export function admitLocally(membership: Membership, sink: MulticastSink): void {
  membership.standing = { kind: 'local' };
  giveSources(membership, sourcesOf(membership.filter), sink);
}

export function admit(
  state: MulticastState,
  nowNs: number,
  membership: Membership,
  request: number,
  sink: MulticastSink,
): void {
  const { session } = membership;
  const ticket = `${session.id}-${request}`;
  const interimAtNs = nowNs + state.settings.interimNs;
  membership.standing = { kind: 'member', request, ticket, sinceNs: nowNs, interimAtNs };
  giveSources(membership, sourcesOf(membership.filter), sink);
  sink.record('multicast.added', { request, ...placeOf(membership) });
  tellAccounting(nowNs, membership, 'start', sink);
  schedule(state, membership);
}

/** The refusal stands for a while: a host repeats its reports, and each would be a question. */
export function refuse(
  state: MulticastState,
  nowNs: number,
  membership: Membership,
  reason: string,
  sink: MulticastSink,
): void {
  const { standing } = membership;
  const request = standing.kind === 'asking' ? { request: standing.request } : {};
  membership.standing = { kind: 'refused', untilNs: nowNs + state.settings.refusalNs };
  sink.record('multicast.refused', { ...request, ...placeOf(membership), reason });
  schedule(state, membership);
}

/** Takes back what was granted, if anything was; the wish stays. */
export function withdraw(
  state: MulticastState,
  nowNs: number,
  membership: Membership,
  ending: Ending,
  sink: MulticastSink,
): void {
  const { standing } = membership;
  if (standing.kind === 'asking') state.asked.delete(standing.request);
  if (standing.kind === 'local' || standing.kind === 'member') {
    withdrawSources(membership, sourcesOf(membership.filter), sink);
  }
  if (standing.kind === 'member') {
    const { request } = standing;
    sink.record('multicast.removed', { request, ...placeOf(membership), cause: ending });
    tellAccounting(nowNs, membership, 'stop', sink, endings[ending]);
  }
  membership.standing = { kind: 'refused', untilNs: nowNs };
}

export function end(
  state: MulticastState,
  nowNs: number,
  membership: Membership,
  ending: Ending,
  sink: MulticastSink,
): void {
  withdraw(state, nowNs, membership, ending, sink);
  const { session, group } = membership;
  if (session.memberships.delete(group)) session.port.groups -= 1;
  moveDeadline(state, membership, never);
}

export function tellAccounting(
  nowNs: number,
  membership: Membership,
  status: 'start' | 'interim' | 'stop',
  sink: MulticastSink,
  cause?: TerminateCause,
): void {
  const { standing, session, group } = membership;
  if (standing.kind !== 'member') return;
  const { account, server, mac, port } = session;
  const { ticket, sinceNs } = standing;
  const seconds = Math.floor((nowNs - sinceNs) / nsPerSecond);
  sink.record('multicast.accounted', { status, ticket, seconds, ...placeOf(membership) });
  const who = { account, server, mac, port: port.settings.name, group };
  sink.account({ status, ticket, seconds, ...who, ...(cause && { cause }) });
}

/** Who, and what. */
export function placeOf({ session, group }: Membership) {
  const { port, mac, account } = session;
  return { port: port.settings.name, mac: formatMac(mac), account, group: formatIp(group) };
}
