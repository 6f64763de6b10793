/**
 * Ports that an inner host asks for (RFC 6887 11, RFC 6886 3.3): a mapping that lasts as long as its lease,
 * lets everybody in, and is the one that the host's packets leave by, whatever the box does by itself.
 */
import type { Ipv4 } from '../../src/base/address.ts';
import { expireMapping } from './nat-expiry.ts';
import { choosePort, isPortFree, type PortWish } from './nat-ports.ts';
import type { Mapping } from './nat-session.ts';
import { emptyShortcuts } from './nat-shortcut.ts';
import {
  addMapping,
  describeMapping,
  externalPortOf,
  internalEndpointOf,
  type NatTable,
} from './nat-table.ts';

export interface LeaseWish {
  readonly protocol: number;
  readonly internal: Ipv4;
  readonly internalPort: number;
  /** 0: any. */
  readonly suggestedPort: number;
  readonly untilNs: number;
  readonly nonce: string;
}

export type LeaseRefusal = 'not-authorized' | 'no-resources';

/** Made, or lasting until another moment if it stands already. */
export function leasePort(
  table: NatTable,
  nowNs: number,
  wish: LeaseWish,
  external: Ipv4,
): Mapping | LeaseRefusal {
  const owner = internalEndpointOf(table, wish.protocol, wish.internal, wish.internalPort);
  const standing = owner.leased;
  if (standing !== undefined && standing.leaseUntilNs > nowNs) {
    if (standing.leaseNonce !== wish.nonce) return 'not-authorized';
    return setLease(table, standing, wish);
  }
  const mapping =
    findOwn(table, nowNs, wish, external) ?? makeMapping(table, nowNs, wish, external);
  if (mapping === undefined) return 'no-resources';
  // A packet of before may have gone by another mapping, and that stays with its session.
  emptyShortcuts(table.shortcuts);
  owner.leased = mapping;
  mapping.leaseNonce = wish.nonce;
  return setLease(table, mapping, wish);
}

function setLease(table: NatTable, mapping: Mapping, { untilNs }: LeaseWish): Mapping {
  mapping.leaseUntilNs = untilNs;
  mapping.expiresNs = Math.max(mapping.expiresNs, untilNs);
  table.sink.record('nat.leased', { ...describeMapping(table.settings, mapping), untilNs });
  return mapping;
}

/** The lifetime of 0: false where the nonce is another. */
export function endLease(table: NatTable, nowNs: number, wish: LeaseWish): boolean {
  const owner = internalEndpointOf(table, wish.protocol, wish.internal, wish.internalPort);
  const { leased } = owner;
  if (leased === undefined || leased.leaseUntilNs <= nowNs) return true;
  if (leased.leaseNonce !== wish.nonce) return false;
  expireMapping(table, leased);
  return true;
}

/** What a box that maps without regard to destinations gave it already, unless somebody shares it. */
function findOwn(
  table: NatTable,
  nowNs: number,
  { protocol, internal, internalPort }: LeaseWish,
  external: Ipv4,
): Mapping | undefined {
  if (table.settings.mapping !== 'endpoint-independent') return undefined;
  const mapping = internalEndpointOf(table, protocol, internal, internalPort).mappings.get(0);
  if (mapping === undefined || mapping.expiresNs <= nowNs) return undefined;
  const port = externalPortOf(table, protocol, external, mapping.externalPort);
  return port.mappings.length === 1 ? mapping : undefined;
}

function makeMapping(
  table: NatTable,
  nowNs: number,
  wish: LeaseWish,
  external: Ipv4,
): Mapping | undefined {
  const { protocol, internal, internalPort } = wish;
  const externalPort = chooseLeased(table, nowNs, wish, {
    ...{ protocol, internal, external, internalPort, remote: 0 },
  });
  if (externalPort === undefined) return undefined;
  const mapping: Mapping = {
    ...{ protocol, internal, internalPort, external, externalPort, remoteKey: 0 },
    permissions: new Map(),
    ...{ expiresNs: wish.untilNs, leaseUntilNs: wish.untilNs, leaseNonce: wish.nonce },
  };
  addMapping(table, mapping);
  return mapping;
}

/** The one that the host would like, if nobody has it; a leased port is shared with nobody. */
function chooseLeased(
  table: NatTable,
  nowNs: number,
  { suggestedPort }: LeaseWish,
  wish: PortWish,
): number | undefined {
  const { portRange, portBlock } = table.settings;
  const isAlone = (port: number) => {
    const known = externalPortOf(table, wish.protocol, wish.external, port);
    return known.mappings.length === 0 && isPortFree(table, nowNs, wish, port);
  };
  const isInRange = suggestedPort >= portRange.first && suggestedPort <= portRange.last;
  if (isInRange && portBlock === undefined && isAlone(suggestedPort)) return suggestedPort;
  for (let tries = 0; tries < mostTries; tries++) {
    const port = choosePort(table, nowNs, wish);
    if (port === undefined || isAlone(port)) return port;
    wish = { ...wish, internalPort: port + 1 };
  }
  return undefined;
}

/** Where ports are shared, one that is free for a packet may still be somebody's. */
const mostTries = 64;
