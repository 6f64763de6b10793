/** Connections by their 4-tuple. */
import { type Endpoint, type Ip, isIpv4 } from '../base/address.ts';
import type { Connection } from './connection.ts';
import type { ConnectionTable } from './machine-state.ts';

const smallestSlots = 8;
/** 2^32 ÷ the golden ratio (Knuth 6.4). */
const spread = 0x9e37_79b1;

export function createConnectionTable(): ConnectionTable {
  return {
    slots: new Array<undefined>(smallestSlots).fill(undefined),
    count: 0,
    lastFound: undefined,
  };
}

export function findConnection(
  table: ConnectionTable,
  local: Ip,
  localPort: number,
  remote: Ip,
  remotePort: number,
): Connection | undefined {
  const { lastFound, slots } = table;
  if (lastFound !== undefined && isOf(lastFound, local, localPort, remote, remotePort)) {
    return lastFound;
  }
  const mask = slots.length - 1;
  for (let slot = hashOf(remote, remotePort, localPort) & mask; ; slot = (slot + 1) & mask) {
    const found = slots[slot];
    if (found === undefined) return undefined;
    if (!isOf(found, local, localPort, remote, remotePort)) continue;
    table.lastFound = found;
    return found;
  }
}

export function addConnection(table: ConnectionTable, connection: Connection): void {
  if ((table.count + 1) * 2 > table.slots.length) grow(table);
  place(table.slots, connection);
  table.count++;
}

/** Who follows without a gap may stand there because of the one that goes: each is placed again. */
export function removeConnection(table: ConnectionTable, connection: Connection): void {
  const { slots } = table;
  const mask = slots.length - 1;
  let slot = slotOf(connection.local, connection.remote, mask);
  while (slots[slot] !== connection) {
    if (slots[slot] === undefined) return;
    slot = (slot + 1) & mask;
  }
  slots[slot] = undefined;
  table.count--;
  table.lastFound = undefined;
  for (;;) {
    slot = (slot + 1) & mask;
    const follower = slots[slot];
    if (follower === undefined) return;
    slots[slot] = undefined;
    place(slots, follower);
  }
}

function isOf(
  { local, remote }: Connection,
  address: Ip,
  localPort: number,
  remoteAddress: Ip,
  remotePort: number,
): boolean {
  return (
    remote.port === remotePort &&
    local.port === localPort &&
    remote.address === remoteAddress &&
    local.address === address
  );
}

function hashOf(remote: Ip, remotePort: number, localPort: number): number {
  let hash = Math.imul(remotePort ^ (localPort << 16), spread);
  if (isIpv4(remote)) hash ^= remote;
  else for (let at = 0; at < 8; at++) hash = Math.imul(hash ^ remote.charCodeAt(at), spread);
  hash = Math.imul(hash ^ (hash >>> 15), spread);
  return hash ^ (hash >>> 13);
}

function slotOf(local: Endpoint, remote: Endpoint, mask: number): number {
  return hashOf(remote.address, remote.port, local.port) & mask;
}

function place(slots: (Connection | undefined)[], connection: Connection): void {
  const mask = slots.length - 1;
  let slot = slotOf(connection.local, connection.remote, mask);
  while (slots[slot] !== undefined) slot = (slot + 1) & mask;
  slots[slot] = connection;
}

function grow(table: ConnectionTable): void {
  const before = table.slots;
  table.slots = new Array<undefined>(before.length * 2).fill(undefined);
  for (const connection of before) if (connection !== undefined) place(table.slots, connection);
}
