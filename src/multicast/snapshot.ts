/** What outlives the controller: who is where and has what, as plain JSON, so that a new one takes it up. */
import { formatIp, parseIp } from '../base/address.ts';
import { formatMac, parseMac } from '../base/mac.ts';
import { giveSources } from './delivery.ts';
import { createMembership, refresh } from './membership.ts';
import type { MulticastSink } from './sink.ts';
import { type SourceFilter, sourcesOf } from './source-filter.ts';
import type { Membership, MulticastState, Session } from './state.ts';

export interface Snapshot {
  readonly nextRequest: number;
  readonly sessions: readonly SessionSnapshot[];
}

export interface SessionSnapshot {
  readonly port: string;
  readonly mac: string;
  readonly account: string;
  readonly server: string;
  readonly id: string;
  readonly members: readonly MemberSnapshot[];
}

interface MemberSnapshot {
  readonly group: string;
  readonly mode: SourceFilter['mode'];
  readonly sources: readonly string[];
  readonly ticket: string;
  readonly request: number;
  readonly sinceNs: number;
}

/** Of what was granted: a wish that still waits for its answer is repeated by the host. */
export function takeSnapshot(state: MulticastState): Snapshot {
  const sessions = [...state.ports.values()].flatMap((port) => [...port.sessions.values()]);
  return { nextRequest: state.nextRequest, sessions: sessions.map(sessionSnapshot) };
}

function sessionSnapshot(session: Session): SessionSnapshot {
  const { port, mac, account, server, id, memberships } = session;
  const members = [...memberships.values()].flatMap(memberSnapshot);
  return { port: port.settings.name, mac: formatMac(mac), account, server, id, members };
}

function memberSnapshot({ group, filter, standing }: Membership): MemberSnapshot[] {
  if (standing.kind !== 'member') return [];
  const { ticket, request, sinceNs } = standing;
  const sources = [...filter.sources].map(formatIp);
  return [{ group: formatIp(group), mode: filter.mode, sources, ticket, request, sinceNs }];
}

/** Takes up a session that still stands; its memberships go on under the tickets that they had. */
export function restoreSession(
  state: MulticastState,
  nowNs: number,
  snapshot: SessionSnapshot,
  sink: MulticastSink,
): void {
  const session = state.ports.get(snapshot.port)?.sessions.get(parseMac(snapshot.mac)!);
  if (session?.account !== snapshot.account) return;
  for (const member of snapshot.members) restoreMember(state, nowNs, session, member, sink);
}

function restoreMember(
  state: MulticastState,
  nowNs: number,
  session: Session,
  member: MemberSnapshot,
  sink: MulticastSink,
): void {
  const { mode, ticket, request, sinceNs } = member;
  const group = parseIp(member.group)!;
  const membership = createMembership(session, group);
  membership.filter = { mode, sources: new Set(member.sources.map((text) => parseIp(text)!)) };
  const interimAtNs = nowNs + state.settings.interimNs;
  membership.standing = { kind: 'member', request, ticket, sinceNs, interimAtNs };
  giveSources(membership, sourcesOf(membership.filter), sink);
  refresh(state, nowNs, membership);
}
