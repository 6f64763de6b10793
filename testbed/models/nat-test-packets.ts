/** IPv4 packets for the tests of the NAT box, written and checked with the wire formats alone. */
import { formatIp, type Ipv4, parseIpv4 } from '../../src/base/address.ts';
import { readU16, writeU16 } from '../../src/base/bytes.ts';
import { foldChecksum, sumWords } from '../../src/wire/checksum.ts';
import { emitIcmp, type Icmp, measureIcmp } from '../../src/wire/icmp.ts';
import { ipProtocol } from '../../src/wire/ip-protocol.ts';
import { emitIpv4, parseIpv4 as parseHeader } from '../../src/wire/ipv4.ts';
import { isMalformed } from '../../src/wire/malformed.ts';
import { emitTcp, tcpChecksum, tcpFlag, tcpOffset, verifyTcpChecksum } from '../../src/wire/tcp.ts';
import { emitUdp, udpChecksum, udpOffset, verifyUdpChecksum } from '../../src/wire/udp.ts';

/** `192.0.2.1:80`. */
export type EndpointText = string;

const payload = Uint8Array.of(1, 2, 3, 4, 5);

function splitEndpoint(text: EndpointText): { address: Ipv4; port: number } {
  const [host, port] = text.split(':');
  return { address: parseIpv4(host!)!, port: Number(port) };
}

export function makeUdp(from: EndpointText, to: EndpointText): Uint8Array {
  return makePacket(ipProtocol.udp, from, to, (bytes, end) => {
    const ports = portsOf(from, to);
    emitUdp(bytes, 20, { ...ports, length: 8 + payload.length, checksum: 0 });
    bytes.set(payload, 28);
    writeU16(bytes, 20 + udpOffset.checksum, udpChecksum(bytes, 0, 20, end));
    return 8 + payload.length;
  });
}

export function makeTcp(from: EndpointText, to: EndpointText, flags: number = tcpFlag.ack) {
  return makePacket(ipProtocol.tcp, from, to, (bytes, end) => {
    const numbers = { sequence: 1, acknowledgment: 2, window: 3, urgentPointer: 0 };
    const ports = portsOf(from, to);
    const fixed = { headerBytes: 20, flags, checksum: 0, options: [] };
    emitTcp(bytes, 20, { ...ports, ...numbers, ...fixed });
    writeU16(bytes, 20 + tcpOffset.checksum, tcpChecksum(bytes, 0, 20, end));
    return 20;
  });
}

/** Ports are ignored: `192.0.2.1` is enough. */
export function makeIcmp(from: string, to: string, icmp: Icmp): Uint8Array {
  return makePacket(ipProtocol.icmp, from, to, (bytes) => {
    emitIcmp(bytes, 20, icmp);
    return measureIcmp(icmp);
  });
}

export function makeEcho(
  kind: 'echo-request' | 'echo-reply',
  from: string,
  to: string,
  identifier: number,
): Uint8Array {
  return makeIcmp(from, to, { kind, identifier, sequence: 1, data: payload });
}

function portsOf(from: EndpointText, to: EndpointText) {
  return { sourcePort: splitEndpoint(from).port, destinationPort: splitEndpoint(to).port };
}

/** The emitter says how long the transport part is; the header comes first for its checksum. */
function makePacket(
  protocol: number,
  from: string,
  to: string,
  emit: (bytes: Uint8Array, end: number) => number,
): Uint8Array {
  const bytes = new Uint8Array(600);
  const addresses = { source: splitEndpoint(from).address, destination: splitEndpoint(to).address };
  const transportBytes = emit(bytes, 20);
  const totalLength = 20 + transportBytes;
  emitIpv4(bytes, 0, {
    ...{ headerBytes: 20, dscp: 0, ecn: 0, totalLength, identification: 7, dontFragment: true },
    ...{ moreFragments: false, fragmentOffset: 0, ttl: 64, protocol, ...addresses },
    options: new Uint8Array(0),
  });
  emit(bytes, totalLength);
  return bytes.slice(0, totalLength);
}

export interface Seen {
  /** `192.0.2.1:80`; of a query the identifier stands for the port, on both sides. */
  readonly from: EndpointText;
  readonly to: EndpointText;
}

/** The endpoints of a packet whose checksums were verified from scratch; throws if one is wrong. */
export function see(packet: Uint8Array): Seen {
  const header = parseHeader(packet, 0, packet.length);
  if (isMalformed(header)) throw new Error(header.malformed);
  const at = header.headerBytes;
  if (!isTransportWhole(packet, header.protocol, at))
    throw new Error('transport checksum is wrong');
  const isIcmp = header.protocol === ipProtocol.icmp;
  const [fromAt, toAt] = isIcmp ? [at + 4, at + 4] : [at, at + 2];
  return {
    from: `${formatIp(header.source)}:${readU16(packet, fromAt)}`,
    to: `${formatIp(header.destination)}:${readU16(packet, toAt)}`,
  };
}

function isTransportWhole(packet: Uint8Array, protocol: number, at: number): boolean {
  switch (protocol) {
    case ipProtocol.udp:
      return verifyUdpChecksum(packet, 0, at, packet.length);
    case ipProtocol.tcp:
      return verifyTcpChecksum(packet, 0, at, packet.length);
    default:
      return foldChecksum(sumWords(packet, at, packet.length)) === 0;
  }
}
