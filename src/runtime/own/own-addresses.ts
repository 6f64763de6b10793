/** All addresses that make a packet this node's, for filters. */
import { type Ip, type Ipv4, isIpv4 } from '../../base/address.ts';
import type { Prefix } from '../../base/prefix.ts';
import type { IpMachine } from '../../ip/state.ts';

export function ownAddresses(machine: IpMachine): Ip[] {
  const prefixes = machine.interfaces.flatMap((one) => one?.addresses ?? []);
  return [...new Set(prefixes.flatMap(addressesOf))];
}

/** RFC 3021: a network of two has no broadcast address. */
function addressesOf({ address, length }: Prefix): Ip[] {
  if (!isIpv4(address) || length > 30) return [address];
  return [address, ((address | (0xffff_ffff >>> length)) >>> 0) as Ipv4];
}
