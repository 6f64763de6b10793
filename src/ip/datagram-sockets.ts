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
import { addSocket, removeSocket, slotOfPort, socketsOf } from './socket-table.ts';
import type { DatagramSocketState, IpMachine } from './state.ts';

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

/** The token is the caller's name for the socket, best a small number: it comes back with what arrives. */
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
  const socket = machine.sockets.byToken[token];
  if (socket !== undefined) removeSocket(machine.sockets, socket);
}

function isBindable(machine: IpMachine, family: Family, address: Ip): boolean {
  if (familyOf(address) !== family) return false;
  if (isUnspecified(address) || isMulticast(address) || isLoopback(address)) return true;
  return ownerOf(machine, address) !== undefined;
}

function isTaken(machine: IpMachine, wanted: DatagramSocketState): boolean {
  const others = socketsOf(machine.sockets, wanted.family, wanted.port);
  return others.some((other) => collides(other, wanted));
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

/** The most specific socket for a datagram to one address; sockets that collide don't exist. */
export function findReceiver(
  { sockets }: IpMachine,
  family: Family,
  port: number,
  address: Ip,
  interfaceIndex: number,
): DatagramSocketState | undefined {
  const { byPort, only } = sockets;
  if (only !== undefined) {
    const isIt = only.port === port && only.family === family;
    return isIt && hears(only, address, interfaceIndex) ? only : undefined;
  }
  let best: DatagramSocketState | undefined;
  let bestScore = -1;
  for (let slot = slotOfPort(sockets, port); ; slot = (slot + 1) & (byPort.length - 1)) {
    const socket = byPort[slot];
    if (socket === undefined) return best;
    if (socket.port !== port || socket.family !== family) continue;
    if (!hears(socket, address, interfaceIndex)) continue;
    const score =
      (socket.address === address ? 2 : 0) + (socket.interfaceIndex === undefined ? 0 : 1);
    if (score > bestScore) [best, bestScore] = [socket, score];
  }
}

export function hears(socket: DatagramSocketState, address: Ip, interfaceIndex: number): boolean {
  if (socket.interfaceIndex !== undefined && socket.interfaceIndex !== interfaceIndex) return false;
  return socket.address === address || isUnspecified(socket.address);
}
