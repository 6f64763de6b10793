/**
 * The IPv6 fragment extension header (RFC 8200 4.5).
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +---------------+---------------+-------------------------+---+-+
 *   |  next header  |   reserved    |     fragment offset     | 0 |M|
 *   +---------------+---------------+-------------------------+---+-+
 *   |                        identification                         |
 *   +---------------------------------------------------------------+
 */
import { readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts';
import { describeProtocol } from './ip-protocol.ts';
import { type Malformed, malformed } from './malformed.ts';

export const ipv6FragmentOffset = {
  nextHeader: 0,
  /** The offset in bytes (its low three bits masked) and the M flag, bit 0. */
  fragment: 2,
  identification: 4,
} as const;

export const ipv6FragmentBytes = 8;

export interface Ipv6FragmentHeader {
  /** Of the fragmented part: the same in every fragment that this machine makes. */
  readonly nextHeader: number;
  /** In bytes, a multiple of 8. */
  readonly fragmentOffset: number;
  readonly moreFragments: boolean;
  readonly identification: number;
}

export function parseIpv6Fragment(
  bytes: Uint8Array,
  at: number,
  end: number,
): Ipv6FragmentHeader | Malformed {
  if (end - at < ipv6FragmentBytes) return malformed(`IPv6 fragment: ${end - at} of 8 bytes`);
  const fragment = readU16(bytes, at + ipv6FragmentOffset.fragment);
  return {
    nextHeader: bytes[at + ipv6FragmentOffset.nextHeader]!,
    fragmentOffset: fragment & 0xfff8,
    moreFragments: (fragment & 1) !== 0,
    identification: readU32(bytes, at + ipv6FragmentOffset.identification),
  };
}

export function emitIpv6Fragment(
  bytes: Uint8Array,
  at: number,
  header: Ipv6FragmentHeader,
): number {
  bytes[at + ipv6FragmentOffset.nextHeader] = header.nextHeader;
  bytes[at + 1] = 0;
  const more = header.moreFragments ? 1 : 0;
  writeU16(bytes, at + ipv6FragmentOffset.fragment, header.fragmentOffset | more);
  writeU32(bytes, at + ipv6FragmentOffset.identification, header.identification);
  return at + ipv6FragmentBytes;
}

export function describeIpv6Fragment(header: Ipv6FragmentHeader): string {
  const { nextHeader, fragmentOffset, moreFragments, identification } = header;
  const more = moreFragments ? '+' : '';
  return `fragment of ${describeProtocol(nextHeader)} ${identification} at ${fragmentOffset}${more}`;
}
