/** What of an application's packet decides whether a stream begins or a handshake is given up. */
import { type Endpoint, formatEndpoint } from '../base/address.ts';
import { readU16 } from '../base/bytes.ts';
import { addressIn } from '../ip/packet-address.ts';
import { findUpperLayer } from '../ip/upper-layer.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { tcpFlag, tcpHeaderBytes, tcpOffset, verifyTcpChecksum } from '../wire/tcp.ts';

export interface Turn {
  readonly kind: 'syn' | 'reset';
  readonly application: Endpoint;
  readonly destination: Endpoint;
}

/** Undefined: neither a SYN nor a reset, or not in order. */
export function turnOf(packet: Uint8Array): Turn | undefined {
  const upper = findUpperLayer(packet, 0, packet.length);
  if (upper?.protocol !== ipProtocol.tcp || upper.isLater) return undefined;
  if (upper.at + tcpHeaderBytes > packet.length) return undefined;
  const kind = kindOf(packet[upper.at + tcpOffset.flags]!);
  if (kind === undefined) return undefined;
  if (!verifyTcpChecksum(packet, 0, upper.at, packet.length)) return undefined;
  const portAt = (offset: number): number => readU16(packet, upper.at + offset);
  return {
    kind,
    application: { address: addressIn(packet, 'source'), port: portAt(tcpOffset.sourcePort) },
    destination: {
      address: addressIn(packet, 'destination'),
      port: portAt(tcpOffset.destinationPort),
    },
  };
}

function kindOf(flags: number): Turn['kind'] | undefined {
  if ((flags & tcpFlag.rst) !== 0) return 'reset';
  return (flags & (tcpFlag.syn | tcpFlag.ack)) === tcpFlag.syn ? 'syn' : undefined;
}

/** Names a flow by both of its ends. */
export function flowKey(application: Endpoint, destination: Endpoint): string {
  return `${formatEndpoint(application)} > ${formatEndpoint(destination)}`;
}
