/**
 * Neighbours (ARP and ND) over netlink. struct ndmsg of linux/neighbour.h: family 0, interface 4,
 * state 8, flags 10, type 11.
 */
import { formatIp, type Ip } from '../base/address.ts';
import { readU48 } from '../base/bytes.ts';
import type { Mac } from '../base/mac.ts';
import { read16, read32, write16, write32 } from './layout.ts';
import { macBytes } from './link.ts';
import { familyNumber, ipBytes, readIp } from './link-address.ts';
import {
  attribute,
  buildMessage,
  type NetlinkMessage,
  netlinkFlag,
  parseAttributes,
} from './netlink.ts';
import type { RouteRequest, RouteSocket } from './route-socket.ts';
import { errno, SystemCallError } from './system-call.ts';

export const neighbourMessage = { added: 28, removed: 29, get: 30 } as const;
const message = neighbourMessage;
/** NTF_USE: as if a packet were to be sent there. */
const useFlag = 1;
const infoBytes = 12;
/** NDA_* and NUD_* of linux/neighbour.h. */
const field = { address: 1, mac: 2 } as const;
const states = {
  incomplete: 0x01,
  reachable: 0x02,
  stale: 0x04,
  delay: 0x08,
  probe: 0x10,
  failed: 0x20,
  noarp: 0x40,
  permanent: 0x80,
} as const;

export interface Neighbour {
  readonly linkIndex: number;
  readonly address: Ip;
  readonly mac: Mac | undefined;
  /** RFC 4861 7.3.2, with what Linux adds to it. */
  readonly state: keyof typeof states | 'none';
}

/** One that is never asked for and never forgotten. */
export function addNeighbour(linkIndex: number, address: Ip, mac: Mac): RouteRequest {
  const info = infoOf(linkIndex, address);
  write16(info, 8, states.permanent);
  const parts = [attribute(field.address, ipBytes(address)), attribute(field.mac, macBytes(mac))];
  const flags = netlinkFlag.create | netlinkFlag.replace;
  const what = `add neighbour ${formatIp(address)}`;
  return { what, message: buildMessage(message.added, flags, info, ...parts) };
}

/** The kernel finds out, if it does not know; the answer is an event. */
export function askForNeighbour(linkIndex: number, address: Ip): RouteRequest {
  const info = infoOf(linkIndex, address);
  info[10] = useFlag;
  const asked = attribute(field.address, ipBytes(address));
  const what = `ask for neighbour ${formatIp(address)}`;
  return { what, message: buildMessage(message.added, netlinkFlag.create, info, asked) };
}

/** Of one interface and address; undefined: the kernel knows of none. */
export function findNeighbour(
  socket: RouteSocket,
  linkIndex: number,
  address: Ip,
): Neighbour | undefined {
  const asked = attribute(field.address, ipBytes(address));
  const what = `find neighbour ${formatIp(address)}`;
  const request = buildMessage(message.get, 0, infoOf(linkIndex, address), asked);
  try {
    return readNeighbour(socket.ask({ what, message: request }));
  } catch (error) {
    if (error instanceof SystemCallError && error.errno === errno.ENOENT) return undefined;
    throw error;
  }
}

export function removeNeighbour(linkIndex: number, address: Ip): RouteRequest {
  const asked = attribute(field.address, ipBytes(address));
  const what = `remove neighbour ${formatIp(address)}`;
  return { what, message: buildMessage(message.removed, 0, infoOf(linkIndex, address), asked) };
}

export function listNeighbours(socket: RouteSocket): Neighbour[] {
  return socket
    .dump(message.get, new Uint8Array(infoBytes))
    .map(readNeighbour)
    .filter((neighbour) => neighbour !== undefined);
}

function infoOf(linkIndex: number, address: Ip): Uint8Array {
  const info = new Uint8Array(infoBytes);
  info[0] = familyNumber(address);
  write32(info, 4, linkIndex);
  return info;
}

/** Undefined for a message of another kind. */
export function readNeighbour({ type, body }: NetlinkMessage): Neighbour | undefined {
  if (type !== message.added) return undefined;
  const attributes = parseAttributes(body, infoBytes);
  const address = readIp(attributes.get(field.address) ?? new Uint8Array(0));
  if (address === undefined) return undefined;
  const mac = attributes.get(field.mac);
  const names = Object.keys(states) as (keyof typeof states)[];
  return {
    linkIndex: read32(body, 4),
    address,
    mac: mac?.length === 6 ? (readU48(mac, 0) as Mac) : undefined,
    state: names.find((name) => states[name] === read16(body, 8)) ?? 'none',
  };
}
