/**
 * Sockets by the caller's token, and by their port: open addressing, with the key in what is found, as
 * the destinations have it. Sockets of one port stand behind each other, in the order of their binding.
 */
import type { Family } from '../base/address.ts';
import type { DatagramSocketState, SocketTable } from './state.ts';

const smallestSlots = 2;
/** 2^32 ÷ the golden ratio (Knuth 6.4). */
const spread = 0x9e37_79b1;

export function createSocketTable(): SocketTable {
  const byPort = new Array<undefined>(smallestSlots).fill(undefined);
  return { only: undefined, byToken: [], byPort, count: 0 };
}

/** The first slot to look in for a port; the search goes on from slot to slot and ends at an empty one. */
export function slotOfPort({ byPort }: SocketTable, port: number): number {
  return (Math.imul(port, spread) >>> 8) & (byPort.length - 1);
}

export function addSocket(sockets: SocketTable, socket: DatagramSocketState): void {
  sockets.byToken[socket.token] = socket;
  if ((sockets.count + 1) * 2 > sockets.byPort.length) grow(sockets);
  place(sockets, socket);
  sockets.count++;
  sockets.only = sockets.count === 1 ? socket : undefined;
}

/** Nobody else's place may be lost behind the gap: who follows without one is placed again. */
export function removeSocket(sockets: SocketTable, socket: DatagramSocketState): void {
  const { byToken, byPort } = sockets;
  byToken[socket.token] = undefined;
  const mask = byPort.length - 1;
  let slot = slotOfPort(sockets, socket.port);
  while (byPort[slot] !== socket) slot = (slot + 1) & mask;
  byPort[slot] = undefined;
  sockets.count--;
  if (sockets.count === 0) byToken.length = 0;
  sockets.only = sockets.count === 1 ? byToken.find((one) => one !== undefined) : undefined;
  for (;;) {
    slot = (slot + 1) & mask;
    const follower = byPort[slot];
    if (follower === undefined) return;
    byPort[slot] = undefined;
    place(sockets, follower);
  }
}

/** In the order of their binding. */
export function socketsOf(
  sockets: SocketTable,
  family: Family,
  port: number,
): readonly DatagramSocketState[] {
  const found: DatagramSocketState[] = [];
  const { byPort } = sockets;
  for (let slot = slotOfPort(sockets, port); ; slot = (slot + 1) & (byPort.length - 1)) {
    const socket = byPort[slot];
    if (socket === undefined) return found;
    if (socket.port === port && socket.family === family) found.push(socket);
  }
}

function grow(sockets: SocketTable): void {
  const before = sockets.byPort;
  // From an empty slot on, so that sockets of one port keep their order across the end of the array.
  const start = before.indexOf(undefined);
  sockets.byPort = new Array<undefined>(before.length * 2).fill(undefined);
  for (let step = 0; step < before.length; step++) {
    const socket = before[(start + step) & (before.length - 1)];
    if (socket !== undefined) place(sockets, socket);
  }
}

function place(sockets: SocketTable, socket: DatagramSocketState): void {
  const { byPort } = sockets;
  let slot = slotOfPort(sockets, socket.port);
  while (byPort[slot] !== undefined) slot = (slot + 1) & (byPort.length - 1);
  byPort[slot] = socket;
}
