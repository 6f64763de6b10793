/** Endpoints as values: whether two are the same, and whether one may be sent to at all. */
import { type Endpoint, type Ip, isMulticast, isUnspecified } from '../base/address.ts';

export function isSameEndpoint(one: Endpoint, other: Endpoint): boolean {
  return one.port === other.port && one.address === other.address;
}

export function keyOfEndpoint({ address, port }: Endpoint): string {
  return `${address} ${port}`;
}

/** Nobody's word makes us send to loopback, to a group, or to everybody. */
export function isForbidden({ address, port }: Endpoint): boolean {
  if (port === 0 || isMulticast(address) || isUnspecified(address)) return true;
  return typeof address === 'number' ? isForbiddenIpv4(address) : isForbiddenIpv6(address);
}

function isForbiddenIpv4(address: number): boolean {
  return address >>> 24 === 127 || address >>> 24 === 0 || address === 0xffff_ffff;
}

function isForbiddenIpv6(address: Ip & string): boolean {
  const isMapped = address.startsWith('\0\0\0\0\0');
  return isMapped;
}
