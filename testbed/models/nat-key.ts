/**
 * Keys of the box's tables: numbers, exact in a double, that a Map compares by value. An endpoint is
 * 32 bits of address and 16 of port; with the IP protocol's number in front it stays below 2^53.
 */
import type { Ipv4 } from '../../src/base/address.ts';
import type { NatBehaviour } from '../schema/nat-settings.ts';

export function endpointKey(address: Ipv4, port: number): number {
  return address * 65_536 + port;
}

export function flowKey(protocol: number, address: Ipv4, port: number): number {
  return (protocol * 4_294_967_296 + address) * 65_536 + port;
}

export function addressOfKey(endpoint: number): Ipv4 {
  return Math.floor(endpoint / 65_536) as Ipv4;
}

export function portOfKey(endpoint: number): number {
  return endpoint % 65_536;
}

/**
 * The whole of RFC 4787 4.1 and 5: how much of the remote endpoint a box looks at. Mapping keeps it
 * to choose an external port, filtering keeps it to remember whom the inside spoke to; the two
 * behaviours differ in nothing else.
 */
export function keepRemote(behaviour: NatBehaviour, remote: number): number {
  switch (behaviour) {
    case 'endpoint-independent':
      return 0;
    case 'address-dependent':
      return remote - (remote % 65_536);
    case 'address-and-port-dependent':
      return remote;
  }
}
