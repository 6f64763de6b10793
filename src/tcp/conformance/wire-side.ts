/** The script's side of the wire: where its and the subject's sequence numbers stand; what the subject sent. */
import type { Endpoint } from '../../base/address.ts';
import { ipProtocol } from '../../wire/ip-protocol.ts';
import { parseIpv4 } from '../../wire/ipv4.ts';
import { ipv6HeaderBytes, parseIpv6 } from '../../wire/ipv6.ts';
import { isMalformed } from '../../wire/malformed.ts';
import { parseTcp, type TcpHeader, tcpFlag, verifyTcpChecksum } from '../../wire/tcp.ts';

export interface WireSide {
  readonly local: Endpoint;
  /** The subject's. */
  remote: Endpoint;
  /** Near the wrap, so that every case passes it. */
  readonly isn: number;
  /** Where the script stands, from its SYN at 0. */
  next: number;
  /** The subject's ISS; undefined until its SYN. */
  iss: number | undefined;
  /** All that was seen of it, from its SYN at 0. */
  seen: number;
  offersTimestamps: boolean;
  offersScale: boolean;
  subjectStamps: boolean;
  /** The newest TSval of the subject. */
  lastTsval: number;
  /** What its windows are shifted by. */
  shift: number;
  startedAtNs: number;
  lastPacket: Uint8Array | undefined;
}

export function makeWireSide(local: Endpoint, remote: Endpoint, nowNs: number): WireSide {
  return {
    local,
    remote,
    isn: 0xffff_fc00,
    next: 0,
    iss: undefined,
    seen: 0,
    offersTimestamps: false,
    offersScale: false,
    subjectStamps: false,
    lastTsval: 0,
    shift: 0,
    startedAtNs: nowNs,
    lastPacket: undefined,
  };
}

/** The byte that stands at a sequence number, on either side. */
export function payloadOf(sequence: number, lengthBytes: number): Uint8Array {
  return Uint8Array.from({ length: lengthBytes }, (_, at) => ((sequence + at) * 7) & 0xff);
}

/** A segment of the subject, in the script's numbers. */
export interface SeenSegment {
  readonly header: TcpHeader;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly payload: Uint8Array;
  readonly window: number;
  readonly ecnField: number;
  /** In the script's numbers. */
  readonly sack: readonly (readonly [number, number])[];
}

/** What a packet of the subject says; a text where it is no sound segment for the script. */
export function readPacket(side: WireSide, packet: Uint8Array): SeenSegment | string {
  const ip = readIp(packet);
  if (typeof ip === 'string') return ip;
  const header = parseTcp(packet, ip.at, ip.end);
  if (isMalformed(header)) return header.malformed;
  if (!verifyTcpChecksum(packet, 0, ip.at, ip.end)) return 'its checksum is wrong';
  if (header.destinationPort !== side.local.port)
    return `it goes to port ${header.destinationPort}`;
  side.lastPacket = packet;
  const isSyn = (header.flags & tcpFlag.syn) !== 0;
  if (isSyn) learnFromSyn(side, header);
  const payload = packet.subarray(ip.at + header.headerBytes, ip.end);
  const sequence = side.iss === undefined ? header.sequence : (header.sequence - side.iss) | 0;
  const taken = payload.length + (isSyn ? 1 : 0) + (header.flags & tcpFlag.fin ? 1 : 0);
  if (side.iss !== undefined && (header.flags & tcpFlag.rst) === 0) {
    side.seen = Math.max(side.seen, sequence + taken);
  }
  const stamp = header.options.find((option) => option.kind === 'timestamps');
  if (stamp !== undefined) side.lastTsval = stamp.value;
  const sack = header.options.find((option) => option.kind === 'sack');
  return {
    header,
    sequence,
    acknowledgment: (header.acknowledgment - side.isn) | 0,
    payload,
    window: header.window * 2 ** (isSyn || !side.offersScale ? 0 : side.shift),
    ecnField: ip.ecn,
    sack: (sack?.blocks ?? []).map(({ left, right }) => [
      (left - side.isn) | 0,
      (right - side.isn) | 0,
    ]),
  };
}

function readIp(packet: Uint8Array): { at: number; end: number; ecn: number } | string {
  if (packet[0]! >>> 4 === 4) {
    const ip = parseIpv4(packet, 0, packet.length);
    if (isMalformed(ip)) return ip.malformed;
    if (ip.protocol !== ipProtocol.tcp) return `protocol ${ip.protocol}`;
    return { at: ip.headerBytes, end: ip.totalLength, ecn: ip.ecn };
  }
  const ip = parseIpv6(packet, 0, packet.length);
  if (isMalformed(ip)) return ip.malformed;
  if (ip.nextHeader !== ipProtocol.tcp) return `protocol ${ip.nextHeader}`;
  return { at: ipv6HeaderBytes, end: ipv6HeaderBytes + ip.payloadLength, ecn: ip.trafficClass & 3 };
}

function learnFromSyn(side: WireSide, header: TcpHeader): void {
  side.iss = header.sequence;
  const scale = header.options.find((option) => option.kind === 'window-scale');
  const stamp = header.options.find((option) => option.kind === 'timestamps');
  side.shift = scale?.shift ?? 0;
  side.subjectStamps = stamp !== undefined;
}
