/**
 * IPv6 through the box: never translated. `firewalled` lets in what belongs to a flow that the inside
 * began (RFC 6092), and errors about one; the box's own traffic is not looked at.
 */
import { type Ipv6, readIpv6 } from '../../src/base/address.ts';
import { readU16 } from '../../src/base/bytes.ts';
import { icmpv6HeaderBytes, icmpv6Offset, icmpv6Type } from '../../src/wire/icmpv6.ts';
import { ipProtocol } from '../../src/wire/ip-protocol.ts';
import { ipv6HeaderBytes, ipv6Offset, whyNotIpv6 } from '../../src/wire/ipv6.ts';
import { tcpFlag, tcpOffset } from '../../src/wire/tcp.ts';
import type { NatSettings } from '../schema/nat-settings.ts';
import { notePacket, type TimedFlow } from './nat-timers.ts';
import type { DropReason } from './nat-translation.ts';

export interface Firewall {
  readonly settings: NatSettings;
  readonly flows: Map<string, TimedFlow>;
  madeSinceSweep: number;
}

/** RFC 8200 4.5. */
const fragmentHeaderBytes = 8;
const sweepAfterAtLeast = 256;

export function createFirewall(settings: NatSettings): Firewall {
  return { settings, flows: new Map(), madeSinceSweep: 0 };
}

/** A forwarded packet between the sides; undefined: it may pass. */
export function judgeForwarded(
  firewall: Firewall,
  nowNs: number,
  bytes: Uint8Array,
  at: number,
  end: number,
  outward: boolean,
): DropReason | undefined {
  if (whyNotIpv6(bytes, at, end) !== undefined) return 'malformed';
  const packet = readPacketV6(bytes, at, end);
  if (packet === undefined) return 'malformed';
  switch (packet.kind) {
    case 'flow':
      return judgeFlow(firewall, nowNs, packet, outward);
    case 'error':
      return outward || quotesLiveFlow(firewall, nowNs, bytes, packet.quotedAt, end)
        ? undefined
        : 'firewalled';
    case 'later-fragment':
      // Without its first fragment, which is judged, it can't be put together.
      return undefined;
    case 'other':
      return outward ? undefined : 'firewalled';
  }
}

type PacketV6 =
  | FlowV6
  | { readonly kind: 'error'; readonly quotedAt: number }
  | { readonly kind: 'later-fragment' | 'other' };

interface FlowV6 {
  readonly kind: 'flow';
  readonly protocol: number;
  readonly source: Ipv6;
  readonly destination: Ipv6;
  /** Of an echo the identifier, on both sides. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly tcpFlags: number;
  readonly isEchoReply: boolean;
}

function judgeFlow(
  firewall: Firewall,
  nowNs: number,
  packet: FlowV6,
  outward: boolean,
): DropReason | undefined {
  const key = outward ? keyFrom(packet) : keyTo(packet);
  const standing = firewall.flows.get(key);
  const live = standing !== undefined && standing.expiresNs > nowNs ? standing : undefined;
  if (live === undefined && (!outward || packet.isEchoReply)) return 'firewalled';
  const flow = live ?? openFlow(firewall, nowNs, key);
  const { protocol, tcpFlags } = packet;
  flow.expiresNs = notePacket(flow, firewall.settings, nowNs, protocol, outward, tcpFlags);
  return undefined;
}

function openFlow(firewall: Firewall, nowNs: number, key: string): TimedFlow {
  if (++firewall.madeSinceSweep > Math.max(sweepAfterAtLeast, firewall.flows.size / 2)) {
    firewall.madeSinceSweep = 0;
    for (const [old, { expiresNs }] of firewall.flows) {
      if (expiresNs <= nowNs) firewall.flows.delete(old);
    }
  }
  const flow: TimedFlow = { phase: 'new', heardInside: false, expiresNs: nowNs };
  firewall.flows.set(key, flow);
  return flow;
}

function keyFrom({ protocol, source, sourcePort, destination, destinationPort }: FlowV6): string {
  return source + destination + String.fromCharCode(protocol, sourcePort, destinationPort);
}

function keyTo({ protocol, source, sourcePort, destination, destinationPort }: FlowV6): string {
  return destination + source + String.fromCharCode(protocol, destinationPort, sourcePort);
}

/** RFC 4443 5.1: what an error quotes was sent by the inside. */
function quotesLiveFlow(
  firewall: Firewall,
  nowNs: number,
  bytes: Uint8Array,
  at: number,
  end: number,
): boolean {
  if (end - at < ipv6HeaderBytes || bytes[at]! >>> 4 !== 6) return false;
  const quoted = readPacketV6(bytes, at, end);
  if (quoted?.kind !== 'flow') return false;
  const flow = firewall.flows.get(keyFrom(quoted));
  return flow !== undefined && flow.expiresNs > nowNs;
}

/** Undefined: the transport header is cut off. */
function readPacketV6(bytes: Uint8Array, at: number, end: number): PacketV6 | undefined {
  let protocol = bytes[at + ipv6Offset.nextHeader]!;
  let transportAt = at + ipv6HeaderBytes;
  if (protocol === ipProtocol.fragment) {
    if (end - transportAt < fragmentHeaderBytes) return undefined;
    if (readU16(bytes, transportAt + 2) >>> 3 !== 0) return { kind: 'later-fragment' };
    protocol = bytes[transportAt]!;
    transportAt += fragmentHeaderBytes;
  }
  const isTcp = protocol === ipProtocol.tcp;
  if (!isTcp && protocol !== ipProtocol.udp && protocol !== ipProtocol.icmpv6) {
    return { kind: 'other' };
  }
  // Eight bytes hold the ports and the identifier, and are what an error surely quotes.
  if (end - transportAt < icmpv6HeaderBytes) return undefined;
  const source = readIpv6(bytes, at + ipv6Offset.source);
  const destination = readIpv6(bytes, at + ipv6Offset.destination);
  if (protocol === ipProtocol.icmpv6) return readIcmpv6(bytes, transportAt, source, destination);
  const sourcePort = readU16(bytes, transportAt);
  const destinationPort = readU16(bytes, transportAt + 2);
  const hasFlags = isTcp && end - transportAt > tcpOffset.flags;
  const tcpFlags = hasFlags ? bytes[transportAt + tcpOffset.flags]! : tcpFlag.ack;
  const ports = { sourcePort, destinationPort };
  return { kind: 'flow', protocol, source, destination, ...ports, tcpFlags, isEchoReply: false };
}

function readIcmpv6(bytes: Uint8Array, at: number, source: Ipv6, destination: Ipv6): PacketV6 {
  const type = bytes[at]!;
  if (type < icmpv6Type.echoRequest) return { kind: 'error', quotedAt: at + icmpv6Offset.body };
  const isEchoReply = type === icmpv6Type.echoReply;
  if (!isEchoReply && type !== icmpv6Type.echoRequest) return { kind: 'other' };
  const identifier = readU16(bytes, at + icmpv6Offset.identifier);
  return {
    ...{ kind: 'flow', protocol: ipProtocol.icmpv6, source, destination },
    ...{ sourcePort: identifier, destinationPort: identifier, tcpFlags: 0, isEchoReply },
  };
}
