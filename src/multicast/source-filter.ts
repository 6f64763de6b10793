/**
 * Which sources of a group a host wants (RFC 3376 3.1). A switch that knows each host by itself keeps the
 * host's own filter, and needs none of the timers of RFC 3376 6.2.
 */
import type { Ip } from '../base/address.ts';
import type { GroupChange } from '../wire/group-record.ts';

export type SourceFilter =
  | { readonly mode: 'include'; readonly sources: ReadonlySet<Ip> }
  | { readonly mode: 'exclude'; readonly sources: ReadonlySet<Ip> };

export const wantsNothing: SourceFilter = { mode: 'include', sources: new Set<Ip>() };

export function isWanted(filter: SourceFilter): boolean {
  return filter.mode === 'exclude' || filter.sources.size > 0;
}

/** The filter after a record of it (RFC 3376 4.2.12). */
export function changeFilter(
  filter: SourceFilter,
  change: GroupChange,
  named: readonly Ip[],
): SourceFilter {
  const sources = new Set(named);
  switch (change) {
    case 'is-exclude':
    case 'to-exclude':
      return { mode: 'exclude', sources };
    case 'to-include':
      return { mode: 'include', sources };
    case 'is-include':
      return filter.mode === 'include'
        ? { mode: 'include', sources: filter.sources.union(sources) }
        : { mode: 'include', sources };
    case 'allow':
      return filter.mode === 'include'
        ? { mode: 'include', sources: filter.sources.union(sources) }
        : { mode: 'exclude', sources: filter.sources.difference(sources) };
    case 'block':
      return filter.mode === 'include'
        ? { mode: 'include', sources: filter.sources.difference(sources) }
        : { mode: 'exclude', sources: filter.sources.union(sources) };
  }
}

/** What the bridge is asked for: the named sources, or any. A bridge keeps no list of sources to leave out. */
export function sourcesOf(filter: SourceFilter): ReadonlySet<Ip | 'any'> {
  return filter.mode === 'exclude' ? anySource : filter.sources;
}

const anySource: ReadonlySet<'any'> = new Set(['any'] as const);
