import { writeFileSync } from 'node:fs';
import { parseIp } from '../base/address.ts';
import { parsePrefix } from '../base/prefix.ts';
import { hostConformance } from '../host/host.conformance.ts';
import type { HostPair, PairedNode } from '../host/pair.conformance.ts';
import { changeLink } from '../linux/link.ts';
import { addAddress } from '../linux/link-address.ts';
import { NetworkNamespace, runInNamespace } from '../linux/network-namespace.ts';
import { addRoute } from '../linux/route.ts';
import { routeGroup } from '../linux/route-socket.ts';
import { declareLack, lackHere, linkOf, waitFor } from '../linux/testing-lab.ts';
import { isUnreadable, parseRecord } from '../trace/ndjson.ts';
import type { TraceRecord } from '../trace/record.ts';
import { tunnelConformance } from '../tunnel/tunnel.conformance.ts';
import { KernelLoop } from './kernel-loop.ts';
import { RealHost } from './real-host.ts';
import { driveLoopUntil, layMiddle, setMiddleCarrier, socketIn } from './testing-middle.ts';

/** Two nodes whose kernels own their addresses, and their hosts. */
class RealPair implements HostPair {
  readonly left: PairedNode;
  readonly right: PairedNode;
  readonly beyond: HostPair['beyond'] = { ipv4: ipOf('198.51.100.9'), ipv6: ipOf('2001:db8:2::9') };
  readonly records: TraceRecord[] = [];
  readonly #loop = new KernelLoop();
  readonly #namespaces = [0, 1, 2].map(createNamespace);
  readonly #hosts: RealHost[] = [];

  constructor() {
    this.#lay();
    const [, left, right] = this.#namespaces;
    this.left = this.#pairedNode('left', left!, '192.0.2.1', '2001:db8:1::1');
    this.right = this.#pairedNode('right', right!, '192.0.2.2', '2001:db8:1::2');
  }

  async driveUntil(condition: () => boolean, limitNs: number): Promise<boolean> {
    return driveLoopUntil(this.#loop, condition, limitNs);
  }

  setCarrier(up: boolean): void {
    setMiddleCarrier(this.#namespaces, up);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const host of this.#hosts) host[Symbol.dispose]();
    await this.#loop[Symbol.asyncDispose]();
    for (const namespace of this.#namespaces) namespace[Symbol.dispose]();
  }

  #pairedNode(node: string, namespace: NetworkNamespace, ipv4: string, ipv6: string): PairedNode {
    const program = { id: 'conformance', traffic: 'conformance' };
    const write = (line: string) => this.#keepRecord(line);
    const host = new RealHost({ loop: this.#loop, node, seed: 1, program, namespace, write });
    this.#hosts.push(host);
    return { host, interface: 'cable', ipv4: ipOf(ipv4), ipv6: ipOf(ipv6) };
  }

  #keepRecord(line: string): void {
    const record = parseRecord(line);
    if (!isUnreadable(record)) this.records.push(record);
  }

  #lay(): void {
    layMiddle(this.#namespaces);
    this.#raise(1, 'cable', '192.0.2.1/24', '2001:db8:1::1/64');
    this.#raise(2, 'cable', '192.0.2.2/24', '2001:db8:1::2/64');
    this.#raise(2, 'narrow', '198.51.100.2/24', '2001:db8:2::2/64');
    this.#addDefaultRoutes();
  }

  #raise(index: number, name: string, ...addresses: readonly string[]): void {
    using events = socketIn(this.#namespaces, index, routeGroup.links);
    using socket = socketIn(this.#namespaces, index);
    const link = linkOf(socket, name)!.index;
    socket.apply([
      ...addresses.map((text) => addAddress(link, parsePrefix(text)!)),
      changeLink(link, { up: true }),
      changeLink('lo', { up: true }),
    ]);
    waitFor(events, () => linkOf(socket, name)!.isRunning);
  }

  #addDefaultRoutes(): void {
    using left = socketIn(this.#namespaces, 1);
    const linkIndex = linkOf(left, 'cable')!.index;
    const routes = [
      ['0.0.0.0/0', '192.0.2.2'],
      ['::/0', '2001:db8:1::2'],
    ] as const;
    left.apply(
      routes.map(([destination, gateway]) =>
        addRoute({ destination: parsePrefix(destination)!, gateway: ipOf(gateway), linkIndex }),
      ),
    );
  }
}

/** The third passes packets on. No address comes into being there that nobody asked for. */
function createNamespace(index: number): NetworkNamespace {
  const namespace = NetworkNamespace.create();
  const settings = { 'ipv6/conf/default/addr_gen_mode': 1, 'ipv6/conf/default/accept_dad': 0 };
  const forwarding = { 'ipv4/ip_forward': 1, 'ipv6/conf/all/forwarding': 1 };
  runInNamespace(namespace, () => {
    for (const [name, value] of Object.entries(
      index === 2 ? { ...settings, ...forwarding } : settings,
    )) {
      writeFileSync(`/proc/sys/net/${name}`, String(value));
    }
  });
  return namespace;
}

function ipOf<T>(text: string): T {
  return parseIp(text) as T;
}

const lack = lackHere();
if (lack === undefined) {
  hostConformance({ name: 'the real host', build: async () => new RealPair() });
  tunnelConformance({ name: 'real', build: async () => new RealPair(), transport: 'tcp' });
} else declareLack(lack);
