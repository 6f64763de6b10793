/** Who has authenticated where, what they want, and what became of it. */
import type { Ip } from '../base/address.ts';
import type { DeadlineEntry } from '../base/deadline-queue.ts';
import type { Mac } from '../base/mac.ts';
import { never } from '../base/time.ts';
import type { MulticastSettings, PortSettings } from './settings.ts';
import type { SourceFilter } from './source-filter.ts';

export interface MulticastState {
  deadlineNs: number;
  readonly timers: { readonly heap: DeadlineEntry<Membership | Port>[] };
  readonly settings: MulticastSettings;
  readonly ports: ReadonlyMap<string, Port>;
  /** Where each MAC has a session; it has one at most. */
  readonly places: Map<Mac, Port>;
  /** What the server was asked, by the request's number; an answer to anything else is stale. */
  readonly asked: Map<number, Membership>;
  nextRequest: number;
}

export interface Port {
  readonly kind: 'port';
  readonly settings: PortSettings;
  readonly sessions: Map<Mac, Session>;
  /** For each group and source, or any, the hosts that the bridge is to give it to. */
  readonly members: Map<Ip, Map<Ip | 'any', Set<Mac>>>;
  groups: number;
  /** Requests that may come at once, as of `filledNs`. */
  tokens: number;
  filledNs: number;
  isOverRate: boolean;
  deadlineAtNs: number;
  queuedAtNs: number;
}

/** One authenticated MAC. */
export interface Session {
  readonly port: Port;
  readonly mac: Mac;
  account: string;
  /** The server that authenticated it, which alone is asked about its groups. */
  server: string;
  id: string;
  readonly memberships: Map<Ip, Membership>;
}

/** A host's wish for one group, and what stands of it. */
export interface Membership {
  readonly kind: 'membership';
  readonly session: Session;
  readonly group: Ip;
  filter: SourceFilter;
  standing: Standing;
  /** When the wish ends unless it is repeated. */
  expiresAtNs: number;
  deadlineAtNs: number;
  queuedAtNs: number;
}

export type Standing =
  | { readonly kind: 'asking'; readonly request: number }
  | {
      readonly kind: 'member';
      readonly request: number;
      /** How accounting names it. */
      readonly ticket: string;
      readonly sinceNs: number;
      readonly interimAtNs: number;
    }
  /** Of the link's own scope: neither asked for nor accounted. */
  | { readonly kind: 'local' }
  | { readonly kind: 'refused'; readonly untilNs: number };

export function createMulticast(settings: MulticastSettings): MulticastState {
  const ports = settings.ports.map((port) => [port.name, createPort(port, settings)] as const);
  return {
    deadlineNs: never,
    timers: { heap: [] },
    settings,
    ports: new Map(ports),
    places: new Map(),
    asked: new Map(),
    nextRequest: 1,
  };
}

function createPort(settings: PortSettings, { burstRequests }: MulticastSettings): Port {
  return {
    kind: 'port',
    settings,
    sessions: new Map(),
    members: new Map(),
    groups: 0,
    tokens: burstRequests,
    filledNs: 0,
    isOverRate: false,
    deadlineAtNs: never,
    queuedAtNs: never,
  };
}
