/** A rig that stands on this kernel, until it is disposed of. */
import type { Mac } from '../../../src/base/mac.ts';
import type { Rig } from '../../plan/rig.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** A TAP device that the hub has to open before `configure`. */
export interface RigPort {
  readonly node: string;
  readonly interface: string;
  readonly namespacePath: string;
  readonly device: string;
  readonly mac: Mac;
  readonly mtuBytes: number;
}

export class StandingRig implements AsyncDisposable {
  readonly rig: Rig;
  readonly #ledger: Ledger;

  private constructor(rig: Rig, ledger: Ledger) {
    this.rig = rig;
    this.#ledger = ledger;
  }

  /** Namespaces, cables and hosts files stand afterwards; the hub's devices come next, then `configure`. */
  static async raise(rig: Rig, ledger: Ledger): Promise<StandingRig> {
    return new StandingRig(rig, ledger);
  }

  /** What the hub is to open, in the order of the plan. */
  get ports(): readonly RigPort[] {
    return this.rig.nodes.flatMap(({ node, devices }) =>
      devices
        .filter(({ kind }) => kind === 'tap')
        .map(({ interface: name, device, mac, mtuBytes }) => ({
          node,
          interface: name,
          namespacePath: this.namespacePathOf(node),
          device,
          mac,
          mtuBytes,
        })),
    );
  }

  /** Addresses, routes, neighbours and rules, on devices that all stand by now. */
  async configure(): Promise<void> {}

  namespacePathOf(node: string): string {
    return `/run/netns/${this.rig.nodes.find((one) => one.node === node)!.namespace}`;
  }

  hostsPathOf(node: string): string {
    return `${this.#ledger.folder}/hosts-${this.rig.nodes.findIndex((one) => one.node === node)}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
