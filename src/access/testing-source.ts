/** A source that sends to groups without a pause, each datagram with its number, as whole frames. */

import { type Ip, parseIp } from '../base/address.ts';
import { writeU16 } from '../base/bytes.ts';
import type { Mac } from '../base/mac.ts';
import { type NetworkNamespace, runInNamespace } from '../linux/network-namespace.ts';
import { PacketRing } from '../linux/packet-ring.ts';
import { RouteSocket } from '../linux/route-socket.ts';
import { emitEthernet, ethernetHeaderBytes, etherType } from '../wire/ethernet.ts';
import { ipProtocol } from '../wire/ip-protocol.ts';
import { emitIpv4, ipv4HeaderBytes } from '../wire/ipv4.ts';
import { emitIpv6, ipv6HeaderBytes } from '../wire/ipv6.ts';
import { emitUdp, udpChecksum, udpHeaderBytes, udpOffset } from '../wire/udp.ts';
import { findLink } from './testing-link.ts';

const payloadBytes = 32;
const sourceV4 = parseIp('10.77.0.100') as Ip & number;
const sourceV6 = parseIp('fd77::100') as Ip & string;
const ports = { sourcePort: 5_000, destinationPort: 5_001 };

export class MulticastSource implements Disposable {
  readonly #ring: PacketRing;
  readonly #mac: Mac;
  #timer: NodeJS.Timeout | undefined;
  #sent = 0;

  constructor(namespace: NetworkNamespace) {
    using socket = runInNamespace(namespace, () => new RouteSocket());
    const { index, mac } = findLink(socket, 'eth0');
    this.#mac = mac;
    this.#ring = runInNamespace(namespace, () =>
      PacketRing.open({
        interfaceIndex: index,
        frameBytes: 1_514,
        receiveFrames: 16,
        sendFrames: 512,
      }),
    );
  }

  /** One datagram to each group, so often, until it is told otherwise. */
  send(groups: readonly string[], everyMs = 5): void {
    clearInterval(this.#timer);
    const frames = groups.map((group) => this.#frame(parseIp(group)!));
    this.#timer = setInterval(() => {
      this.#sent += 1;
      for (const frame of frames) this.#ring.put(frame);
      this.#ring.flush();
    }, everyMs);
  }

  /** How often it sent to each. */
  get sent(): number {
    return this.#sent;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#ring[Symbol.dispose]();
  }

  #frame(group: Ip): Uint8Array {
    const isV4 = typeof group === 'number';
    const ipBytes = isV4 ? ipv4HeaderBytes : ipv6HeaderBytes;
    const udpAt = ethernetHeaderBytes + ipBytes;
    const frame = new Uint8Array(udpAt + udpHeaderBytes + payloadBytes);
    const type = isV4 ? etherType.ipv4 : etherType.ipv6;
    const destination = groupMac(group);
    const ipAt = emitEthernet(frame, 0, { destination, source: this.#mac, type });
    emitHeader(frame, ipAt, group);
    emitUdp(frame, udpAt, { ...ports, length: udpHeaderBytes + payloadBytes, checksum: 0 });
    writeU16(frame, udpAt + udpOffset.checksum, udpChecksum(frame, ipAt, udpAt, frame.length));
    return frame;
  }
}

function emitHeader(frame: Uint8Array, ipAt: number, group: Ip): void {
  if (typeof group === 'number') {
    const length = { headerBytes: ipv4HeaderBytes, totalLength: frame.length - ipAt };
    const fragment = {
      identification: 0,
      dontFragment: true,
      moreFragments: false,
      fragmentOffset: 0,
    };
    const way = { ttl: 8, protocol: ipProtocol.udp, source: sourceV4, destination: group };
    emitIpv4(frame, ipAt, {
      ...length,
      ...fragment,
      ...way,
      dscp: 0,
      ecn: 0,
      options: new Uint8Array(0),
    });
    return;
  }
  const payloadLength = frame.length - ipAt - ipv6HeaderBytes;
  const way = { nextHeader: ipProtocol.udp, hopLimit: 8, source: sourceV6, destination: group };
  emitIpv6(frame, ipAt, { trafficClass: 0, flowLabel: 0, payloadLength, ...way });
}

/** RFC 1112 6.4, RFC 2464 7. */
function groupMac(group: Ip): Mac {
  if (typeof group === 'number') return (0x0100_5e00_0000 + (group & 0x7f_ffff)) as Mac;
  return (0x3333_0000_0000 + group.charCodeAt(6) * 65_536 + group.charCodeAt(7)) as Mac;
}
