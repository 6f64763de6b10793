/** struct sockaddr_in (linux/in.h) and sockaddr_in6 (linux/in6.h): the family in the machine's order. */
import { type Endpoint, isIpv4, readIpv4, readIpv6, writeIp } from '../base/address.ts';
import { readU16, writeU16 } from '../base/bytes.ts';
import { read16, write16, write32 } from './layout.ts';

/** linux/socket.h. */
export const addressFamily = { unix: 1, ipv4: 2, ipv6: 10, netlink: 16, packet: 17 } as const;

const offset = { family: 0, port: 2, ipv4: 4, ipv6: 8, scope: 24 } as const;
const ipv4Bytes = 16;
const ipv6Bytes = 28;
/** Room for either. */
export const socketAddressBytes = 32;

/** How long the address became; `scope` is the interface of a link-local one. */
export function writeSocketAddress(
  bytes: Uint8Array,
  at: number,
  { address, port }: Endpoint,
  scope = 0,
): number {
  const length = isIpv4(address) ? ipv4Bytes : ipv6Bytes;
  bytes.fill(0, at, at + length);
  const family = isIpv4(address) ? addressFamily.ipv4 : addressFamily.ipv6;
  write16(bytes, at + offset.family, family);
  writeU16(bytes, at + offset.port, port);
  writeIp(bytes, at + (isIpv4(address) ? offset.ipv4 : offset.ipv6), address);
  if (!isIpv4(address)) write32(bytes, at + offset.scope, scope);
  return length;
}

/** Undefined for another family than IP. */
export function readSocketAddress(bytes: Uint8Array, at: number): Endpoint | undefined {
  const port = readU16(bytes, at + offset.port);
  switch (read16(bytes, at + offset.family)) {
    case addressFamily.ipv4:
      return { address: readIpv4(bytes, at + offset.ipv4), port };
    case addressFamily.ipv6:
      return { address: readIpv6(bytes, at + offset.ipv6), port };
    default:
      return undefined;
  }
}
