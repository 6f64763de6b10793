/**
 * The classic BPF program that tells the frames of claimed ports from all others: unfragmented UDP and
 * TCP over IPv4, and over IPv6 without extension headers. What it refuses takes no room in a ring.
 *
 * Jumps within the block of a claim are short. Longer ones go by `jumpAlways`, whose reach has no limit.
 */
import { type Ip, isIpv4, writeIp } from '../base/address.ts';
import { readU32 } from '../base/bytes.ts';
import type { Lease } from '../host/host.ts';
import type { FilterInstruction } from '../linux/socket.ts';
import { ethernetHeaderBytes, ethernetOffset, etherType } from '../wire/ethernet.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { ipv4Offset } from '../wire/ipv4.ts';
import { ipv6HeaderBytes, ipv6Offset } from '../wire/ipv6.ts';

/** A port of one address, or of all addresses of one or both families. */
export interface PortClaim extends Lease {
  readonly address?: Ip | undefined;
  readonly family?: 4 | 6 | undefined;
}

export interface ClaimFilterOptions {
  readonly claims: readonly PortClaim[];
  /** What becomes of the frames of claimed ports; all others have the other fate. */
  readonly claimed: 'pass' | 'stop';
  /**
   * The addresses of this node, broadcasts among them: what is for another node, which this one may pass
   * on, is of no claimed port. Left out: all are. Groups are claimed where their port is.
   */
  readonly own?: readonly Ip[] | undefined;
}

/** The kernel takes 4096 instructions (BPF_MAXINSNS), and a claim of an IPv6 address eleven of them. */
export const mostLeases = 360;

/** linux/bpf_common.h: loads of a byte, a half word, a word; IPv4's header length into X; jumps; the end. */
const code = {
  loadByte: 0x30,
  loadHalf: 0x28,
  loadHalfBehind: 0x48,
  loadWord: 0x20,
  loadHeaderLength: 0xb1,
  jumpAlways: 0x05,
  jumpEqual: 0x15,
  jumpAtLeast: 0x35,
  jumpAnyBit: 0x45,
  end: 0x06,
} as const;
const wholeFrame = 0xffff_ffff;
/** More fragments, or not the first one. */
const fragmentBits = 0x3fff;
const firstGroup = { 4: 0xe000_0000, 6: 0xff00_0000 } as const;
const ip = ethernetHeaderBytes;
const destinationAt = { 4: ip + ipv4Offset.destination, 6: ip + ipv6Offset.destination } as const;
const destinationPortAt = 2;

export function leaseFilter(leases: readonly Lease[]): readonly FilterInstruction[] {
  return claimFilter({ claims: leases, claimed: 'pass' });
}

export function claimFilter(options: ClaimFilterOptions): readonly FilterInstruction[] {
  const ends = {
    claimed: end(options.claimed === 'pass'),
    other: end(options.claimed === 'stop'),
  };
  const v4 = familySteps(4, options, ends);
  const v6 = familySteps(6, options, ends);
  return [
    { code: code.loadHalf, operand: ethernetOffset.type },
    { code: code.jumpEqual, operand: etherType.ipv4, whenTrue: 3 },
    { code: code.jumpEqual, operand: etherType.ipv6, whenTrue: 1 },
    ends.other,
    { code: code.jumpAlways, operand: v4.length },
    ...v4,
    ...v6,
  ];
}

function end(passes: boolean): FilterInstruction {
  return { code: code.end, operand: passes ? wholeFrame : 0 };
}

interface Ends {
  readonly claimed: FilterInstruction;
  readonly other: FilterInstruction;
}

function familySteps(family: 4 | 6, options: ClaimFilterOptions, ends: Ends): FilterInstruction[] {
  const udp = portSteps(family, 'udp', options.claims, ends);
  const tcp = portSteps(family, 'tcp', options.claims, ends);
  const protocolAt = ip + (family === 4 ? ipv4Offset.protocol : ipv6Offset.nextHeader);
  return [
    ...(family === 4 ? wholePacketSteps(ends) : []),
    ...ownAddressSteps(family, options.own, ends),
    { code: code.loadByte, operand: protocolAt },
    { code: code.jumpEqual, operand: ipProtocol.udp, whenTrue: 3 },
    { code: code.jumpEqual, operand: ipProtocol.tcp, whenTrue: 1 },
    ends.other,
    { code: code.jumpAlways, operand: udp.length },
    ...udp,
    ...tcp,
  ];
}

/** And the length of its header, for where its ports are. */
function wholePacketSteps(ends: Ends): FilterInstruction[] {
  return [
    { code: code.loadHalf, operand: ip + ipv4Offset.fragment },
    { code: code.jumpAnyBit, operand: fragmentBits, whenFalse: 1 },
    ends.other,
    { code: code.loadHeaderLength, operand: ip },
  ];
}

function ownAddressSteps(
  family: 4 | 6,
  own: readonly Ip[] | undefined,
  ends: Ends,
): FilterInstruction[] {
  if (own === undefined) return [];
  const blocks = own
    .filter((address) => isIpv4(address) === (family === 4))
    .map((address) => addressSteps(address, 1));
  const rest = blocks.reduce((sum, block) => sum + block.length + 1, 0);
  let behind = rest + 1;
  const steps = blocks.flatMap((block) => {
    behind -= block.length + 1;
    return [...block, { code: code.jumpAlways, operand: behind }];
  });
  const group = [
    { code: code.loadWord, operand: destinationAt[family] },
    { code: code.jumpAtLeast, operand: firstGroup[family], whenFalse: 1 },
    { code: code.jumpAlways, operand: rest + 1 },
  ];
  return [...group, ...steps, ends.other];
}

/** Goes on behind itself where the destination is this one, and else `skipped` instructions farther. */
function addressSteps(address: Ip, skipped: number): FilterInstruction[] {
  const words = wordsOf(address);
  const family = isIpv4(address) ? 4 : 6;
  return words.flatMap((word, index) => [
    { code: code.loadWord, operand: destinationAt[family] + index * 4 },
    {
      code: code.jumpEqual,
      operand: word,
      whenFalse: (words.length - index - 1) * 2 + skipped,
    },
  ]);
}

function wordsOf(address: Ip): number[] {
  if (isIpv4(address)) return [address];
  const bytes = new Uint8Array(16);
  writeIp(bytes, 0, address);
  return [0, 4, 8, 12].map((at) => readU32(bytes, at));
}

function portSteps(
  family: 4 | 6,
  protocol: string,
  claims: readonly PortClaim[],
  ends: Ends,
): FilterInstruction[] {
  const load =
    family === 4
      ? { code: code.loadHalfBehind, operand: ip + destinationPortAt }
      : { code: code.loadHalf, operand: ip + ipv6HeaderBytes + destinationPortAt };
  const heard = claims.filter((claim) => claim.protocol === protocol && isOf(claim, family));
  const blocks = heard.map(({ port, address }) => {
    const test = address === undefined ? [] : addressSteps(address, 1);
    const isPort = { code: code.jumpEqual, operand: port, whenFalse: test.length + 1 };
    return [load, isPort, ...test, ends.claimed];
  });
  return [...blocks.flat(), ends.other];
}

function isOf(claim: PortClaim, family: 4 | 6): boolean {
  if (claim.address !== undefined) return isIpv4(claim.address) === (family === 4);
  return claim.family === undefined || claim.family === family;
}
