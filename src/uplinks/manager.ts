/**
 * The connection manager as a machine without I/O: it learns sockets, has its user asked once for each application,
 * finds the address of the link that was chosen, and sends the change to the stack side. It touches no socket.
 */
import { formatIp, type Ip, isIpv4 } from '../base/address.ts';
import type {
  ApplicationRow,
  HeldSocket,
  LiveLink,
  ManagerSink,
  ManagerState,
  Refusal,
  SeenApplication,
  SocketRow,
} from './manager-state.ts';
import type { Outcome } from './outcome-message.ts';
import { linkOf, type Rule, ruleFor } from './rules.ts';
import { formatSocket, type KnownSocket, unmapIp } from './socket-identity.ts';

/** All that is there now: who is not in it any more is forgotten, and his answer is not. */
export function learnSockets(
  state: ManagerState,
  seen: readonly SeenApplication[],
  sink: ManagerSink,
): void {
  const standing = new Set<number>();
  for (const application of seen) {
    const row = learnApplication(state, application);
    for (const held of application.sockets) {
      standing.add(held.socket.identity.cookie);
      learnSocket(state, row, held, sink);
    }
    answerFor(state, row, sink);
  }
  for (const [cookie, row] of state.sockets)
    if (!standing.has(cookie) && !isUnderWay(row)) state.sockets.delete(cookie);
}

/** In the middle of a move a socket has no port, and no list of sockets has it. Each order has an outcome. */
function isUnderWay({ order: last, outcome }: SocketRow): boolean {
  return last !== undefined && outcome === undefined;
}

/** The links that are up; an application whose link is gone goes where its rule says. */
export function learnLinks(
  state: ManagerState,
  links: readonly LiveLink[],
  sink: ManagerSink,
): void {
  const gone = state.links.filter(({ name }) => !links.some((link) => link.name === name));
  state.links = links;
  for (const link of gone) {
    for (const address of addressesOf(link)) sink.linkGone(address);
    sink.record('links.link-gone', { link: link.name });
  }
  const offered = links.map(({ name }) => name);
  for (const row of state.applications.values()) {
    // The question stands open still: what is offered is what is there by then.
    if (row.answer.kind === 'asked') row.answer = { kind: 'asked', offered };
    settle(state, row, sink);
  }
}

/** By a user, once for all sockets of an application, those to come too. */
export function answer(
  state: ManagerState,
  name: string,
  link: string,
  sink: ManagerSink,
): Refusal | undefined {
  const row = state.applications.get(name);
  if (row === undefined) return 'unknown-application';
  if (!state.links.some((one) => one.name === link)) return 'unknown-link';
  const before = ruleFor(state.rules, [name]);
  const whenLost = before?.name === name ? before.whenLost : 'move';
  const rule: Rule = { name, links: [link], whenLost };
  sink.keep(rule);
  row.answer = { kind: 'given', rule, by: 'user' };
  // Of its sockets one may have been put elsewhere alone: all are meant.
  row.link = undefined;
  settle(state, row, sink);
  return undefined;
}

/** For the time being its sockets stay where they are. */
export function skip(state: ManagerState, name: string): Refusal | undefined {
  const row = state.applications.get(name);
  if (row === undefined) return 'unknown-application';
  row.answer = { kind: 'skipped' };
  return undefined;
}

/** One socket alone; its application's answer stays. */
export function moveSocket(
  state: ManagerState,
  cookie: number,
  link: string,
  sink: ManagerSink,
): Refusal | number {
  const row = state.sockets.get(cookie);
  if (row === undefined) return 'unknown-socket';
  const live = state.links.find((one) => one.name === link);
  if (live === undefined) return 'unknown-link';
  row.wanted = link;
  return sendChange(state, row, live, 'move', sink) ?? 'unknown-link';
}

/** So that its application connects anew, and begins where it belongs. */
export function resetSocket(
  state: ManagerState,
  cookie: number,
  sink: ManagerSink,
): Refusal | number {
  const row = state.sockets.get(cookie);
  if (row === undefined) return 'unknown-socket';
  return order(state, row, row.socket.local.address, 'reset', sink);
}

export function hearOutcome(state: ManagerState, outcome: Outcome): SocketRow | undefined {
  const row = state.orders.get(outcome.order);
  if (row === undefined) return undefined;
  state.orders.delete(outcome.order);
  if (row.order === outcome.order) row.outcome = outcome;
  return row;
}

function learnApplication(state: ManagerState, { name, names }: SeenApplication): ApplicationRow {
  const known = state.applications.get(name);
  if (known !== undefined) {
    known.names = names;
    return known;
  }
  const row: ApplicationRow = { name, names, answer: { kind: 'none' }, link: undefined };
  state.applications.set(name, row);
  return row;
}

function learnSocket(
  state: ManagerState,
  application: ApplicationRow,
  { socket, holder }: HeldSocket,
  sink: ManagerSink,
): void {
  const { cookie } = socket.identity;
  const known = state.sockets.get(cookie);
  if (known !== undefined) {
    known.socket = socket;
    known.holder = holder;
    return;
  }
  const row: SocketRow = {
    ...{ application: application.name, holder, socket },
    ...{ wanted: undefined, order: undefined, outcome: undefined },
  };
  state.sockets.set(cookie, row);
  sink.record('links.socket-learned', {
    id: formatSocket(socket.identity),
    ...{ application: application.name, process: holder.process },
  });
  if (application.answer.kind === 'given') moveToLink(state, application, row, sink);
}

/** A stored rule is an answer that was given earlier; each application is asked once. */
function answerFor(state: ManagerState, row: ApplicationRow, sink: ManagerSink): void {
  if (row.answer.kind !== 'none') return;
  const rule = state.asksAlways ? undefined : ruleFor(state.rules, row.names);
  if (rule !== undefined) {
    row.answer = { kind: 'given', rule, by: 'rule' };
    settle(state, row, sink);
    return;
  }
  if (state.asksNobody || state.links.length === 0) return;
  const offered = state.links.map(({ name }) => name);
  row.answer = { kind: 'asked', offered };
  sink.record('links.prompted', { application: row.name, links: offered.join(' ') });
  sink.prompt(row.name, offered);
}

/** Brings an application to the link that its answer says now. */
function settle(state: ManagerState, row: ApplicationRow, sink: ManagerSink): void {
  if (row.answer.kind !== 'given') return;
  const { rule, by } = row.answer;
  const live = state.links.map(({ name }) => name);
  const chosen = linkOf(rule, live);
  if (chosen === row.link) return;
  const isLost = row.link !== undefined && !live.includes(row.link);
  row.link = chosen;
  const link = state.links.find(({ name }) => name === chosen);
  const resets = isLost && rule.whenLost === 'reset';
  // Who is cut off connects anew at once; else those that speak now are waited for, not those that may begin.
  const isSteeredFirst = resets || link === undefined;
  if (isSteeredFirst) sink.steer(row, link);
  if (link === undefined) return;
  sink.record('links.chosen', { application: row.name, link: link.name, by });
  for (const socket of state.sockets.values()) {
    if (socket.application !== row.name) continue;
    // What can carry on by another link does; the system resets no MPTCP connection, and UDP has none.
    if (resets && socket.socket.identity.protocol === 'tcp')
      order(state, socket, socket.socket.local.address, 'reset', sink);
    else moveToLink(state, row, socket, sink);
  }
  if (!isSteeredFirst) sink.steer(row, link);
}

function moveToLink(
  state: ManagerState,
  { link }: ApplicationRow,
  row: SocketRow,
  sink: ManagerSink,
): void {
  const live = state.links.find(({ name }) => name === link);
  if (live === undefined || row.socket.standing === 'listening') return;
  row.wanted = live.name;
  if (isOn(row.socket, live) && !mayBeLedElsewhere(row)) return;
  sendChange(state, row, live, 'move', sink);
}

/** Its address does not tell by which link it sends: only the path was moved, or what was asked last is not done yet. */
function mayBeLedElsewhere(row: SocketRow): boolean {
  return isUnderWay(row) || row.outcome?.result === 'path-only';
}

/** Undefined: the link has no address of the socket's family. */
function sendChange(
  state: ManagerState,
  row: SocketRow,
  link: LiveLink,
  action: 'move' | 'reset',
  sink: ManagerSink,
): number | undefined {
  const address = addressFor(row.socket, link);
  if (address === undefined) return undefined;
  sink.record('links.address-found', {
    ...{ id: formatSocket(row.socket.identity), link: link.name, address: formatIp(address) },
  });
  return order(state, row, address, action, sink);
}

function order(
  state: ManagerState,
  row: SocketRow,
  address: Ip,
  action: 'move' | 'reset',
  sink: ManagerSink,
): number {
  const number = state.nextOrder;
  state.nextOrder += 1;
  row.order = number;
  row.outcome = undefined;
  state.orders.set(number, row);
  const id = formatSocket(row.socket.identity);
  sink.record('links.change-sent', {
    order: number,
    id,
    address: formatIp(address),
    change: action,
  });
  sink.change(number, row, address, action);
  return number;
}

/** A socket of IPv6 that speaks with an IPv4 address needs the link's IPv4 address. */
function addressFor({ identity, local, remote }: KnownSocket, link: LiveLink): Ip | undefined {
  const isMapped = isIpv4(unmapIp(remote.address)) || isIpv4(unmapIp(local.address));
  return identity.family === 4 || isMapped ? link.ipv4 : link.ipv6;
}

export function isOn(socket: KnownSocket, link: LiveLink): boolean {
  const mine = addressesOf(link);
  if (socket.identity.protocol === 'mptcp' && socket.subflowAddresses.length > 0) {
    return socket.subflowAddresses.every((address) => mine.includes(unmapIp(address)));
  }
  return mine.includes(unmapIp(socket.local.address));
}

export function addressesOf({ ipv4, ipv6 }: LiveLink): readonly Ip[] {
  return [ipv4, ipv6].filter((address) => address !== undefined);
}
