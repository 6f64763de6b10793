/** Destinations by address. An entry holds until the routes change: then the whole table is emptied. */
import type { Ip } from '../base/address.ts';
import type { Destination, DestinationTable, IpMachine } from './state.ts';

const smallestSlots = 8;
/** A scan over addresses must not fill the memory: beyond so many entries we begin anew. */
const mostEntries = 65_536;
/** 2^32 ÷ the golden ratio (Knuth 6.4): neighbouring addresses land far apart. */
const spread = 0x9e37_79b1;

/** Most interfaces are never asked for by name: their tables stay this small. */
export function createDestinationTable(): DestinationTable {
  return { v4: [undefined, undefined], v4Shift: shiftOf(2), v4Count: 0, v6: undefined };
}

/**
 * Hot: called for each packet; an address never leaves its register here. The key stands in what is
 * found, which is needed anyway: among thousands of machines each further array is a cache miss.
 */
export function findDestinationV4(
  table: DestinationTable,
  address: number,
): Destination | undefined {
  const { v4 } = table;
  const mask = v4.length - 1;
  let slot = Math.imul(address, spread) >>> table.v4Shift;
  for (;;) {
    const found = v4[slot];
    if (found === undefined || found.signedV4 === (address | 0)) return found;
    slot = (slot + 1) & mask;
  }
}

export function findDestination(table: DestinationTable, address: Ip): Destination | undefined {
  return typeof address === 'number' ? findDestinationV4(table, address) : table.v6?.get(address);
}

export function keepDestination(
  machine: IpMachine,
  table: DestinationTable,
  destination: Destination,
): void {
  if (table.v4Count + (table.v6?.size ?? 0) >= mostEntries) clearTable(table);
  machine.keepsDestinations = true;
  const { address } = destination;
  if (typeof address !== 'number') {
    table.v6 ??= new Map();
    table.v6.set(address, destination);
    return;
  }
  if ((table.v4Count + 1) * 2 >= table.v4.length) grow(table);
  place(table, destination);
  table.v4Count++;
}

/**
 * Routes, addresses or interfaces have changed. While a machine is set up there is nothing to forget:
 * a router with thousands of interfaces would else look at each of them for each of its routes.
 */
export function forgetDestinations(machine: IpMachine): void {
  if (!machine.keepsDestinations) return;
  machine.lastArrived = undefined;
  machine.lastSent = undefined;
  clearTable(machine.destinations);
  for (const iface of machine.interfaces) if (iface !== undefined) clearTable(iface.destinations);
  machine.keepsDestinations = false;
}

function clearTable(table: DestinationTable): void {
  if (table.v4Count > 0) table.v4.fill(undefined);
  table.v4Count = 0;
  table.v6 = undefined;
}

function grow(table: DestinationTable): void {
  const before = table.v4;
  const slots = Math.max(smallestSlots, before.length * 2);
  table.v4 = new Array<undefined>(slots).fill(undefined);
  table.v4Shift = shiftOf(slots);
  for (const destination of before) if (destination !== undefined) place(table, destination);
}

function place(table: DestinationTable, destination: Destination): void {
  const mask = table.v4.length - 1;
  let slot = Math.imul(destination.signedV4, spread) >>> table.v4Shift;
  while (table.v4[slot] !== undefined) slot = (slot + 1) & mask;
  table.v4[slot] = destination;
}

function shiftOf(slots: number): number {
  return 1 + Math.clz32(slots);
}
