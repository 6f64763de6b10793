/** Interfaces and their addresses, which come and go while the machine runs. */
import { formatIp, type Ip, type Ipv6, isIpv4, isLinkLocal, isMulticast } from '../base/address.ts';
import { InputError } from '../base/errors.ts';
import type { Mac } from '../base/mac.ts';
import { broadcastMac } from '../base/mac.ts';
import { maskIp, type Prefix } from '../base/prefix.ts';
import { announcementOf } from './arp-input.ts';
import { createDestinationTable, forgetDestinations } from './destination-table.ts';
import { hasAddress } from './destinations.ts';
import { advertise } from './discovery-input.ts';
import { highHalf, lowHalf } from './link-header.ts';
import { forgetNeighbours } from './neighbour-table.ts';
import { recordInterface } from './records.ts';
import { addImpliedRoute, removeImpliedRoute, removeRoutesOf } from './routes.ts';
import type { IpSink } from './sink.ts';
import { sendArp } from './solicit.ts';
import type { IpInterface, IpInterfaceOptions, IpMachine } from './state.ts';

/** The index of the new interface: the first one of a machine is 0, and none is given twice. */
export function addInterface(machine: IpMachine, options: IpInterfaceOptions): number {
  const { name, mac, mtuBytes, addresses, up = true } = options;
  const index = machine.interfaces.length;
  machine.interfaces.push({
    // What every packet touches stands first.
    mac,
    macHigh24: highHalf(mac),
    macLow24: lowHalf(mac),
    up,
    index,
    mtuBytes,
    addresses: [],
    name,
    neighbours: new Map(),
    groups: new Set(),
    destinations: createDestinationTable(),
  });
  for (const address of addresses) addAddress(machine, index, address);
  forgetDestinations(machine);
  return index;
}

export function removeInterface(machine: IpMachine, index: number): void {
  const iface = interfaceAt(machine, index);
  forgetNeighbours(machine, iface);
  iface.up = false;
  removeRoutesOf(machine, index);
  machine.interfaces[index] = undefined;
  forgetDestinations(machine);
}

/** Going down forgets the neighbours and what waits for them; its routes rest meanwhile. */
export function setInterfaceUp(
  machine: IpMachine,
  _nowNs: number,
  index: number,
  up: boolean,
  sink: IpSink,
): void {
  const iface = interfaceAt(machine, index);
  if (iface.up === up) return;
  iface.up = up;
  recordInterface(sink, iface);
  if (!up) forgetNeighbours(machine, iface);
  forgetDestinations(machine);
}

/** The network of the address is on the link from now on. An address that is there already stays. */
/** From now on packets are cut to it, or their senders told; what was learned of farther links stays. */
export function setInterfaceMtu(machine: IpMachine, index: number, mtuBytes: number): void {
  interfaceAt(machine, index).mtuBytes = mtuBytes;
}

export function addAddress(machine: IpMachine, index: number, address: Prefix): void {
  const iface = interfaceAt(machine, index);
  if (hasAddress(iface, address.address)) return;
  iface.addresses = [...iface.addresses, address];
  addImpliedRoute(machine, index, address);
  if (!isIpv4(address.address)) addLinkLocal(machine, iface);
}

/** RFC 4291 2.8: with IPv6 comes a link-local address, made of the MAC (RFC 4291 2.5.1). */
function addLinkLocal(machine: IpMachine, iface: IpInterface): void {
  const { mac, addresses } = iface;
  if (mac === undefined || addresses.some(({ address }) => isV6LinkLocal(address))) return;
  addAddress(machine, iface.index, { address: linkLocalOf(mac), length: 64 });
}

function isV6LinkLocal(address: Ip): boolean {
  return !isIpv4(address) && isLinkLocal(address);
}

/** RFC 4291 appendix A: the universal bit turned, ff:fe in the middle. */
function linkLocalOf(mac: Mac): Ipv6 {
  const high = highHalf(mac) ^ 0x2_0000;
  const low = lowHalf(mac);
  const groups = [high >>> 8, ((high & 0xff) << 8) | 0xff, 0xfe00 | (low >>> 16), low & 0xffff];
  return String.fromCharCode(0xfe80, 0, 0, 0, ...groups) as Ipv6;
}

export function removeAddress(machine: IpMachine, index: number, address: Ip): void {
  const iface = interfaceAt(machine, index);
  const gone = iface.addresses.find((own) => own.address === address);
  if (gone === undefined) return;
  iface.addresses = iface.addresses.filter((own) => own !== gone);
  if (!iface.addresses.some((own) => isSameNetwork(own, gone))) {
    removeImpliedRoute(machine, index, gone);
  }
  forgetDestinations(machine);
}

function isSameNetwork(a: Prefix, b: Prefix): boolean {
  if (a.length !== b.length || isIpv4(a.address) !== isIpv4(b.address)) return false;
  return maskIp(a.address, a.length) === maskIp(b.address, b.length);
}

/** Tells the link our addresses: gratuitous ARP (RFC 5227 2.3), unsolicited NA (RFC 4861 7.2.6). */
export function announce(machine: IpMachine, _nowNs: number, index: number, sink: IpSink): void {
  const iface = interfaceAt(machine, index);
  if (!iface.up || iface.mac === undefined) return;
  for (const { address } of iface.addresses) {
    if (isIpv4(address)) {
      sendArp(machine, iface, announcementOf(iface, address), broadcastMac, sink);
    } else {
      advertise(machine, iface, address, undefined, sink);
    }
  }
}

/** Datagrams to this group that arrive here are delivered from now on; nothing is said to the link. */
export function joinGroup(machine: IpMachine, index: number, group: Ip): void {
  if (!isMulticast(group)) {
    throw new InputError({
      code: 'not-a-group',
      message: `joinGroup: ${formatIp(group)} is not a multicast address`,
      hint: 'give an address of 224.0.0.0/4 or ff00::/8',
    });
  }
  interfaceAt(machine, index).groups.add(group);
}

export function leaveGroup(machine: IpMachine, index: number, group: Ip): void {
  interfaceAt(machine, index).groups.delete(group);
}

/** For callers that name an interface: it must exist. */
function interfaceAt(machine: IpMachine, index: number): IpInterface {
  const iface = machine.interfaces[index];
  if (iface !== undefined) return iface;
  throw new InputError({
    code: 'no-such-interface',
    message: `this machine has no interface ${index}`,
    hint: `its interfaces are ${machine.interfaces.flatMap((it) => (it ? [`${it.index} (${it.name})`] : [])).join(', ') || 'none'}`,
  });
}
