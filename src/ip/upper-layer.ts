/** Where the protocol inside a packet begins, behind whatever headers stand before it. */
import { readU16 } from '../base/bytes.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { ipv4Fragment, ipv4HeaderBytes, ipv4Offset } from '../wire/ipv4.ts';
import { ipv6HeaderBytes, ipv6Offset } from '../wire/ipv6.ts';
import { ipv6FragmentBytes } from '../wire/ipv6-fragment.ts';

/** RFC 8200 4: extension headers that give their length in units of 8 bytes. */
const hopByHop = 0;
const routing = 43;
const destinationOptions = 60;
/** RFC 4302 2.2: in units of 4 bytes. */
const authentication = 51;

export interface UpperLayer {
  readonly protocol: number;
  readonly at: number;
  /** The IPv6 fragment header, and the byte before it that says it is one. */
  readonly fragment: { readonly at: number; readonly announcedAt: number } | undefined;
  /** Not the first fragment: what stands at `at` is from the middle of the datagram. */
  readonly isLater: boolean;
}

/** For the IPv4 or IPv6 packet at `at`, of which perhaps only the beginning is here. */
export function findUpperLayer(bytes: Uint8Array, at: number, end: number): UpperLayer | undefined {
  if (end - at < ipv4HeaderBytes) return undefined;
  if (bytes[at]! >>> 4 === 6) return findUpperLayerV6(bytes, at, end);
  const word = readU16(bytes, at + ipv4Offset.fragment);
  const payloadAt = at + (bytes[at]! & 15) * 4;
  if (payloadAt - at < ipv4HeaderBytes || payloadAt > end) return undefined;
  return {
    protocol: bytes[at + ipv4Offset.protocol]!,
    at: payloadAt,
    fragment: undefined,
    isLater: (word & ipv4Fragment.offsetMask) !== 0,
  };
}

function findUpperLayerV6(bytes: Uint8Array, at: number, end: number): UpperLayer | undefined {
  let announcedAt = at + ipv6Offset.nextHeader;
  let here = at + ipv6HeaderBytes;
  let fragment: UpperLayer['fragment'];
  while (here <= end) {
    const protocol = bytes[announcedAt]!;
    const headerBytes = extensionBytes(bytes, protocol, here, end);
    if (headerBytes === 0) return { protocol, at: here, fragment, isLater: false };
    if (protocol === ipProtocol.fragment) {
      fragment = { at: here, announcedAt };
      if ((readU16(bytes, here + 2) & 0xfff8) !== 0) {
        return { protocol: bytes[here]!, at: here + headerBytes, fragment, isLater: true };
      }
    }
    announcedAt = here;
    here += headerBytes;
  }
  return undefined;
}

/** 0: not an extension header. More than is there: the packet is cut short. */
function extensionBytes(bytes: Uint8Array, protocol: number, at: number, end: number): number {
  switch (protocol) {
    case hopByHop:
    case routing:
    case destinationOptions:
      return at + 2 <= end ? (bytes[at + 1]! + 1) * 8 : end;
    case authentication:
      return at + 2 <= end ? (bytes[at + 1]! + 2) * 4 : end;
    case ipProtocol.fragment:
      return at + ipv6FragmentBytes <= end ? ipv6FragmentBytes : end;
    default:
      return 0;
  }
}
