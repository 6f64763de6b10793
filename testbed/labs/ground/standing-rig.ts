/** A rig that stands on this kernel, until it is disposed of. */
import { existsSync } from 'node:fs';
import { FaultError } from '../../../src/base/errors.ts';
import { type NetworkNamespace, runInNamespace } from '../../../src/linux/network-namespace.ts';
import type { Rig, RigNode } from '../../plan/rig.ts';
import type { HubPort } from '../hub/hub-port.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { pinPath } from '../ledger/namespace-pins.ts';
import { type KernelEntry, takeAway } from '../ledger/take-away.ts';
import { bridgeName, configureNode } from './configure-node.ts';
import type { Ground } from './ground.ts';
import { type Borrowed, borrowInterface, plugIn } from './hardware/borrow.ts';
import { writeHostsFiles } from './hosts-files.ts';
import { layCables } from './lay-cables.ts';
import { StandingCables } from './standing-cables.ts';
import { SysctlWriter } from './sysctl-writer.ts';

export class StandingRig implements AsyncDisposable {
  readonly rig: Rig;
  /** The links that the hub does not carry. */
  readonly cables: StandingCables;
  /** What of this machine leads to foreign ones, and is given back. */
  readonly borrowed: Borrowed[] = [];
  readonly #ledger: Ledger;
  readonly #hosts: ReadonlyMap<string, string>;
  readonly #nodes: ReadonlyMap<string, RigNode>;
  readonly #namespaces = new Map<string, NetworkNamespace>();

  private constructor(rig: Rig, ledger: Ledger) {
    this.rig = rig;
    this.cables = new StandingCables(rig, (node) => this.namespacePathOf(node));
    this.#ledger = ledger;
    this.#nodes = new Map(rig.nodes.map((node) => [node.node, node]));
    this.#hosts = writeHostsFiles(rig, ledger.folder);
  }

  /** Namespaces, cables and hosts files stand afterwards; the hub's devices come next, then `configure`. */
  static async raise(
    rig: Rig,
    ledger: Ledger,
    ground: Pick<Ground, 'raise' | 'laysCables'>,
  ): Promise<StandingRig> {
    refuseTaken(rig);
    const standing = new StandingRig(rig, ledger);
    try {
      ledger.note(...entriesOf(rig));
      await ground.raise(rig.nodes, standing.#namespaces, standing);
      if (!ground.laysCables) layCables(rig, standing.#namespaces);
      standing.#borrow();
      return standing;
    } catch (error) {
      await standing[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The TAP devices that the hub is to open, in the order of the plan. */
  get ports(): readonly HubPort[] {
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

  /** Addresses, routes and rules, on devices that all stand by now. */
  async configure(): Promise<void> {
    using writer = new SysctlWriter();
    for (const node of this.rig.nodes) {
      runInNamespace(this.#namespaces.get(node.node)!, () => configureNode(node, writer));
    }
    for (const one of this.borrowed) plugIn(one, this.#namespaces.get(one.node)!, bridgeName);
  }

  #borrow(): void {
    for (const node of this.rig.nodes.filter(({ hardware }) => hardware !== undefined)) {
      this.borrowed.push(borrowInterface(node, this.#namespaces.get(node.node)!, this.#ledger));
    }
  }

  namespacePathOf(node: string): string {
    return pinPath(this.#nodes.get(node)!.namespace);
  }

  hostsPathOf(node: string): string {
    return this.#hosts.get(node)!;
  }

  /** Whoever is left in the namespaces is killed. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const namespace of this.#namespaces.values()) namespace[Symbol.dispose]();
    this.#namespaces.clear();
    const entries = [...entriesOf(this.rig), ...this.borrowed.map(({ entry }) => entry)];
    takeAway(entries);
    this.#ledger.strike(...entries);
  }
}

function entriesOf(rig: Rig): KernelEntry[] {
  return rig.nodes.map(({ namespace: name }) => ({ kind: 'namespace', name }));
}

/** Before the ledger names it: what stands there already is not ours to take away. */
function refuseTaken({ nodes }: Rig): void {
  const taken = nodes.find(({ namespace }) => existsSync(pinPath(namespace)));
  if (taken === undefined) return;
  throw new FaultError({
    code: 'namespace-taken',
    message: `there is a namespace ${taken.namespace} already, which this run did not make`,
  });
}
