/** Interfaces and their addresses, which come and go while the machine runs. */
import type { Ip } from '../base/address.ts';
import type { Prefix } from '../base/prefix.ts';
import type { IpSink } from './sink.ts';
import type { IpInterfaceOptions, IpMachine } from './state.ts';

const missing = 'the IP machine is not built yet';

/** The index of the new interface; the first one of a machine is 0. */
export function addInterface(_machine: IpMachine, _options: IpInterfaceOptions): number {
  throw new Error(missing);
}

export function removeInterface(_machine: IpMachine, _index: number): void {
  throw new Error(missing);
}

/** Going down forgets the neighbours and what waits for them. */
export function setInterfaceUp(
  _machine: IpMachine,
  _nowNs: number,
  _index: number,
  _up: boolean,
  _sink: IpSink,
): void {
  throw new Error(missing);
}

export function addAddress(_machine: IpMachine, _index: number, _address: Prefix): void {
  throw new Error(missing);
}

export function removeAddress(_machine: IpMachine, _index: number, _address: Ip): void {
  throw new Error(missing);
}

/** Tells the link our addresses: gratuitous ARP (RFC 5227 2.3), unsolicited NA (RFC 4861 7.2.6). */
export function announce(_machine: IpMachine, _nowNs: number, _index: number, _sink: IpSink): void {
  throw new Error(missing);
}

/** Datagrams to this group that arrive here are delivered from now on; nothing is said to the link. */
export function joinGroup(_machine: IpMachine, _index: number, _group: Ip): void {
  throw new Error(missing);
}

export function leaveGroup(_machine: IpMachine, _index: number, _group: Ip): void {
  throw new Error(missing);
}
