/** What 802.1X says: who has authenticated on which port, and who is gone. */
import { moveDeadline } from '../base/deadline-queue.ts';
import { formatMac, type Mac } from '../base/mac.ts';
import { never } from '../base/time.ts';
import { ask, type Ending, end, withdraw } from './membership.ts';
import type { MulticastSink } from './sink.ts';
import type { MulticastState, Port, Session } from './state.ts';

export interface Authenticated {
  readonly port: string;
  readonly mac: Mac;
  readonly account: string;
  readonly server: string;
  /** The authenticator's name of the session. */
  readonly session: string;
}

export function authenticate(
  state: MulticastState,
  nowNs: number,
  who: Authenticated,
  sink: MulticastSink,
): void {
  const port = state.ports.get(who.port);
  if (port === undefined) return;
  const { mac, account, server } = who;
  sink.record('multicast.authenticated', { port: who.port, mac: formatMac(mac), account, server });
  endElsewhere(state, nowNs, port, mac, sink);
  const known = port.sessions.get(mac);
  if (known !== undefined) changeSession(state, nowNs, known, who, sink);
  else openSession(state, nowNs, port, who, sink);
}

/** A MAC is where it authenticated last; a port that is port-based belongs to who did so last. */
function endElsewhere(
  state: MulticastState,
  nowNs: number,
  here: Port,
  mac: Mac,
  sink: MulticastSink,
): void {
  const before = state.places.get(mac);
  const session = before === here ? undefined : before?.sessions.get(mac);
  if (session !== undefined) endSession(state, nowNs, session, 'moved', sink);
  if (here.settings.mode === 'mac-based') return;
  for (const other of [...here.sessions.values()]) {
    if (other.mac !== mac) endSession(state, nowNs, other, 'port-taken-over', sink);
  }
}

function openSession(
  state: MulticastState,
  nowNs: number,
  port: Port,
  { mac, account, server, session: id }: Authenticated,
  sink: MulticastSink,
): void {
  state.places.set(mac, port);
  port.sessions.set(mac, { port, mac, account, server, id, memberships: new Map() });
  moveDeadline(state, port, nowNs + state.settings.queryIntervalNs);
  sink.query(port.settings.name);
}

/** Another account has none of what the one before it was granted, before it is asked about itself. */
function changeSession(
  state: MulticastState,
  nowNs: number,
  session: Session,
  { account, server, session: id }: Authenticated,
  sink: MulticastSink,
): void {
  const isOther = session.account !== account;
  const asked = isOther ? [...session.memberships.values()] : [];
  const remote = asked.filter(({ standing }) => standing.kind !== 'local');
  for (const membership of remote) withdraw(state, nowNs, membership, 'account-changed', sink);
  Object.assign(session, { account, server, id });
  for (const membership of remote) ask(state, membership, sink);
}

/** Log-off, a lost link, a session that the server ended. */
export function deauthenticate(
  state: MulticastState,
  nowNs: number,
  portName: string,
  mac: Mac,
  ending: Ending,
  sink: MulticastSink,
): void {
  const session = state.ports.get(portName)?.sessions.get(mac);
  if (session !== undefined) endSession(state, nowNs, session, ending, sink);
}

export function losePort(
  state: MulticastState,
  nowNs: number,
  portName: string,
  sink: MulticastSink,
): void {
  const sessions = state.ports.get(portName)?.sessions.values() ?? [];
  for (const session of [...sessions]) endSession(state, nowNs, session, 'link-down', sink);
}

export function endSession(
  state: MulticastState,
  nowNs: number,
  session: Session,
  ending: Ending,
  sink: MulticastSink,
): void {
  const { port, mac, account } = session;
  for (const membership of [...session.memberships.values()]) {
    end(state, nowNs, membership, ending, sink);
  }
  port.sessions.delete(mac);
  state.places.delete(mac);
  if (port.sessions.size === 0) moveDeadline(state, port, never);
  const place = { port: port.settings.name, mac: formatMac(mac), account };
  sink.record('multicast.logged-off', { ...place, cause: ending });
}
