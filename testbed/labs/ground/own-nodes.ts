/** Nodes whose interfaces belong to a stack of our own, and what their daemons are told. */
import type { DaemonOrder, OwnInterface } from '../../../src/runtime/interface-daemon/order.ts';
import type { MonotonicTime } from '../../../src/runtime/run-clock.ts';
import type { TraceRecord } from '../../../src/trace/record.ts';
import { applicationAddresses, applicationDevice } from '../../plan/applications.ts';
import type { Plan, PlannedNode } from '../../plan/plan.ts';
import type { Rig, RigNode } from '../../plan/rig.ts';
import { InterfaceDaemonProcess } from '../processes/interface-daemon-process.ts';
import type { NodeSite } from '../processes/node-site.ts';

/** A node has one stack: all of its interfaces have it. */
export function isOwnNode({ interfaces }: PlannedNode): boolean {
  return interfaces.some(({ stack }) => stack === 'own');
}

function daemonOrderOf(
  node: PlannedNode,
  rigNode: RigNode,
  { seed }: Pick<Plan, 'seed'>,
  start: MonotonicTime,
): DaemonOrder {
  return {
    ...{ node: node.name, seed, start, forwards: node.forwards },
    interfaces: node.interfaces.map((one) => interfaceOf(one, rigNode)),
    routes: node.routes,
    applications: { device: applicationDevice, addresses: applicationAddresses },
  };
}

function interfaceOf(
  { name, mac, mtuBytes, addresses }: PlannedNode['interfaces'][number],
  { devices }: RigNode,
): OwnInterface {
  const { device } = devices.find((one) => one.interface === name)!;
  return { name, device, mac, mtuBytes, addresses };
}

export interface InterfaceDaemonsParts {
  readonly plan: Plan;
  readonly start: MonotonicTime;
  readonly rig: Rig;
  readonly siteOn: (node: string) => NodeSite;
  readonly onRecord: (record: TraceRecord) => void;
  readonly onFailure: (error: Error) => void;
}

/** One for each node of a stack of our own. */
export class InterfaceDaemons implements AsyncDisposable {
  readonly #daemons: readonly InterfaceDaemonProcess[];

  constructor({ plan, start, rig, siteOn, onRecord, onFailure }: InterfaceDaemonsParts) {
    this.#daemons = plan.nodes.filter(isOwnNode).flatMap((node) => {
      const rigNode = rig.nodes.find((one) => one.node === node.name);
      if (rigNode === undefined) return [];
      return new InterfaceDaemonProcess({
        ...{ onRecord, onFailure, site: siteOn(node.name), outputPath: undefined },
        order: daemonOrderOf(node, rigNode, plan, start),
      });
    });
  }

  /** Once all devices stand and have their carriers. Resolves when all addresses answer. */
  async begin(): Promise<void> {
    await Promise.all(this.#daemons.map((daemon) => daemon.begin()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#daemons.map((daemon) => daemon[Symbol.asyncDispose]()));
  }
}
