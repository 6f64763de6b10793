/** UDP sockets: who is bound where, and whom a datagram is for. */
import {
  anyIpv4,
  anyIpv6,
  type Family,
  familyOf,
  type Ip,
  isMulticast,
  isUnspecified,
} from '../base/address.ts';
import { drawBelow } from '../base/random.ts';
import { isLoopback, ownerOf } from './destinations.ts';
import type { BindOutcome } from './outcome.ts';
import type { DatagramSocketState, IpMachine, SocketTable } from './state.ts';

/** RFC 6335 6: the dynamic ports. */
const firstEphemeral = 49_152;
const ephemeralPorts = 16_384;

export interface BindOptions {
  readonly family: Family;
  /** Left out or unspecified: any address of the machine. A group address is one too. */
  readonly address?: Ip | undefined;
  /** Left out or 0: one that is free, at random (RFC 6056 3.3.1). */
  readonly port?: number | undefined;
  /** Sends and receives by this interface only. */
  readonly interfaceIndex?: number | undefined;
}

export function createSocketTable(): SocketTable {
  return { byToken: new Map(), byPort: new Map() };
}

/** The token is the caller's name for the socket: it comes back with what arrives for it. */
export function bindDatagramSocket(
  machine: IpMachine,
  token: number,
  options: BindOptions,
): BindOutcome {
  const { family, interfaceIndex } = options;
  const address = options.address ?? (family === 4 ? anyIpv4 : anyIpv6);
  if (!isBindable(machine, family, address)) return { kind: 'not-our-address' };
  const asked = options.port ?? 0;
  const wanted = { token, family, address, port: asked, interfaceIndex };
  if (asked !== 0 && isTaken(machine, wanted)) return { kind: 'address-in-use' };
  const port = asked === 0 ? drawFreePort(machine, wanted) : asked;
  if (port === undefined) return { kind: 'no-free-port' };
  addSocket(machine.sockets, { ...wanted, port });
  return { kind: 'bound', local: { address, port } };
}

export function closeDatagramSocket(machine: IpMachine, token: number): void {
  const { byToken, byPort } = machine.sockets;
  const socket = byToken.get(token);
  if (socket === undefined) return;
  byToken.delete(token);
  const key = portKey(socket.family, socket.port);
  const left = byPort.get(key)!.filter((it) => it !== socket);
  if (left.length > 0) byPort.set(key, left);
  else byPort.delete(key);
}

function addSocket(sockets: SocketTable, socket: DatagramSocketState): void {
  sockets.byToken.set(socket.token, socket);
  const key = portKey(socket.family, socket.port);
  sockets.byPort.set(key, [...(sockets.byPort.get(key) ?? []), socket]);
}

function isBindable(machine: IpMachine, family: Family, address: Ip): boolean {
  if (familyOf(address) !== family) return false;
  if (isUnspecified(address) || isMulticast(address) || isLoopback(address)) return true;
  return ownerOf(machine, address) !== undefined;
}

function isTaken(machine: IpMachine, wanted: DatagramSocketState): boolean {
  const others = machine.sockets.byPort.get(portKey(wanted.family, wanted.port));
  return others?.some((other) => collides(other, wanted)) ?? false;
}

/** Both would get the same datagram. */
function collides(a: DatagramSocketState, b: DatagramSocketState): boolean {
  const interfaces = [a.interfaceIndex, b.interfaceIndex];
  if (!interfaces.includes(undefined) && a.interfaceIndex !== b.interfaceIndex) return false;
  return a.address === b.address || isUnspecified(a.address) || isUnspecified(b.address);
}

/** RFC 6056 3.3.1: from a random place on, the next one that is free. */
function drawFreePort(machine: IpMachine, wanted: DatagramSocketState): number | undefined {
  const start = drawBelow(machine.random, ephemeralPorts);
  for (let tried = 0; tried < ephemeralPorts; tried++) {
    const port = firstEphemeral + ((start + tried) % ephemeralPorts);
    if (!isTaken(machine, { ...wanted, port })) return port;
  }
  return undefined;
}

function portKey(family: Family, port: number): number {
  return family === 4 ? port : 65_536 + port;
}

export function socketsAt(
  machine: IpMachine,
  family: Family,
  port: number,
): readonly DatagramSocketState[] | undefined {
  return machine.sockets.byPort.get(portKey(family, port));
}

/** The most specific socket for a datagram to one address; sockets that collide don't exist. */
export function findReceiver(
  sockets: readonly DatagramSocketState[],
  address: Ip,
  interfaceIndex: number,
): DatagramSocketState | undefined {
  let best: DatagramSocketState | undefined;
  let bestScore = -1;
  for (const socket of sockets) {
    if (!hears(socket, address, interfaceIndex)) continue;
    const score =
      (socket.address === address ? 2 : 0) + (socket.interfaceIndex === undefined ? 0 : 1);
    if (score > bestScore) [best, bestScore] = [socket, score];
  }
  return best;
}

export function hears(socket: DatagramSocketState, address: Ip, interfaceIndex: number): boolean {
  if (socket.interfaceIndex !== undefined && socket.interfaceIndex !== interfaceIndex) return false;
  return socket.address === address || isUnspecified(socket.address);
}
