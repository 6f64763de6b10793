/**
 * An address of a packet exchanged for another one, in place, and every checksum that covers it brought
 * along (RFC 3022 4.1, RFC 5508 4). Ports stay. Works on fragments: the first one has the checksum.
 */
import { type Ip, isIpv4, writeIp } from '../../base/address.ts';
import { readU16, writeU16 } from '../../base/bytes.ts';
import { addressIn, type Side } from '../../ip/packet-address.ts';
import { findUpperLayer, type UpperLayer } from '../../ip/upper-layer.ts';
import { foldChecksum, sumWords, updateChecksum } from '../../wire/checksum.ts';
import { icmpHeaderBytes, icmpOffset, icmpType } from '../../wire/icmp.ts';
import { icmpv6Checksum, icmpv6Offset } from '../../wire/icmpv6.ts';
import { ipProtocol } from '../../wire/ip-protocol.ts';
import { ipv4Offset } from '../../wire/ipv4.ts';
import { ipv6Offset } from '../../wire/ipv6.ts';
import { tcpOffset } from '../../wire/tcp.ts';
import { udpOffset } from '../../wire/udp.ts';

/**
 * For a whole IP packet. What an ICMP error quotes went the other way: there the other side changes, from
 * the address that is exchanged here.
 */
export function rewriteAddress(packet: Uint8Array, side: Side, to: Ip): void {
  const from = addressIn(packet, side);
  const upper = findUpperLayer(packet, 0, packet.length);
  rewrite(packet, 0, packet.length, upper, side, to);
  if (upper === undefined || upper.isLater || !isError(packet, upper)) return;
  const other = side === 'source' ? 'destination' : 'source';
  const quoted = packet.subarray(upper.at + icmpHeaderBytes);
  if (quoted.length < minimalHeader(packet) || addressIn(quoted, other) !== from) return;
  rewrite(quoted, 0, quoted.length, findUpperLayer(quoted, 0, quoted.length), other, to);
  sealError(packet, upper);
}

function minimalHeader(packet: Uint8Array): number {
  return packet[0]! >>> 4 === 4 ? 20 : 40;
}

function rewrite(
  bytes: Uint8Array,
  at: number,
  end: number,
  upper: UpperLayer | undefined,
  side: Side,
  to: Ip,
): void {
  const addressAt = at + (isIpv4(to) ? ipv4Offset[side] : ipv6Offset[side]);
  const old = bytes.slice(addressAt, addressAt + (isIpv4(to) ? 4 : 16));
  writeIp(bytes, addressAt, to);
  const fresh = bytes.subarray(addressAt, addressAt + old.length);
  if (isIpv4(to)) replaceWords(bytes, at + ipv4Offset.checksum, old, fresh);
  const fieldAt = upper === undefined || upper.isLater ? undefined : checksumAt(bytes, upper);
  if (fieldAt !== undefined && fieldAt + 2 <= end) replaceWords(bytes, fieldAt, old, fresh);
}

/** Undefined: its checksum does not cover the addresses, or there is none. */
function checksumAt(bytes: Uint8Array, { protocol, at }: UpperLayer): number | undefined {
  switch (protocol) {
    case ipProtocol.tcp:
      return at + tcpOffset.checksum;
    case ipProtocol.udp:
      return readU16(bytes, at + udpOffset.checksum) === 0 ? undefined : at + udpOffset.checksum;
    case ipProtocol.icmpv6:
      return at + icmpv6Offset.checksum;
    default:
      return undefined;
  }
}

/** RFC 768: a sum of zero is sent as all ones; for the others both are the same number. */
function replaceWords(
  bytes: Uint8Array,
  fieldAt: number,
  old: Uint8Array,
  fresh: Uint8Array,
): void {
  let checksum = readU16(bytes, fieldAt);
  for (let word = 0; word < old.length; word += 2) {
    checksum = updateChecksum(checksum, readU16(old, word), readU16(fresh, word));
  }
  writeU16(bytes, fieldAt, checksum === 0 ? 0xffff : checksum);
}

function isError(packet: Uint8Array, { protocol, at }: UpperLayer): boolean {
  const type = packet[at]!;
  if (protocol === ipProtocol.icmpv6) return type < 128;
  if (protocol !== ipProtocol.icmp) return false;
  const errors: readonly number[] = [
    icmpType.destinationUnreachable,
    icmpType.timeExceeded,
    icmpType.parameterProblem,
  ];
  return errors.includes(type);
}

function sealError(packet: Uint8Array, { protocol, at }: UpperLayer): void {
  writeU16(packet, at + icmpOffset.checksum, 0);
  const checksum =
    protocol === ipProtocol.icmp
      ? foldChecksum(sumWords(packet, at, packet.length))
      : icmpv6Checksum(packet, 0, at, packet.length);
  writeU16(packet, at + icmpOffset.checksum, checksum);
}
