/** Which of our addresses a packet gets as its source. */
import { type Ip, type Ipv4, isIpv4, isLinkLocal } from '../base/address.ts';
import { contains } from '../base/prefix.ts';
import type { Destination, IpInterface, IpMachine } from './state.ts';

/** Of the interface that the packet leaves by; of another one where that has none. */
export function chooseSource(machine: IpMachine, destination: Destination): Ip | undefined {
  if (destination.kind === 'local') return destination.address;
  destination.source ??= sourceFor(machine, destination);
  return destination.source;
}

function sourceFor(machine: IpMachine, { iface, address, neighbour }: Destination): Ip | undefined {
  if (iface === undefined) return undefined;
  const nextHop = neighbour?.address ?? address;
  return sourceOn(iface, address, nextHop) ?? sourceElsewhere(machine, address);
}

/** An address of this interface for a packet to `address` by way of `nextHop`. */
export function sourceOn(iface: IpInterface, address: Ip, nextHop: Ip): Ip | undefined {
  return isIpv4(address) ? sourceV4(iface, nextHop) : sourceV6(iface, address);
}

/** RFC 1122 3.3.4.3: one in the network of the next hop, else the first. */
function sourceV4(iface: IpInterface, nextHop: Ip): Ipv4 | undefined {
  let first: Ipv4 | undefined;
  for (const own of iface.addresses) {
    if (!isIpv4(own.address)) continue;
    if (contains(own, nextHop)) return own.address;
    first ??= own.address;
  }
  return first;
}

/** RFC 6724 5, rules 2 (scope) and 8 (longest matching prefix). */
function sourceV6(iface: IpInterface, address: Ip): Ip | undefined {
  const wantsLinkLocal = isLinkLocalScope(address);
  let best: Ip | undefined;
  let bestScore = -1;
  for (const { address: own } of iface.addresses) {
    if (isIpv4(own)) continue;
    const sameScope = isLinkLocal(own) === wantsLinkLocal;
    const score = (sameScope ? 1_000 : 0) + commonBits(own, address);
    if (score > bestScore) [best, bestScore] = [own, score];
  }
  return best;
}

function sourceElsewhere(machine: IpMachine, address: Ip): Ip | undefined {
  for (const iface of machine.interfaces) {
    const found = iface?.addresses.find(
      (own) => isIpv4(own.address) === isIpv4(address) && !isLinkLocal(own.address),
    );
    if (found !== undefined) return found.address;
  }
  return undefined;
}

/** fe80::/10, and groups whose scope is the link (RFC 4291 2.7). */
function isLinkLocalScope(address: Ip): boolean {
  if (isIpv4(address)) return isLinkLocal(address);
  return isLinkLocal(address) || (address.charCodeAt(0) & 0xff0f) === 0xff02;
}

function commonBits(a: string, b: Ip): number {
  if (isIpv4(b)) return 0;
  for (let group = 0; group < 8; group++) {
    const difference = a.charCodeAt(group) ^ b.charCodeAt(group);
    if (difference !== 0) return group * 16 + Math.clz32(difference) - 16;
  }
  return 128;
}
