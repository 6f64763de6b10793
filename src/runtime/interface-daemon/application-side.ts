/**
 * Unmodified applications of the node: the kernel's sockets, behind a TUN device whose other side is here.
 * What they send leaves by the node's interfaces from the node's addresses; what comes for a port that no
 * process leased is theirs, and the kernel answers for those that nobody has. Ports are not translated:
 * one node, one set of ports.
 */
import { writeFileSync } from 'node:fs';
import { familyOf, type Ip, isIpv4 } from '../../base/address.ts';
import { readU16 } from '../../base/bytes.ts';
import { type Frame, takeFrame } from '../../base/frame.ts';
import { formatPrefix, networkOf, type Prefix } from '../../base/prefix.ts';
import type { VirtualInterface } from '../../host/host.ts';
import { ownerOf } from '../../ip/destinations.ts';
import { errorAbout } from '../../ip/error-packet.ts';
import { ipAt } from '../../ip/link-header.ts';
import { addressIn } from '../../ip/packet-address.ts';
import { chooseWay, finishPacket } from '../../ip/packet-output.ts';
import { pathMtuTo } from '../../ip/path-mtu.ts';
import type { IpSink } from '../../ip/sink.ts';
import { chooseSource } from '../../ip/source-choice.ts';
import type { Destination, IpMachine } from '../../ip/state.ts';
import { ipv4Fragment, ipv4Offset, whyNotIpv4 } from '../../wire/ipv4.ts';
import { whyNotIpv6 } from '../../wire/ipv6.ts';
import type { KernelLoop } from '../kernel-loop.ts';
import type { OwnStack } from '../own/own-stack.ts';
import { openVirtualInterface } from '../real-virtual-interface.ts';
import { ApplicationPeers } from './application-peers.ts';
import type { ApplicationSide as ApplicationOrder, DaemonOrder } from './order.ts';
import { rewriteAddress } from './rewrite-address.ts';

/** Below the dynamic ports of RFC 6335, which processes get: the two never draw the same one. */
const kernelPorts = '32768 49151';
/** RFC 8200 5: no IPv6 on less. */
const leastIpv6MtuBytes = 1_280;

export class ApplicationSide implements Disposable {
  readonly #stack: OwnStack;
  readonly #inner: ReadonlyMap<4 | 6, Ip>;
  readonly #device: VirtualInterface;
  readonly #peers = new ApplicationPeers();

  /** In the namespace of this thread. */
  constructor(loop: KernelLoop, stack: OwnStack, order: DaemonOrder, side: ApplicationOrder) {
    this.#stack = stack;
    this.#inner = new Map(side.addresses.map(({ address }) => [familyOf(address), address]));
    writeFileSync('/proc/sys/net/ipv4/ip_local_port_range', kernelPorts);
    const mtuBytes = Math.min(...order.interfaces.map((one) => one.mtuBytes));
    const fits = ({ address }: Prefix) => isIpv4(address) || mtuBytes >= leastIpv6MtuBytes;
    const addresses = side.addresses.filter(fits);
    const routes = routesOf(order).filter(fits);
    this.#device = openVirtualInterface(
      { loop, forget: () => undefined },
      { name: side.device, addresses, mtuBytes, routes },
      { packet: (packet) => this.#leave(packet.slice()) },
    );
  }

  /** A packet that came for the node and is nobody's here. False: it is not for applications either. */
  take(packet: Uint8Array): boolean {
    const [peer, own] = [addressIn(packet, 'source'), addressIn(packet, 'destination')];
    const inner = this.#inner.get(familyOf(own));
    if (inner === undefined || ownerOf(this.#stack.machine, own) === undefined) return false;
    this.#peers.note(peer, own);
    const translated = packet.slice();
    rewriteAddress(translated, 'destination', inner);
    this.#device.inject(translated);
    return true;
  }

  [Symbol.dispose](): void {
    this.#device.close();
  }

  #leave(packet: Uint8Array): void {
    const isV4 = packet[0]! >>> 4 === 4;
    const reason = isV4
      ? whyNotIpv4(packet, 0, packet.length)
      : whyNotIpv6(packet, 0, packet.length);
    const family = isV4 ? 4 : 6;
    if (reason !== undefined || addressIn(packet, 'source') !== this.#inner.get(family)) return;
    this.#stack.run((machine, nowNs, sink) => this.#send(machine, nowNs, sink, packet));
  }

  #send(machine: IpMachine, nowNs: number, sink: IpSink, packet: Uint8Array): void {
    const destination = addressIn(packet, 'destination');
    const way = this.#wayTo(machine, destination);
    const source = way && (this.#peers.find(destination) ?? chooseSource(machine, way));
    if (way === undefined || source === undefined) {
      this.#device.inject(errorAbout(packet, 'network-unreachable', 0));
      return;
    }
    const limitBytes = limitOf(machine, nowNs, way);
    if (packet.length > limitBytes && !mayBeCut(packet)) {
      this.#device.inject(errorAbout(packet, 'packet-too-big', limitBytes));
      return;
    }
    this.#peers.note(destination, source);
    rewriteAddress(packet, 'source', source);
    finishPacket(machine, nowNs, way, frameOf(machine, packet), false, sink);
  }

  /** From the address that the peer knows, while that leads there. */
  #wayTo(machine: IpMachine, destination: Ip): Destination | undefined {
    const known = this.#peers.find(destination);
    const way = chooseWay(machine, destination, known, undefined);
    if (typeof way !== 'string') return way;
    this.#peers.forget(destination);
    const other = chooseWay(machine, destination, undefined, undefined);
    return typeof other === 'string' ? undefined : other;
  }
}

/** What the node's own stack reaches, and no more. */
function routesOf({ interfaces, routes }: DaemonOrder): Prefix[] {
  const networks = interfaces.flatMap(({ addresses }) => addresses.map(networkOf));
  const all = [...networks, ...routes.map(({ prefix }) => networkOf(prefix))];
  return [...new Map(all.map((prefix) => [formatPrefix(prefix), prefix])).values()];
}

function limitOf(machine: IpMachine, nowNs: number, { kind, iface, address }: Destination): number {
  if (kind === 'local' || iface === undefined) return Number.POSITIVE_INFINITY;
  return pathMtuTo(machine, nowNs, address, iface.mtuBytes);
}

function mayBeCut(packet: Uint8Array): boolean {
  if (packet[0]! >>> 4 === 6) return false;
  return (readU16(packet, ipv4Offset.fragment) & ipv4Fragment.dont) === 0;
}

function frameOf(machine: IpMachine, packet: Uint8Array): Frame {
  const frame = takeFrame(machine.pool, ipAt + packet.length);
  frame.bytes.set(packet, ipAt);
  return frame;
}
