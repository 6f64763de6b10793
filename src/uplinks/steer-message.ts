/**
 * Where sockets that are yet to come begin, and that a link is gone.
 *
 *   0       1       2       3       4               8               24              40
 *   +-------+-------+-------+-------+---------------+---------------+---------------+--------+
 *   | 4c    | 01    | 03    | flags |    process    |    command    |     IPv4      |  IPv6  |
 *   +-------+-------+-------+-------+---------------+---------------+---------------+--------+
 *
 * A steer names a process, or else a command as the kernel has it (15 bytes), or neither: all the others. Flags say
 * which addresses follow; with none of them such sockets are left to the system's own routes.
 */
import { type Ip, type Ipv4, type Ipv6, readIpv4, readIpv6, writeIp } from '../base/address.ts';
import { readU32 } from '../base/bytes.ts';
import { type Malformed, malformed } from '../wire/malformed.ts';
import { checkHead, isFamily, messageKinds, readAddress, writeHead } from './change-message.ts';

const offset = { flags: 3, process: 4, command: 8, ipv4: 24, ipv6: 40, address: 24 } as const;
const flag = { ipv4: 1, ipv6: 2, forget: 4 } as const;
export const steerBytes = 56;
export const linkGoneBytes = 40;
/** TASK_COMM_LEN of linux/sched.h, with a zero at its end. */
export const commandBytes = 16;

export interface Steer {
  readonly kind: 'steer';
  /** 0: none. */
  readonly process: number;
  readonly command: string;
  readonly ipv4: Ipv4 | undefined;
  readonly ipv6: Ipv6 | undefined;
  /** There is no rule for it any more. */
  readonly isForgotten: boolean;
}

export interface LinkGone {
  readonly kind: 'link-gone';
  readonly address: Ip;
}

export function emitSteer({ process, command, ipv4, ipv6, isForgotten }: Steer): Uint8Array {
  const bytes = new Uint8Array(steerBytes);
  writeHead(bytes, messageKinds.steer, process);
  const text = new TextEncoder().encode(command).subarray(0, commandBytes - 1);
  bytes.set(text, offset.command);
  bytes[offset.flags] =
    (ipv4 === undefined ? 0 : flag.ipv4) |
    (ipv6 === undefined ? 0 : flag.ipv6) |
    (isForgotten ? flag.forget : 0);
  if (ipv4 !== undefined) writeIp(bytes, offset.ipv4, ipv4);
  if (ipv6 !== undefined) writeIp(bytes, offset.ipv6, ipv6);
  return bytes;
}

export function parseSteer(bytes: Uint8Array): Steer | Malformed {
  const wrong = checkHead(bytes, messageKinds.steer, steerBytes);
  if (wrong !== undefined) return wrong;
  const flags = bytes[offset.flags]!;
  const command = bytes.subarray(offset.command, offset.command + commandBytes);
  const end = command.indexOf(0);
  if (end < 0) return malformed('command');
  return {
    kind: 'steer',
    process: readU32(bytes, offset.process),
    command: new TextDecoder().decode(command.subarray(0, end)),
    ipv4: flags & flag.ipv4 ? readIpv4(bytes, offset.ipv4) : undefined,
    ipv6: flags & flag.ipv6 ? readIpv6(bytes, offset.ipv6) : undefined,
    isForgotten: (flags & flag.forget) !== 0,
  };
}

export function emitLinkGone({ address }: LinkGone): Uint8Array {
  const bytes = new Uint8Array(linkGoneBytes);
  writeHead(bytes, messageKinds.linkGone, 0);
  bytes[offset.flags] = typeof address === 'number' ? 4 : 6;
  writeIp(bytes, offset.address, address);
  return bytes;
}

export function parseLinkGone(bytes: Uint8Array): LinkGone | Malformed {
  const wrong = checkHead(bytes, messageKinds.linkGone, linkGoneBytes);
  if (wrong !== undefined) return wrong;
  const family = bytes[offset.flags]!;
  if (!isFamily(family)) return malformed('family');
  return { kind: 'link-gone', address: readAddress(bytes, offset.address, family) };
}
