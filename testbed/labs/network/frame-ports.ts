/**
 * The frame ports that programs opened on one interface. A port without leases gets a copy of every
 * frame; one with leases takes the frames of its UDP and TCP ports away from the node's own stack.
 */
import { readU16 } from '../../../src/base/bytes.ts';
import type { Frame } from '../../../src/base/frame.ts';
import type { FramePortEvents, Lease } from '../../../src/host/host.ts';
import { ethernetHeaderBytes, ethernetOffset, etherType } from '../../../src/wire/ethernet.ts';
import { ipProtocol } from '../../../src/wire/ip-protocol.ts';
import { ipv4Offset } from '../../../src/wire/ipv4.ts';
import { ipv6HeaderBytes, ipv6Offset } from '../../../src/wire/ipv6.ts';

export interface OpenFramePort {
  readonly leases: readonly Lease[] | undefined;
  readonly events: FramePortEvents;
}

/** True: a lease took the frame, and the node's stack must not see it. */
export function offerToPorts(ports: readonly OpenFramePort[], frame: Frame): boolean {
  const view = frame.bytes.subarray(0, frame.length);
  const wanted = destinationOf(frame);
  let taken = false;
  for (const port of ports) {
    if (port.leases === undefined) {
      port.events.received(view);
    } else if (wanted !== undefined && holds(port.leases, wanted)) {
      taken = true;
      port.events.received(view);
    }
  }
  return taken;
}

function holds(leases: readonly Lease[], wanted: Lease): boolean {
  return leases.some((lease) => lease.protocol === wanted.protocol && lease.port === wanted.port);
}

/** The destination port of an unfragmented UDP or TCP packet. */
function destinationOf(frame: Frame): Lease | undefined {
  const { bytes, length } = frame;
  const type = readU16(bytes, ethernetOffset.type);
  const transport = type === etherType.ipv4 ? behindIpv4(bytes) : behindIpv6(bytes, type);
  if (transport === undefined || transport.at + 4 > length) return undefined;
  const port = readU16(bytes, transport.at + 2);
  if (transport.protocol === ipProtocol.udp) return { protocol: 'udp', port };
  return transport.protocol === ipProtocol.tcp ? { protocol: 'tcp', port } : undefined;
}

function behindIpv4(bytes: Uint8Array): { protocol: number; at: number } | undefined {
  const ip = ethernetHeaderBytes;
  const fragmentOffset = readU16(bytes, ip + ipv4Offset.fragment) & 0x1fff;
  if (fragmentOffset !== 0) return undefined;
  const headerBytes = (bytes[ip]! & 15) * 4;
  return { protocol: bytes[ip + ipv4Offset.protocol]!, at: ip + headerBytes };
}

function behindIpv6(bytes: Uint8Array, type: number): { protocol: number; at: number } | undefined {
  if (type !== etherType.ipv6) return undefined;
  const ip = ethernetHeaderBytes;
  return { protocol: bytes[ip + ipv6Offset.nextHeader]!, at: ip + ipv6HeaderBytes };
}
