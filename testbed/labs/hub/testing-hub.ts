/** For tests and benches: a topology whose nodes are namespaces of this process, carried by a hub. */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { type Endpoint, type Ip, isIpv4 } from '../../../src/base/address.ts';
import { closeDescriptor, waitReadable } from '../../../src/linux/descriptor.ts';
import { changeLink, listLinks, removeLink } from '../../../src/linux/link.ts';
import { addAddress } from '../../../src/linux/link-address.ts';
import { MessageBatch } from '../../../src/linux/message-batch.ts';
import { NetworkNamespace, runInNamespace } from '../../../src/linux/network-namespace.ts';
import { addRoute } from '../../../src/linux/route.ts';
import { RouteSocket } from '../../../src/linux/route-socket.ts';
import { bindSocket, openSocket } from '../../../src/linux/socket.ts';
import { addressFamily } from '../../../src/linux/socket-address.ts';
import { SystemCallError } from '../../../src/linux/system-call.ts';
import { readMonotonic } from '../../../src/runtime/run-clock.ts';
import type { TraceRecord } from '../../../src/trace/record.ts';
import type { Plan, PlannedNode } from '../../plan/plan.ts';
import { planScenario } from '../../plan/plan-scenario.ts';
import { scenario } from '../../plan/testing-topology.ts';
import type { Topology } from '../../schema/model.ts';
import { Hub } from './hub.ts';
import type { HubPort } from './hub-port.ts';

const patienceMs = 10_000;

export class HubRig implements AsyncDisposable {
  readonly plan: Plan;
  readonly hub: Hub;
  readonly records: TraceRecord[];
  ports: readonly HubPort[] = [];
  readonly #namespaces: ReadonlyMap<string, NetworkNamespace>;

  private constructor(
    plan: Plan,
    hub: Hub,
    records: TraceRecord[],
    namespaces: ReadonlyMap<string, NetworkNamespace>,
  ) {
    this.plan = plan;
    this.hub = hub;
    this.records = records;
    this.#namespaces = namespaces;
  }

  static async raise(topology: Topology, seed = 1): Promise<HubRig> {
    const plan = planScenario(scenario(topology, { seed }));
    const records: TraceRecord[] = [];
    const hub = await Hub.start({
      start: readMonotonic(),
      onRecord: (record) => records.push(record),
    });
    const standing = plan.nodes.filter((node) => node.kind !== 'switch' && node.kind !== 'nat');
    const namespaces = new Map(standing.map(({ name }) => [name, NetworkNamespace.create()]));
    const rig = new HubRig(plan, hub, records, namespaces);
    rig.ports = standing.flatMap((node) => rig.#portsOf(node));
    const { nodes, links } = plan;
    await hub.open({ seed: plan.seed, nodes, links, ports: rig.ports });
    for (const node of standing) rig.#configure(node);
    return rig;
  }

  namespaceOf(node: string): NetworkNamespace {
    return this.#namespaces.get(node)!;
  }

  pathOf(node: string): string {
    return `/proc/${process.pid}/fd/${this.namespaceOf(node).fd}`;
  }

  addressOf(node: string, link?: string): Ip {
    const interfaces = this.plan.nodes.find(({ name }) => name === node)!.interfaces;
    const one = link === undefined ? interfaces[0]! : interfaces.find((its) => its.link === link)!;
    return one.addresses.map(({ address }) => address).find(isIpv4)!;
  }

  open(node: string, port: number): TestSocket {
    return new TestSocket(this.namespaceOf(node), port);
  }

  linkState(node: string, device: string) {
    using socket = runInNamespace(this.namespaceOf(node), () => new RouteSocket());
    return listLinks(socket).find(({ name }) => name === device);
  }

  setUp(node: string, device: string, up: boolean): void {
    using socket = runInNamespace(this.namespaceOf(node), () => new RouteSocket());
    socket.apply([changeLink(device, { up })]);
  }

  removeDevice(node: string, device: string): void {
    using socket = runInNamespace(this.namespaceOf(node), () => new RouteSocket());
    socket.apply([removeLink(device)]);
  }

  recordsOf(kind: string): TraceRecord[] {
    return this.records.filter((record) => record.kind === kind);
  }

  /** Asks again whenever this process has been told something, or a moment later. */
  async until(condition: () => boolean): Promise<void> {
    const endNs = process.hrtime.bigint() + BigInt(patienceMs) * 1_000_000n;
    while (!condition()) {
      if (process.hrtime.bigint() > endNs) throw new Error('what was waited for did not happen');
      await setTimeout(1);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hub[Symbol.asyncDispose]();
    for (const namespace of this.#namespaces.values()) namespace[Symbol.dispose]();
  }

  #portsOf(node: PlannedNode): HubPort[] {
    return node.interfaces.map((one) => ({
      node: node.name,
      interface: one.name,
      namespacePath: this.pathOf(node.name),
      device: one.name,
      mac: one.mac,
      mtuBytes: one.mtuBytes,
    }));
  }

  /** IPv4 alone: a kernel that speaks IPv6 says things of its own accord, and chance counts frames. */
  #configure(node: PlannedNode): void {
    runInNamespace(this.namespaceOf(node.name), () => {
      writeFileSync('/proc/sys/net/ipv6/conf/all/disable_ipv6', '1');
    });
    using socket = runInNamespace(this.namespaceOf(node.name), () => new RouteSocket());
    socket.apply(node.interfaces.map(({ name }) => changeLink(name, { up: true })));
    const indices = new Map(listLinks(socket).map(({ name, index }) => [name, index]));
    const addresses = node.interfaces.flatMap(({ name, addresses: its }) =>
      its
        .filter(({ address }) => isIpv4(address))
        .map((prefix) => addAddress(indices.get(name)!, prefix)),
    );
    const ours = node.routes.filter(({ prefix }) => isIpv4(prefix.address));
    const routes = ours.map(({ prefix, interface: name, gateway, metric }) =>
      addRoute({
        destination: prefix,
        linkIndex: indices.get(name)!,
        metric,
        ...(gateway !== undefined && { gateway }),
      }),
    );
    socket.apply([...addresses, ...routes]);
  }
}

/** A UDP socket on a node, whose waits block this thread: the hub is another process. */
export class TestSocket implements Disposable {
  readonly fd: number;
  readonly #batch = new MessageBatch(1, 65_536);

  constructor(namespace: NetworkNamespace, port: number) {
    this.fd = runInNamespace(namespace, () => openSocket(addressFamily.ipv4, 'datagram'));
    bindSocket(this.fd, { address: 0 as Ip, port });
  }

  /** What this kernel does not even send is no loss of the hub's. */
  send(payload: Uint8Array, to: Endpoint): void {
    this.#batch.put(0, payload, to);
    const sent = this.#batch.sendFirst(this.fd);
    if (sent < 0) throw new SystemCallError('sendmsg', -sent, '');
  }

  /** Undefined: none came in time. */
  receive(timeoutMs = patienceMs): { from: Endpoint; payload: Uint8Array } | undefined {
    if (!waitReadable(this.fd, timeoutMs)) return undefined;
    if (this.#batch.receive(this.fd) <= 0) return undefined;
    return { from: this.#batch.peer(0)!, payload: this.#batch.payload(0).slice() };
  }

  [Symbol.dispose](): void {
    closeDescriptor(this.fd);
  }
}
