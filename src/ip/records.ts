/** The kinds of record that this room writes. */
import { formatIp, type Ip } from '../base/address.ts';
import type { IpSink } from './sink.ts';
import type { IpInterface, Neighbour } from './state.ts';

/** `ip.discarded`: a packet that ends here, and why. */
export function recordDiscard(sink: IpSink, iface: IpInterface | undefined, reason: string): void {
  sink.record('ip.discarded', { interface: iface?.name ?? null, reason });
}

/** `ip.neighbour`: a link-layer address was found, changed, or is given up. */
export function recordNeighbour(
  sink: IpSink,
  neighbour: Neighbour,
  change: 'found' | 'changed' | 'lost',
): void {
  const { iface, address } = neighbour;
  sink.record('ip.neighbour', { interface: iface.name, address: formatIp(address), change });
}

/** `ip.path-mtu`: a router said that less fits on the way to an address. */
export function recordPathMtu(sink: IpSink, destination: Ip, mtuBytes: number): void {
  sink.record('ip.path-mtu', { destination: formatIp(destination), mtuBytes });
}

/** `ip.address-conflict`: somebody else on the link claims an address of ours (RFC 5227 2.4). */
export function recordConflict(sink: IpSink, iface: IpInterface, address: Ip): void {
  sink.record('ip.address-conflict', { interface: iface.name, address: formatIp(address) });
}

/** `ip.interface`: it went up or down. */
export function recordInterface(sink: IpSink, iface: IpInterface): void {
  sink.record('ip.interface', { interface: iface.name, up: iface.up });
}
