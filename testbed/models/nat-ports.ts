/** RFC 4787 4.2: which external port (or ICMP identifier) a new mapping gets. */
import type { Ipv4 } from '../../src/base/address.ts';
import { drawBelow } from '../../src/base/random.ts';
import { ipProtocol } from '../../src/wire/ip-protocol.ts';
import { expireMapping } from './nat-expiry.ts';
import { flowKey } from './nat-key.ts';
import type { Mapping } from './nat-session.ts';
import type { ExternalPort, NatTable } from './nat-table.ts';

export interface PortWish {
  readonly protocol: number;
  readonly internal: Ipv4;
  readonly external: Ipv4;
  readonly internalPort: number;
  readonly remote: number;
}

/** Fresh draws before a random choice falls back to the next free port after its last draw. */
const randomDraws = 8;

/** Undefined: none is free. */
export function choosePort(table: NatTable, nowNs: number, wish: PortWish): number | undefined {
  const range = rangeOf(table, wish);
  if (range === undefined) return undefined;
  const isFree = (port: number) => isPortFree(table, nowNs, wish, port);
  switch (table.settings.ports) {
    case 'preserve':
      if (range.first <= wish.internalPort && wish.internalPort <= range.last) {
        if (isFree(wish.internalPort)) return wish.internalPort;
      }
      return chooseRandom(table, range, isFree);
    case 'random':
      return chooseRandom(table, range, isFree);
    case 'sequential': {
      // A block goes on by itself.
      const key = flowKey(wish.protocol, 0 as Ipv4, range.first);
      const port = scanFrom(range, table.nextPorts.get(key) ?? range.first, isFree);
      if (port !== undefined) table.nextPorts.set(key, port + 1);
      return port;
    }
  }
}

interface Range {
  readonly first: number;
  readonly last: number;
}

/** ICMP identifiers have no reserved values. Undefined: all blocks have their subscriber. */
function rangeOf({ settings, blocks }: NatTable, wish: PortWish): Range | undefined {
  if (wish.protocol === ipProtocol.icmp) return { first: 0, last: 65_535 };
  const { portBlock, portRange } = settings;
  if (portBlock === undefined) return portRange;
  const block = blocks.get(wish.internal) ?? blocks.size;
  const first = portRange.first + block * portBlock;
  const last = first + portBlock - 1;
  if (last > portRange.last) return undefined;
  blocks.set(wish.internal, block);
  return { first, last };
}

function chooseRandom(
  table: NatTable,
  range: Range,
  isFree: (port: number) => boolean,
): number | undefined {
  let port = range.first;
  for (let draw = 0; draw < randomDraws; draw++) {
    port = range.first + drawBelow(table.random, range.last - range.first + 1);
    if (isFree(port)) return port;
  }
  return scanFrom(range, port, isFree);
}

function scanFrom(
  range: Range,
  start: number,
  isFree: (port: number) => boolean,
): number | undefined {
  const size = range.last - range.first + 1;
  for (let step = 0; step < size; step++) {
    const port = range.first + ((start - range.first + step) % size);
    if (isFree(port)) return port;
  }
  return undefined;
}

export function isPortFree(table: NatTable, nowNs: number, wish: PortWish, port: number): boolean {
  const known = table.externals.get(flowKey(wish.protocol, wish.external, port));
  if (known === undefined) return true;
  if (known.mappings.some(({ leaseUntilNs }) => leaseUntilNs > nowNs)) return false;
  if (!table.settings.overload && hasLiveMapping(table, nowNs, known)) return false;
  return !isClaimed(known, nowNs, wish.remote, undefined);
}

function hasLiveMapping(table: NatTable, nowNs: number, port: ExternalPort): boolean {
  for (const mapping of port.mappings.slice()) {
    if (mapping.expiresNs > nowNs) return true;
    expireMapping(table, mapping);
  }
  return false;
}

/**
 * Whether answers from that remote endpoint to that port would go to somebody other than `mapping`:
 * to another host that shares the port (RFC 7857 3), or to the box itself.
 */
export function isClaimed(
  port: ExternalPort,
  nowNs: number,
  remote: number,
  mapping: Mapping | undefined,
): boolean {
  const session = port.sessions.get(remote);
  if (session !== undefined && session.expiresNs > nowNs && session.mapping !== mapping)
    return true;
  const strayUntilNs = port.strays.get(remote);
  return strayUntilNs !== undefined && strayUntilNs > nowNs;
}
