/** A network namespace with a TUN device: what a kernel's TCP sends comes out of it, and what goes in it takes for arrived. */
import { writeFileSync } from 'node:fs';
import { formatIp, type Ip, isIpv4 } from '../../base/address.ts';
import { readU16 } from '../../base/bytes.ts';
import { parsePrefix } from '../../base/prefix.ts';
import { readDescriptor, writeDescriptor } from '../../linux/descriptor.ts';
import { changeLink, listLinks } from '../../linux/link.ts';
import { addAddress } from '../../linux/link-address.ts';
import { NetworkNamespace, runInNamespace } from '../../linux/network-namespace.ts';
import { RouteSocket } from '../../linux/route-socket.ts';
import { TunDevice } from '../../linux/tun.ts';
import { ipProtocol } from '../../wire/ip-protocol.ts';
import { ipv4HeaderBytes, ipv4Offset } from '../../wire/ipv4.ts';
import { ipv6HeaderBytes, ipv6Offset } from '../../wire/ipv6.ts';

export class KernelNetwork implements Disposable {
  readonly #namespace: NetworkNamespace;
  readonly #device: TunDevice;
  readonly #room = new Uint8Array(65_536);

  /** The kernel has `address`, and the whole subnet is behind the device. */
  constructor(address: Ip) {
    this.#namespace = NetworkNamespace.create();
    this.#device = this.within(() => TunDevice.open({ name: 't0', kind: 'tun' }));
    using socket = this.within(() => new RouteSocket());
    const link = listLinks(socket).find(({ name }) => name === this.#device.name)!;
    const length = isIpv4(address) ? 24 : 64;
    const prefix = parsePrefix(`${formatIp(address)}/${length}`)!;
    // A case shall not inherit what the kernel learned in the one before.
    this.set('net/ipv4/tcp_no_metrics_save', '1');
    socket.apply([addAddress(link.index, prefix), changeLink(link.index, { up: true })]);
  }

  /** The kernel has this address, too, and its subnet is behind the device. */
  add(address: Ip): void {
    using socket = this.within(() => new RouteSocket());
    const link = listLinks(socket).find(({ name }) => name === this.#device.name)!;
    const length = isIpv4(address) ? 24 : 64;
    socket.apply([addAddress(link.index, parsePrefix(`${formatIp(address)}/${length}`)!)]);
  }

  get deviceName(): string {
    return this.#device.name;
  }

  /** Runs in the namespace; what it opens stands there. */
  within<T>(action: () => T): T {
    return runInNamespace(this.#namespace, action);
  }

  /** `net/ipv4/tcp_ecn`: what /proc/sys shows is the namespace's of the thread that looks. */
  set(name: string, value: string): void {
    this.within(() => writeFileSync(`/proc/sys/${name}`, value));
  }

  /** What ICMP told of the path's MTU. */
  forgetPaths(): void {
    this.set('net/ipv4/route/flush', '1');
  }

  send(packet: Uint8Array): void {
    writeDescriptor(this.#device.fd, packet);
  }

  /** The next segment (from this port) that came out; undefined: none by now. What else the kernel says is passed over. */
  receive(fromPort?: number): Uint8Array | undefined {
    for (;;) {
      const length = readDescriptor(this.#device.fd, this.#room);
      if (length === undefined) return undefined;
      const packet = this.#room.slice(0, length);
      if (isSegmentFrom(packet, fromPort)) return packet;
    }
  }

  [Symbol.dispose](): void {
    this.#device[Symbol.dispose]();
    this.#namespace[Symbol.dispose]();
  }
}

function isSegmentFrom(packet: Uint8Array, port: number | undefined): boolean {
  const isV4 = packet[0]! >>> 4 === 4;
  const protocol = packet[isV4 ? ipv4Offset.protocol : ipv6Offset.nextHeader];
  if (protocol !== ipProtocol.tcp) return false;
  return port === undefined || readU16(packet, isV4 ? ipv4HeaderBytes : ipv6HeaderBytes) === port;
}
