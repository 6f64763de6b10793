import { type Ip, parseIp } from '../../base/address.ts';
import { parsePrefix } from '../../base/prefix.ts';
import { hostConformance } from '../../host/host.conformance.ts';
import type { HostPair, PairedNode } from '../../host/pair.conformance.ts';
import { changeLink } from '../../linux/link.ts';
import { NetworkNamespace } from '../../linux/network-namespace.ts';
import { routeGroup } from '../../linux/route-socket.ts';
import { declareLack, lackHere, linkOf, waitFor } from '../../linux/testing-lab.ts';
import { isUnreadable, parseRecord } from '../../trace/ndjson.ts';
import type { TraceRecord } from '../../trace/record.ts';
import { tunnelConformance } from '../../tunnel/tunnel.conformance.ts';
import type { DaemonOrder, OwnInterface, OwnRoute } from '../interface-daemon/order.ts';
import { KernelLoop } from '../kernel-loop.ts';
import { driveLoopUntil, layMiddle, setMiddleCarrier, socketIn } from '../testing-middle.ts';
import { OwnHost } from './own-host.ts';
import { startTestDaemon, type TestDaemon } from './testing-daemons.ts';

/** Two nodes of which no kernel has an address anywhere. */
class OwnPair implements HostPair {
  readonly beyond: HostPair['beyond'] = { ipv4: ipOf('198.51.100.9'), ipv6: ipOf('2001:db8:2::9') };
  readonly records: TraceRecord[] = [];
  readonly #loop = new KernelLoop();
  readonly #namespaces = [0, 1, 2].map(() => NetworkNamespace.create());
  readonly #daemons: TestDaemon[] = [];
  readonly #hosts: OwnHost[] = [];
  #left: PairedNode | undefined;
  #right: PairedNode | undefined;

  static async build(): Promise<OwnPair> {
    const pair = new OwnPair();
    layMiddle(pair.#namespaces);
    const defaultRoutes = [
      { ...routeTo('0.0.0.0/0', '192.0.2.2'), interface: 'cable' },
      { ...routeTo('::/0', '2001:db8:1::2'), interface: 'cable' },
    ];
    const left = [pair.#interface(1, 'cable', '192.0.2.1/24', '2001:db8:1::1/64')];
    const right = [
      pair.#interface(2, 'cable', '192.0.2.2/24', '2001:db8:1::2/64'),
      pair.#interface(2, 'narrow', '198.51.100.2/24', '2001:db8:2::2/64'),
    ];
    await pair.#startDaemon(1, 'left', false, left, defaultRoutes);
    await pair.#startDaemon(2, 'right', true, right, []);
    pair.#left = pair.#pairedNode('left', 1, '192.0.2.1', '2001:db8:1::1');
    pair.#right = pair.#pairedNode('right', 2, '192.0.2.2', '2001:db8:1::2');
    return pair;
  }

  get left(): PairedNode {
    return this.#left!;
  }

  get right(): PairedNode {
    return this.#right!;
  }

  async driveUntil(condition: () => boolean, limitNs: number): Promise<boolean> {
    return driveLoopUntil(this.#loop, condition, limitNs);
  }

  setCarrier(up: boolean): void {
    setMiddleCarrier(this.#namespaces, up);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const host of this.#hosts) host[Symbol.dispose]();
    for (const daemon of this.#daemons) await daemon[Symbol.asyncDispose]();
    await this.#loop[Symbol.asyncDispose]();
    for (const namespace of this.#namespaces) namespace[Symbol.dispose]();
  }

  #pairedNode(node: string, index: number, ipv4: string, ipv6: string): PairedNode {
    const program = { id: 'conformance', traffic: 'conformance' };
    const namespace = this.#namespaces[index]!;
    const write = (line: string) => this.#keepRecord(line);
    const host = new OwnHost({ loop: this.#loop, node, seed: 1, program, namespace, write });
    this.#hosts.push(host);
    return { host, interface: 'cable', ipv4: ipOf(ipv4), ipv6: ipOf(ipv6) };
  }

  async #startDaemon(
    index: number,
    node: string,
    forwards: boolean,
    interfaces: readonly OwnInterface[],
    routes: readonly OwnRoute[],
  ): Promise<void> {
    const order: DaemonOrder = {
      ...{ node, seed: 1, start: this.#loop.start, forwards, interfaces, routes },
    };
    this.#daemons.push(await startTestDaemon(this.#namespaces[index]!, order));
  }

  #interface(index: number, name: string, ...addresses: readonly string[]): OwnInterface {
    using socket = socketIn(this.#namespaces, index);
    using events = socketIn(this.#namespaces, index, routeGroup.links);
    socket.apply([changeLink(name, { up: true })]);
    waitFor(events, () => linkOf(socket, name)!.isRunning);
    const { mac, mtuBytes } = linkOf(socket, name)!;
    const prefixes = addresses.map((text) => parsePrefix(text)!);
    return { name, device: name, mac, mtuBytes, addresses: prefixes };
  }

  #keepRecord(line: string): void {
    const record = parseRecord(line);
    if (!isUnreadable(record)) this.records.push(record);
  }
}

function routeTo(destination: string, gateway: string): Omit<OwnRoute, 'interface'> {
  return { prefix: parsePrefix(destination)!, gateway: ipOf<Ip>(gateway), metric: 0 };
}

function ipOf<T>(text: string): T {
  return parseIp(text) as T;
}

const lack = lackHere();
if (lack === undefined) {
  hostConformance({ name: 'the host of a stack of our own', build: () => OwnPair.build() });
  tunnelConformance({
    name: 'on a stack of our own',
    build: () => OwnPair.build(),
    transport: 'tcp',
  });
  tunnelConformance({
    name: 'on a stack of our own',
    build: () => OwnPair.build(),
    transport: 'mptcp',
  });
} else declareLack(lack);
