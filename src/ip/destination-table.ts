/** Destinations by address. An entry holds until the routes change: then the whole table is emptied. */
import type { Ip } from '../base/address.ts';
import type { Destination, DestinationTable, IpMachine } from './state.ts';

const smallestSlots = 16;
/** A scan over addresses must not fill the memory: beyond so many entries we begin anew. */
const mostEntries = 65_536;
/** 2^32 ÷ the golden ratio (Knuth 6.4): neighbouring addresses land far apart. */
const spread = 0x9e37_79b1;

export function createDestinationTable(): DestinationTable {
  return {
    v4Keys: new Uint32Array(smallestSlots),
    v4Values: emptySlots(smallestSlots),
    v4Shift: shiftOf(smallestSlots),
    v4Count: 0,
    v6: new Map(),
  };
}

/** Hot: called for each packet; an address never leaves its register here. */
export function findDestinationV4(
  table: DestinationTable,
  address: number,
): Destination | undefined {
  const { v4Keys, v4Values } = table;
  const mask = v4Keys.length - 1;
  let slot = Math.imul(address, spread) >>> table.v4Shift;
  for (;;) {
    const found = v4Values[slot];
    if (found === undefined || v4Keys[slot] === address) return found;
    slot = (slot + 1) & mask;
  }
}

export function findDestination(table: DestinationTable, address: Ip): Destination | undefined {
  return typeof address === 'number' ? findDestinationV4(table, address) : table.v6.get(address);
}

export function keepDestination(table: DestinationTable, destination: Destination): void {
  if (table.v4Count + table.v6.size >= mostEntries) clearTable(table);
  const { address } = destination;
  if (typeof address !== 'number') {
    table.v6.set(address, destination);
    return;
  }
  if (table.v4Count * 2 >= table.v4Keys.length) grow(table);
  place(table, address, destination);
  table.v4Count++;
}

/** Routes, addresses or interfaces have changed. */
export function forgetDestinations(machine: IpMachine): void {
  clearTable(machine.destinations);
  for (const iface of machine.interfaces) if (iface !== undefined) clearTable(iface.destinations);
}

function clearTable(table: DestinationTable): void {
  if (table.v4Count > 0) table.v4Values.fill(undefined);
  table.v4Count = 0;
  table.v6.clear();
}

function grow(table: DestinationTable): void {
  const { v4Values } = table;
  const slots = v4Values.length * 2;
  table.v4Keys = new Uint32Array(slots);
  table.v4Values = emptySlots(slots);
  table.v4Shift = shiftOf(slots);
  for (const value of v4Values) {
    if (value !== undefined) place(table, value.address as number, value);
  }
}

function place(table: DestinationTable, address: number, destination: Destination): void {
  const mask = table.v4Keys.length - 1;
  let slot = Math.imul(address, spread) >>> table.v4Shift;
  while (table.v4Values[slot] !== undefined) slot = (slot + 1) & mask;
  table.v4Keys[slot] = address;
  table.v4Values[slot] = destination;
}

function emptySlots(slots: number): undefined[] {
  return new Array<undefined>(slots).fill(undefined);
}

function shiftOf(slots: number): number {
  return 1 + Math.clz32(slots);
}
