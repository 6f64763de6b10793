/** A subscriber's request: the account is found by port and MAC, {account, group} is asked for, or it is refused. */
import { formatIp, type Ip, isMulticast } from '../base/address.ts';
import { formatMac, type Mac } from '../base/mac.ts';
import { nsPerSecond } from '../base/time.ts';
import type { GroupRecord } from '../wire/group-record.ts';
import { findAccount } from './account.ts';
import { moveSources } from './delivery.ts';
import { admitLocally, ask, createMembership, end, refresh } from './membership.ts';
import type { MembershipReport } from './report-frame.ts';
import type { MulticastSink } from './sink.ts';
import { changeFilter, isWanted } from './source-filter.ts';
import type { Membership, MulticastState, Port, Session } from './state.ts';

/** A report or a leave that came in by a port. */
export function takeReport(
  state: MulticastState,
  nowNs: number,
  portName: string,
  report: MembershipReport,
  sink: MulticastSink,
): void {
  const port = state.ports.get(portName);
  if (port === undefined || !isWithinRate(state, nowNs, port, sink)) return;
  const mac = formatMac(report.mac);
  sink.record('multicast.intercepted', { port: portName, mac, message: report.message });
  for (const record of report.records) takeRecord(state, nowNs, port, report.mac, record, sink);
}

/** A flood of one port costs that port its requests, and the others nothing. */
function isWithinRate(
  { settings }: MulticastState,
  nowNs: number,
  port: Port,
  sink: MulticastSink,
): boolean {
  const { requestsPerSecond, burstRequests } = settings;
  const gained = ((nowNs - port.filledNs) / nsPerSecond) * requestsPerSecond;
  port.tokens = Math.min(burstRequests, port.tokens + gained);
  port.filledNs = nowNs;
  const isWithin = port.tokens >= 1;
  if (isWithin) port.tokens -= 1;
  else if (!port.isOverRate) sink.record('multicast.over-rate', { port: port.settings.name });
  port.isOverRate = !isWithin;
  return isWithin;
}

function takeRecord(
  state: MulticastState,
  nowNs: number,
  port: Port,
  mac: Mac,
  record: GroupRecord,
  sink: MulticastSink,
): void {
  const { group } = record;
  if (!isMulticast(group) || isNeverFiltered(group)) return;
  const fields = { port: port.settings.name, mac: formatMac(mac), group: formatIp(group) };
  sink.record('multicast.taken', { ...fields, change: record.change });
  const found = findAccount(port, mac);
  if (typeof found === 'string') {
    sink.record('multicast.refused', { ...fields, reason: found });
    return;
  }
  const { mode } = port.settings;
  sink.record('multicast.account-found', { ...fields, mode, account: found.account });
  changeWish(state, nowNs, found, record, sink);
}

function changeWish(
  state: MulticastState,
  nowNs: number,
  session: Session,
  { group, change, sources }: GroupRecord,
  sink: MulticastSink,
): void {
  const known = session.memberships.get(group);
  const before = known?.filter ?? { mode: 'include' as const, sources: new Set<Ip>() };
  const after = changeFilter(before, change, sources);
  if (!isWanted(after)) {
    if (known) end(state, nowNs, known, 'leave', sink);
    return;
  }
  if (known === undefined && session.port.groups >= state.settings.mostGroups) {
    refuseMore(session, group, sink);
    return;
  }
  const membership = known ?? createMembership(session, group);
  refresh(state, nowNs, membership);
  membership.filter = after;
  const { standing } = membership;
  if (standing.kind === 'member' || standing.kind === 'local') {
    moveSources(membership, before, after, sink);
  } else if (standing.kind === 'refused' && standing.untilNs <= nowNs) {
    request(state, membership, sink);
  }
}

function request(state: MulticastState, membership: Membership, sink: MulticastSink): void {
  if (isLinkScope(membership.group)) admitLocally(membership, sink);
  else ask(state, membership, sink);
}

function refuseMore(session: Session, group: Ip, sink: MulticastSink): void {
  const { port, mac, account } = session;
  const fields = { port: port.settings.name, mac: formatMac(mac), group: formatIp(group) };
  sink.record('multicast.refused', { ...fields, account, reason: 'too-many-groups' });
}

/** 224.0.0.0/24, and all nodes (RFC 4541 2.1.2, 3): a switch keeps no membership for them. */
function isNeverFiltered(group: Ip): boolean {
  if (typeof group === 'number') return group >>> 8 === 0xe0_0000;
  const scope = group.charCodeAt(0) & 15;
  return scope <= 1 || (scope === 2 && group.slice(1) === '\0\0\0\0\0\0\u0001');
}

/** ff02::/16: Neighbor Discovery stands on it, and it does not leave the link (RFC 4291 2.7). */
function isLinkScope(group: Ip): boolean {
  return typeof group === 'string' && (group.charCodeAt(0) & 15) === 2;
}
