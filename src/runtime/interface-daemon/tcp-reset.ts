/** The answer to a segment of a connection that nobody has (RFC 9293 3.10.7.1). */
import type { Endpoint } from '../../base/address.ts';
import { readU16, writeU16 } from '../../base/bytes.ts';
import { addressIn } from '../../ip/packet-address.ts';
import type { OwnPacket } from '../../ip/packet-output.ts';
import { findUpperLayer } from '../../ip/upper-layer.ts';
import { foldChecksum, pseudoHeaderSum, sumWords } from '../../wire/checksum.ts';
import { icmpHeaderBytes } from '../../wire/icmp.ts';
import { ipProtocol } from '../../wire/ip-protocol.ts';
import { isMalformed } from '../../wire/malformed.ts';
import {
  emitTcp,
  parseTcp,
  type TcpHeader,
  tcpFlag,
  tcpHeaderBytes,
  tcpOffset,
  verifyTcpChecksum,
} from '../../wire/tcp.ts';

/** RFC 792: an error quotes the ports at least. */
const quotedBytes = 8;

/** For a whole IP packet; undefined where no reset is due: to another reset, to what is no segment. */
export function resetFor(packet: Uint8Array): OwnPacket | undefined {
  const upper = findUpperLayer(packet, 0, packet.length);
  if (upper?.protocol !== ipProtocol.tcp || upper.isLater) return undefined;
  const segment = parseTcp(packet, upper.at, packet.length);
  if (isMalformed(segment) || (segment.flags & tcpFlag.rst) !== 0) return undefined;
  if (!verifyTcpChecksum(packet, 0, upper.at, packet.length)) return undefined;
  const payload = new Uint8Array(tcpHeaderBytes);
  emitTcp(payload, 0, answerTo(segment, packet.length - upper.at - segment.headerBytes));
  // The pseudo header's sum is the same in both directions.
  const seed = pseudoHeaderSum(packet, 0, ipProtocol.tcp, payload.length);
  writeU16(payload, tcpOffset.checksum, foldChecksum(sumWords(payload, 0, payload.length, seed)));
  const [source, destination] = [addressIn(packet, 'destination'), addressIn(packet, 'source')];
  return { source, destination, protocol: ipProtocol.tcp, dontFragment: true, payload };
}

/** From where the segment came that an ICMP error is about; undefined: it is no such error. */
export function quotedSender(packet: Uint8Array): Endpoint | undefined {
  const upper = findUpperLayer(packet, 0, packet.length);
  if (upper === undefined || upper.isLater) return undefined;
  if (upper.protocol !== ipProtocol.icmp && upper.protocol !== ipProtocol.icmpv6) return undefined;
  const quoted = packet.subarray(upper.at + icmpHeaderBytes);
  const inner = findUpperLayer(quoted, 0, quoted.length);
  if (inner?.protocol !== ipProtocol.tcp || inner.isLater) return undefined;
  if (inner.at + quotedBytes > quoted.length) return undefined;
  const port = readU16(quoted, inner.at + tcpOffset.sourcePort);
  return { address: addressIn(quoted, 'source'), port };
}

/** Where a whole IP packet with a segment is to; undefined: it has none. */
export function tcpPortOf(packet: Uint8Array): number | undefined {
  const upper = findUpperLayer(packet, 0, packet.length);
  if (upper?.protocol !== ipProtocol.tcp || upper.at + tcpHeaderBytes > packet.length)
    return undefined;
  return readU16(packet, upper.at + tcpOffset.destinationPort);
}

function answerTo(segment: TcpHeader, dataBytes: number): TcpHeader {
  const isAcknowledging = (segment.flags & tcpFlag.ack) !== 0;
  const controls = countOf(segment, tcpFlag.syn) + countOf(segment, tcpFlag.fin);
  return {
    sourcePort: segment.destinationPort,
    destinationPort: segment.sourcePort,
    sequence: isAcknowledging ? segment.acknowledgment : 0,
    acknowledgment: isAcknowledging ? 0 : (segment.sequence + dataBytes + controls) >>> 0,
    headerBytes: tcpHeaderBytes,
    flags: isAcknowledging ? tcpFlag.rst : tcpFlag.rst | tcpFlag.ack,
    window: 0,
    checksum: 0,
    urgentPointer: 0,
    options: [],
  };
}

function countOf({ flags }: TcpHeader, flag: number): number {
  return (flags & flag) === 0 ? 0 : 1;
}
