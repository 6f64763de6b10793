/**
 * What the connection manager and the stack side say to each other, a datagram each. The change is the
 * instruction: which socket, which link's address, what to do.
 *
 *   0       1       2       3       4               8               12
 *   +-------+-------+-------+-------+---------------+-------+-------+---------------+
 *   | 4c    | 01    | kind  |action |     order     |4 or 6 |0|  protocol   | holder |
 *   +-------+-------+-------+-------+---------------+-------+-------+---------------+
 *   |             inode             |            cookie             |
 *   +-------------------------------+-------------------------------+
 *   |       the link's address (IPv4: the first 4 bytes)            |
 *   +---------------+-----------------------------------------------+
 *   |  descriptor   |
 *   +---------------+
 *
 * `holder` is the process that was seen to hold it, 0 for none, and `descriptor` what it held it as: a hint where to
 * look first.
 */
import { type Family, type Ip, isIpv4, readIpv4, readIpv6, writeIp } from '../base/address.ts';
import { readU16, readU32, readU64, writeU16, writeU32, writeU64 } from '../base/bytes.ts';
import type { Malformed } from '../wire/malformed.ts';
import { malformed } from '../wire/malformed.ts';
import { type SocketIdentity, type SocketProtocol, socketProtocols } from './socket-identity.ts';

export const messageMagic = 0x4c;
export const messageVersion = 1;
export const messageKinds = { change: 1, outcome: 2, steer: 3, linkGone: 4 } as const;

const actions = { move: 1, reset: 2 } as const;
export type ChangeAction = keyof typeof actions;

const offset = {
  kind: 2,
  action: 3,
  order: 4,
  family: 8,
  protocol: 10,
  holder: 12,
  inode: 16,
  cookie: 24,
  address: 32,
  descriptor: 48,
} as const;
export const changeBytes = 52;

/** Who was seen to hold a socket, and as what. */
export interface Holder {
  readonly process: number;
  readonly descriptor: number;
}

export const nobody: Holder = { process: 0, descriptor: 0 };

export interface Change {
  readonly kind: 'change';
  readonly order: number;
  readonly action: ChangeAction;
  readonly socket: SocketIdentity;
  readonly holder: Holder;
  /** Of a live link, in the family of the socket's packets. */
  readonly address: Ip;
}

export function emitChange({ order, action, socket, holder, address }: Change): Uint8Array {
  const bytes = new Uint8Array(changeBytes);
  writeHead(bytes, messageKinds.change, order);
  bytes[offset.action] = actions[action];
  bytes[offset.family] = socket.family;
  // The address may be of another family than the socket: one of IPv6 sends IPv4 too.
  bytes[offset.family + 1] = isIpv4(address) ? 4 : 6;
  writeU16(bytes, offset.protocol, socketProtocols[socket.protocol]);
  writeU32(bytes, offset.holder, holder.process);
  writeU32(bytes, offset.descriptor, holder.descriptor);
  writeU64(bytes, offset.inode, socket.inode);
  writeU64(bytes, offset.cookie, socket.cookie);
  writeIp(bytes, offset.address, address);
  return bytes;
}

export function parseChange(bytes: Uint8Array): Change | Malformed {
  const wrong = checkHead(bytes, messageKinds.change, changeBytes);
  if (wrong !== undefined) return wrong;
  const action = nameOf(actions, bytes[offset.action]!);
  const protocol = nameOf(socketProtocols, readU16(bytes, offset.protocol));
  const family = bytes[offset.family]!;
  const width = bytes[offset.family + 1]!;
  if (action === undefined) return malformed('action');
  if (protocol === undefined) return malformed('protocol');
  if (!isFamily(family) || !isFamily(width)) return malformed('family');
  return {
    kind: 'change',
    order: readU32(bytes, offset.order),
    action,
    socket: {
      family,
      protocol: protocol as SocketProtocol,
      inode: readU64(bytes, offset.inode),
      cookie: readU64(bytes, offset.cookie),
    },
    holder: {
      process: readU32(bytes, offset.holder),
      descriptor: readU32(bytes, offset.descriptor),
    },
    address: readAddress(bytes, offset.address, width),
  };
}

export function writeHead(bytes: Uint8Array, kind: number, order: number): void {
  bytes[0] = messageMagic;
  bytes[1] = messageVersion;
  bytes[offset.kind] = kind;
  writeU32(bytes, offset.order, order);
}

export function checkHead(bytes: Uint8Array, kind: number, length: number): Malformed | undefined {
  if (bytes.length !== length) return malformed('length');
  if (bytes[0] !== messageMagic) return malformed('magic');
  if (bytes[1] !== messageVersion) return malformed('version');
  return bytes[offset.kind] === kind ? undefined : malformed('kind');
}

export function readAddress(bytes: Uint8Array, at: number, family: Family): Ip {
  return family === 4 ? readIpv4(bytes, at) : readIpv6(bytes, at);
}

export function isFamily(value: number): value is Family {
  return value === 4 || value === 6;
}

export function nameOf<Name extends string>(
  numbers: Readonly<Record<Name, number>>,
  wanted: number,
): Name | undefined {
  return (Object.keys(numbers) as Name[]).find((name) => numbers[name] === wanted);
}
