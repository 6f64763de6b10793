/**
 * UDP of applications behind a virtual interface, where no tunnel takes it: each port of an application's
 * has a socket of this node, and what comes to that goes back as if its sender had written to the application.
 */
import { type Endpoint, familyOf, formatEndpoint } from '../base/address.ts';
import { readU16, writeU16 } from '../base/bytes.ts';
import { nsPerSecond } from '../base/time.ts';
import type { DatagramSocket, Host, Timer } from '../host/host.ts';
import { makeIpPacket } from '../ip/empty-packet.ts';
import { addressIn } from '../ip/packet-address.ts';
import { findUpperLayer } from '../ip/upper-layer.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { emitUdp, udpChecksum, udpHeaderBytes, udpOffset, verifyUdpChecksum } from '../wire/udp.ts';

/** RFC 4787 4.3, REQ-5: five minutes where nobody asks for less. */
const idleNs = 300 * nsPerSecond;
const mostPorts = 4_096;

interface Relayed {
  readonly application: Endpoint;
  readonly socket: DatagramSocket;
  idle: Timer;
}

export class DatagramRelay {
  readonly #host: Pick<Host, 'openDatagramSocket' | 'clock'>;
  readonly #deliver: (packet: Uint8Array) => void;
  readonly #byApplication = new Map<string, Relayed>();

  constructor(
    host: Pick<Host, 'openDatagramSocket' | 'clock'>,
    deliver: (packet: Uint8Array) => void,
  ) {
    this.#host = host;
    this.#deliver = deliver;
  }

  /** A packet that an application sent; what is no whole datagram is dropped. */
  take(packet: Uint8Array): void {
    const upper = findUpperLayer(packet, 0, packet.length);
    if (upper?.protocol !== ipProtocol.udp || upper.isLater) return;
    const { at } = upper;
    if (at + udpHeaderBytes > packet.length) return;
    if (!verifyUdpChecksum(packet, 0, at, packet.length)) return;
    const portAt = (offset: number): number => readU16(packet, at + offset);
    const application = {
      address: addressIn(packet, 'source'),
      port: portAt(udpOffset.sourcePort),
    };
    const to = {
      address: addressIn(packet, 'destination'),
      port: portAt(udpOffset.destinationPort),
    };
    const relayed = this.#find(application);
    relayed?.socket.send(packet.subarray(at + udpHeaderBytes), to);
  }

  close(): void {
    for (const relayed of [...this.#byApplication.values()]) this.#forget(relayed);
  }

  #find(application: Endpoint): Relayed | undefined {
    const key = formatEndpoint(application);
    const known = this.#byApplication.get(key);
    if (known !== undefined) {
      known.idle.cancel();
      known.idle = this.#startIdle(known);
      return known;
    }
    if (this.#byApplication.size >= mostPorts) return undefined;
    const socket = this.#host.openDatagramSocket(
      { family: familyOf(application.address) },
      {
        received: ({ from, payload }) => this.#deliver(datagramPacket(from, application, payload)),
      },
    );
    const relayed: Relayed = { application, socket, idle: noTimer };
    relayed.idle = this.#startIdle(relayed);
    this.#byApplication.set(key, relayed);
    return relayed;
  }

  #startIdle(relayed: Relayed): Timer {
    return this.#host.clock.after(idleNs, () => this.#forget(relayed));
  }

  #forget(relayed: Relayed): void {
    relayed.idle.cancel();
    relayed.socket.close();
    this.#byApplication.delete(formatEndpoint(relayed.application));
  }
}

const noTimer: Timer = { cancel: () => undefined };

function datagramPacket(from: Endpoint, to: Endpoint, payload: Uint8Array): Uint8Array {
  const length = udpHeaderBytes + payload.length;
  const way = { source: from.address, destination: to.address };
  const { packet, at } = makeIpPacket(way, ipProtocol.udp, length, 0);
  emitUdp(packet, at, {
    ...{ sourcePort: from.port, destinationPort: to.port, length, checksum: 0 },
  });
  packet.set(payload, at + udpHeaderBytes);
  writeU16(packet, at + udpOffset.checksum, udpChecksum(packet, 0, at, packet.length));
  return packet;
}
