/** Which hosts behind a port the bridge gives which group: told whole, at each change. */
import type { Ip } from '../base/address.ts';
import type { Mac } from '../base/mac.ts';
import type { MulticastSink } from './sink.ts';
import { type SourceFilter, sourcesOf } from './source-filter.ts';
import type { Membership, Port } from './state.ts';

export function giveSources(
  { session, group }: Membership,
  sources: ReadonlySet<Ip | 'any'>,
  sink: MulticastSink,
): void {
  for (const source of sources) {
    const hosts = hostsOf(session.port, group, source);
    if (hosts.has(session.mac)) continue;
    hosts.add(session.mac);
    sink.setMembers(session.port.settings.name, group, source, [...hosts]);
  }
}

export function withdrawSources(
  { session, group }: Membership,
  sources: ReadonlySet<Ip | 'any'>,
  sink: MulticastSink,
): void {
  for (const source of sources) {
    const hosts = hostsOf(session.port, group, source);
    if (!hosts.delete(session.mac)) continue;
    sink.setMembers(session.port.settings.name, group, source, [...hosts]);
    forget(session.port, group, source);
  }
}

/** A member that wants other sources now: the new ones first, so that what stays has no gap. */
export function moveSources(
  membership: Membership,
  from: SourceFilter,
  to: SourceFilter,
  sink: MulticastSink,
): void {
  const [before, after] = [sourcesOf(from), sourcesOf(to)];
  giveSources(membership, after.difference(before), sink);
  withdrawSources(membership, before.difference(after), sink);
}

function hostsOf(port: Port, group: Ip, source: Ip | 'any'): Set<Mac> {
  let sources = port.members.get(group);
  if (sources === undefined) {
    sources = new Map();
    port.members.set(group, sources);
  }
  let hosts = sources.get(source);
  if (hosts === undefined) {
    hosts = new Set();
    sources.set(source, hosts);
  }
  return hosts;
}

function forget(port: Port, group: Ip, source: Ip | 'any'): void {
  const sources = port.members.get(group);
  if (sources?.get(source)?.size !== 0) return;
  sources.delete(source);
  if (sources.size === 0) port.members.delete(group);
}
