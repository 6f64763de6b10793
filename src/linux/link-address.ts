/**
 * Addresses of links over netlink. struct ifaddrmsg of linux/if_addr.h: family 0, prefix length 1,
 * flags 2, scope 3, index 4.
 */
import { familyOf, type Ip, isIpv4, readIpv4, readIpv6, writeIp } from '../base/address.ts';
import { formatPrefix, type Prefix } from '../base/prefix.ts';
import { read32, write32 } from './layout.ts';
import {
  attribute,
  buildMessage,
  type NetlinkMessage,
  netlinkFlag,
  parseAttributes,
} from './netlink.ts';
import type { RouteRequest, RouteSocket } from './route-socket.ts';
import { addressFamily } from './socket-address.ts';

export const addressMessage = { added: 20, removed: 21, get: 22 } as const;
const infoBytes = 8;
/** IFA_* of linux/if_addr.h. */
const field = { address: 1, local: 2, broadcast: 4 } as const;
/** No duplicate address detection: an IPv6 address is of use at once. */
const withoutDetection = 0x02;

export interface LinkAddress {
  readonly linkIndex: number;
  readonly prefix: Prefix;
}

export function addAddress(linkIndex: number, prefix: Prefix): RouteRequest {
  const flags = netlinkFlag.create | netlinkFlag.exclusive;
  return request('add', addressMessage.added, flags, linkIndex, prefix);
}

export function removeAddress(linkIndex: number, prefix: Prefix): RouteRequest {
  return request('remove', addressMessage.removed, 0, linkIndex, prefix);
}

function request(
  verb: string,
  type: number,
  flags: number,
  linkIndex: number,
  prefix: Prefix,
): RouteRequest {
  const { address, length } = prefix;
  const info = new Uint8Array(infoBytes);
  info[0] = familyNumber(address);
  info[1] = length;
  info[2] = isIpv4(address) ? 0 : withoutDetection;
  write32(info, 4, linkIndex);
  const local = attribute(field.local, ipBytes(address));
  const same = attribute(field.address, ipBytes(address));
  const what = `${verb} address ${formatPrefix(prefix)}`;
  return { what, message: buildMessage(type, flags, info, local, same) };
}

export function listAddresses(socket: RouteSocket): LinkAddress[] {
  return socket
    .dump(addressMessage.get, new Uint8Array(infoBytes))
    .map(readAddress)
    .filter((found) => found !== undefined);
}

/** Undefined for a message of another kind, or another family than IP. */
export function readAddress({ type, body }: NetlinkMessage): LinkAddress | undefined {
  if (type !== addressMessage.added && type !== addressMessage.removed) return undefined;
  const attributes = parseAttributes(body, infoBytes);
  const bytes = attributes.get(field.local) ?? attributes.get(field.address);
  const address = bytes && readIp(bytes);
  if (address === undefined) return undefined;
  return { linkIndex: read32(body, 4), prefix: { address, length: body[1]! } };
}

export function familyNumber(address: Ip): number {
  return familyOf(address) === 4 ? addressFamily.ipv4 : addressFamily.ipv6;
}

export function ipBytes(address: Ip): Uint8Array {
  const bytes = new Uint8Array(isIpv4(address) ? 4 : 16);
  writeIp(bytes, 0, address);
  return bytes;
}

export function readIp(bytes: Uint8Array): Ip | undefined {
  if (bytes.length === 4) return readIpv4(bytes, 0);
  return bytes.length === 16 ? readIpv6(bytes, 0) : undefined;
}
