/** What the box forgets: a mapping when it is found to have ended, everything else in sweeps. */

import type { Mapping, Session } from './nat-session.ts';
import { emptyShortcuts } from './nat-shortcut.ts';
import {
  describeMapping,
  type ExternalPort,
  externalPortOf,
  internalEndpointOf,
  type NatTable,
} from './nat-table.ts';

/** An idle table is swept after so many new entries, a busy one when it may have doubled. */
const sweepAfterAtLeast = 256;

/** Forgets a mapping and all that hangs on it. */
export function expireMapping(table: NatTable, mapping: Mapping): void {
  emptyShortcuts(table.shortcuts);
  const { protocol, internal, internalPort, external, externalPort, remoteKey } = mapping;
  const owner = internalEndpointOf(table, protocol, internal, internalPort);
  const port = externalPortOf(table, protocol, external, externalPort);
  port.mappings.splice(port.mappings.indexOf(mapping), 1);
  dropSessions(port.sessions, (session) => session.mapping === mapping);
  dropSessions(owner.sessions, (session) => session.mapping === mapping);
  if (owner.mappings.get(remoteKey) === mapping) owner.mappings.delete(remoteKey);
  if (owner.leased === mapping) owner.leased = undefined;
  table.sink.record('nat.expired', {
    ...describeMapping(table.settings, mapping),
    expiredNs: mapping.expiresNs,
  });
}

function dropSessions(sessions: Map<number, Session>, isGone: (session: Session) => boolean): void {
  for (const [remote, session] of sessions) if (isGone(session)) sessions.delete(remote);
}

/** Forgets what has ended, once enough was made: so each entry costs a constant, and memory is bounded. */
export function sweepIfDue(table: NatTable, nowNs: number): void {
  if (table.madeSinceSweep < Math.max(sweepAfterAtLeast, table.keptBySweep)) return;
  emptyShortcuts(table.shortcuts);
  table.madeSinceSweep = 0;
  table.keptBySweep = 0;
  for (const [key, port] of table.externals) sweepPort(table, nowNs, key, port);
  for (const [key, owner] of table.internals) {
    dropSessions(owner.sessions, (session) => session.expiresNs <= nowNs);
    if (owner.sessions.size === 0 && owner.mappings.size === 0 && !owner.leased)
      table.internals.delete(key);
  }
}

function sweepPort(table: NatTable, nowNs: number, key: number, port: ExternalPort): void {
  for (const mapping of port.mappings.slice()) sweepMapping(table, nowNs, mapping);
  dropSessions(port.sessions, (session) => session.expiresNs <= nowNs);
  for (const [remote, untilNs] of port.strays) if (untilNs <= nowNs) port.strays.delete(remote);
  if (port.mappings.length + port.strays.size === 0) table.externals.delete(key);
  table.keptBySweep += port.sessions.size + port.strays.size;
}

function sweepMapping(table: NatTable, nowNs: number, mapping: Mapping): void {
  if (mapping.expiresNs <= nowNs) {
    expireMapping(table, mapping);
    return;
  }
  for (const [key, { expiresNs }] of mapping.permissions) {
    if (expiresNs <= nowNs) mapping.permissions.delete(key);
  }
}
