/** What an address means to this machine: itself, a neighbour, a gateway's business, nobody. */
import {
  broadcastIpv4,
  type Ip,
  type Ipv4,
  isIpv4,
  isMulticast,
  isUnspecified,
  parseIp,
} from '../base/address.ts';
import { contains } from '../base/prefix.ts';
import { findDestination, findDestinationV4, keepDestination } from './destination-table.ts';
import { neighbourAt } from './neighbour-table.ts';
import { lookupRoute } from './routes.ts';
import type { Destination, DestinationKind, IpInterface, IpMachine } from './state.ts';

const loopbackIpv6 = parseIp('::1')!;

/** With `only`: as seen by a packet that must leave by this interface. */
export function destinationOf(
  machine: IpMachine,
  address: Ip,
  only: IpInterface | undefined,
): Destination {
  const { lastSent } = machine;
  const isSame = lastSent !== undefined && lastSent.address === address;
  if (isSame && only === undefined) return lastSent;
  const table = only === undefined ? machine.destinations : only.destinations;
  const found = findDestination(table, address) ?? resolveDestination(machine, address, only);
  if (only === undefined) machine.lastSent = found;
  return found;
}

/** Hot: for a packet that came in. */
export function destinationOfArrived(machine: IpMachine, address: Ipv4): Destination {
  const { lastArrived } = machine;
  if (lastArrived !== undefined && lastArrived.signedV4 === (address | 0)) return lastArrived;
  const found =
    findDestinationV4(machine.destinations, address) ??
    resolveDestination(machine, address, undefined);
  machine.lastArrived = found;
  return found;
}

/** The slow half of `destinationOf`. */
export function resolveDestination(
  machine: IpMachine,
  address: Ip,
  only: IpInterface | undefined,
): Destination {
  const destination = classify(machine, address, only);
  const table = only === undefined ? machine.destinations : only.destinations;
  keepDestination(machine, table, destination);
  return destination;
}

function classify(machine: IpMachine, address: Ip, only: IpInterface | undefined): Destination {
  const owner = ownerOf(machine, address);
  if (owner !== undefined) return simple('local', address, owner);
  if (isLoopback(address)) return simple('local', address, undefined);
  if (isUnspecified(address)) return simple('unreachable', address, undefined);
  if (isMulticast(address)) return toGroup(machine, 'multicast', address, only);
  if (address === broadcastIpv4) return toGroup(machine, 'broadcast', address, only);
  const subnet = subnetOfBroadcast(machine, address);
  if (subnet !== undefined && (only === undefined || only === subnet)) {
    return simple('broadcast', address, subnet);
  }
  return toOne(machine, address, only);
}

function toOne(machine: IpMachine, address: Ip, only: IpInterface | undefined): Destination {
  const route = lookupRoute(machine, address, only?.index);
  const iface = route === undefined ? undefined : machine.interfaces[route.interfaceIndex];
  if (route === undefined || iface === undefined) return simple('unreachable', address, undefined);
  const neighbour =
    iface.mac === undefined ? undefined : neighbourAt(machine, iface, route.gateway ?? address);
  const signedV4 = signedOf(address);
  return { kind: 'unicast', address, signedV4, iface, neighbour, source: undefined };
}

function signedOf(address: Ip): number {
  return isIpv4(address) ? address | 0 : 0;
}

/** Groups have no route of their own: they leave where they are told to, else where the default route leads. */
function toGroup(
  machine: IpMachine,
  kind: DestinationKind,
  address: Ip,
  only: IpInterface | undefined,
): Destination {
  if (only !== undefined) return simple(kind, address, only);
  const route = lookupRoute(machine, address, undefined);
  const byRoute = route === undefined ? undefined : machine.interfaces[route.interfaceIndex];
  const iface = byRoute ?? machine.interfaces.find((it) => it?.up === true);
  return simple(iface === undefined ? 'unreachable' : kind, address, iface);
}

function simple(kind: DestinationKind, address: Ip, iface: IpInterface | undefined): Destination {
  const signedV4 = signedOf(address);
  return { kind, address, signedV4, iface, neighbour: undefined, source: undefined };
}

/** The interface that has this address. */
export function ownerOf(machine: IpMachine, address: Ip): IpInterface | undefined {
  for (const iface of machine.interfaces) {
    if (iface !== undefined && hasAddress(iface, address)) return iface;
  }
  return undefined;
}

export function hasAddress(iface: IpInterface, address: Ip): boolean {
  for (const own of iface.addresses) if (own.address === address) return true;
  return false;
}

export function isLoopback(address: Ip): boolean {
  return isIpv4(address) ? address >>> 24 === 127 : address === loopbackIpv6;
}

/** RFC 3021: a /31 has no broadcast address; a /32 has no network. */
function subnetOfBroadcast(machine: IpMachine, address: Ip): IpInterface | undefined {
  if (!isIpv4(address)) return undefined;
  return machine.interfaces.find((iface) =>
    iface?.addresses.some(
      (own) =>
        own.length <= 30 &&
        contains(own, address) &&
        (address | hostMask(own.length)) === (address | 0),
    ),
  );
}

function hostMask(length: number): number {
  return length === 0 ? -1 : ~(-1 << (32 - length));
}
