/** A packet in a few words, from the first bytes of its frame: what stands at an arrow. */
import { formatIp, readIpv4, readIpv6 } from '../../src/base/address.ts';
import { readU16, readU32 } from '../../src/base/bytes.ts';
import { describeArp, parseArp } from '../../src/wire/arp.ts';
import { ethernetHeaderBytes, ethernetOffset, etherType } from '../../src/wire/ethernet.ts';
import { icmpOffset, icmpType } from '../../src/wire/icmp.ts';
import { describeProtocol, ipProtocol } from '../../src/wire/ip-protocol.ts';
import { ipv4Fragment, ipv4Offset } from '../../src/wire/ipv4.ts';
import { ipv6HeaderBytes, ipv6Offset } from '../../src/wire/ipv6.ts';
import { isMalformed } from '../../src/wire/malformed.ts';
import { describePunch, parsePunch } from '../../src/wire/punch.ts';
import { describeRelay, parseRelay } from '../../src/wire/relay.ts';
import { describeTcpFlags, tcpFlag, tcpHeaderBytes, tcpOffset } from '../../src/wire/tcp.ts';
import { parseTcpOptions } from '../../src/wire/tcp-options.ts';
import { udpHeaderBytes, udpOffset } from '../../src/wire/udp.ts';

/** `head`: the frame's first bytes, without zeros at their end; `bytes`: how long it was. */
export type PacketText = (head: Uint8Array, bytes: number) => string;

/** Longer heads than any that is kept. */
const roomBytes = 160;

/** Sequence numbers are told from the first of their kind that was asked about. */
export function createPacketText(): PacketText {
  const place = createSequencePlace();
  return (head, bytes) => {
    const frame = new Uint8Array(Math.max(roomBytes, head.length));
    frame.set(head);
    switch (readU16(frame, ethernetOffset.type)) {
      case etherType.arp:
        return arpText(frame);
      case etherType.ipv4:
        return ipv4Text(frame, place);
      case etherType.ipv6:
        return ipv6Text(frame, place);
      default:
        return `${bytes} bytes`;
    }
  };
}

function arpText(frame: Uint8Array): string {
  const arp = parseArp(frame, ethernetHeaderBytes, frame.length);
  return isMalformed(arp) ? 'arp' : describeArp(arp);
}

interface Inner {
  readonly protocol: number;
  readonly at: number;
  /** Where the packet ends in the frame, be it beyond what was kept. */
  readonly end: number;
  readonly way: string;
}

function ipv4Text(frame: Uint8Array, place: SequencePlace): string {
  const ipAt = ethernetHeaderBytes;
  const fragmentAt = readU16(frame, ipAt + ipv4Offset.fragment) & ipv4Fragment.offsetMask;
  const [source, destination] = [ipv4Offset.source, ipv4Offset.destination].map((offset) =>
    formatIp(readIpv4(frame, ipAt + offset)),
  );
  const inner = {
    protocol: frame[ipAt + ipv4Offset.protocol]!,
    at: ipAt + (frame[ipAt]! & 15) * 4,
    end: ipAt + readU16(frame, ipAt + ipv4Offset.totalLength),
    way: `${source} > ${destination}`,
  };
  return fragmentAt > 0 ? `fragment at ${fragmentAt * 8}` : innerText(frame, inner, place);
}

function ipv6Text(frame: Uint8Array, place: SequencePlace): string {
  const ipAt = ethernetHeaderBytes;
  const at = ipAt + ipv6HeaderBytes;
  const [source, destination] = [ipv6Offset.source, ipv6Offset.destination].map((offset) =>
    formatIp(readIpv6(frame, ipAt + offset)),
  );
  return innerText(
    frame,
    {
      ...{ protocol: frame[ipAt + ipv6Offset.nextHeader]!, at },
      end: at + readU16(frame, ipAt + ipv6Offset.payloadLength),
      way: `${source} > ${destination}`,
    },
    place,
  );
}

function innerText(frame: Uint8Array, inner: Inner, place: SequencePlace): string {
  switch (inner.protocol) {
    case ipProtocol.tcp:
      return tcpText(frame, inner, place);
    case ipProtocol.udp:
      return udpText(frame, inner);
    case ipProtocol.icmp:
      return icmpText(frame[inner.at + icmpOffset.type]!);
    default:
      return `${describeProtocol(inner.protocol)} ${inner.way}`;
  }
}

/** `1448 B at +2896`, `ack +4344, sack`, `syn`. */
function tcpText(frame: Uint8Array, { at, end }: Inner, place: SequencePlace): string {
  const flags = frame[at + tcpOffset.flags]!;
  const headerBytes = (frame[at + tcpOffset.dataOffset]! >>> 4) * 4;
  const payloadBytes = end - at - headerBytes;
  const special = flags & (tcpFlag.syn | tcpFlag.fin | tcpFlag.rst);
  const parts = special === 0 ? [] : [describeTcpFlags(flags & (special | tcpFlag.ack))];
  const sequence = place(readU32(frame, at + tcpOffset.sequence));
  if (payloadBytes > 0) parts.push(`${payloadBytes} B at ${sequence}`);
  else if (special === 0) parts.push(`ack ${place(readU32(frame, at + tcpOffset.acknowledgment))}`);
  const options = parseTcpOptions(
    frame,
    at + tcpHeaderBytes,
    Math.min(at + headerBytes, roomBytes),
  );
  if (!isMalformed(options) && options.some(({ kind }) => kind === 'sack')) parts.push('sack');
  return parts.join(', ');
}

/** Our own messages by their names; of others where they go and how much they bring. */
function udpText(frame: Uint8Array, { at, end }: Inner): string {
  const payloadAt = at + udpHeaderBytes;
  const port = readU16(frame, at + udpOffset.destinationPort);
  const other = `udp to port ${port}, ${end - payloadAt} B`;
  if (end > roomBytes) return other;
  const relay = parseRelay(frame, payloadAt, end);
  if (!isMalformed(relay)) return describeRelay(relay);
  const punch = parsePunch(frame, payloadAt, end);
  return isMalformed(punch) ? other : describePunch(punch);
}

function icmpText(type: number): string {
  const name = Object.entries(icmpType).find(([, value]) => value === type)?.[0];
  return `icmp ${name?.replaceAll(/[A-Z]/g, (one) => ` ${one.toLowerCase()}`) ?? `type ${type}`}`;
}

type SequencePlace = (sequence: number) => string;

/** Numbers of one direction of one connection lie near each other, those of others nearly never. */
const nearBytes = 2 ** 26;

function createSequencePlace(): SequencePlace {
  const firsts: number[] = [];
  return (sequence) => {
    const known = firsts.find((first) => Math.abs((sequence - first) | 0) < nearBytes);
    if (known === undefined) firsts.push(sequence);
    const offset = (sequence - (known ?? sequence)) | 0;
    return offset < 0 ? `−${-offset}` : `+${offset}`;
  };
}
