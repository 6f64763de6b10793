/** Containers of a rig's nodes: made side by side, their namespaces taken in, and removed again. */
import { existsSync, readFileSync } from 'node:fs';
import type Docker from 'dockerode';
import { FaultError, UnsupportedError } from '../../../src/base/errors.ts';
import { NetworkNamespace, runInNamespace } from '../../../src/linux/network-namespace.ts';
import type { RigNode } from '../../plan/rig.ts';
import { SysctlWriter } from '../ground/sysctl-writer.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { EngineEntry } from '../ledger/ledger-entry.ts';
import { pinNamespace } from '../ledger/namespace-pins.ts';
import { forEachAtOnce } from './at-once.ts';
import { removeContainer } from './remove-from-engines.ts';

/** Engines switch it off in what they give no network of theirs. */
const ipv6Again = ['all', 'default', 'lo'].map((name) => ({
  path: `net/ipv6/conf/${name}/disable_ipv6`,
  value: '0',
}));
const hasIpv6 = existsSync('/proc/sys/net/ipv6');

/** The engine does not get faster by more. */
const madeAtOnce = 16;

export interface StandingContainer {
  readonly container: Docker.Container;
  /** Of its first process, on this machine. */
  readonly pid: number;
}

export class ContainerNodes implements AsyncDisposable {
  readonly #docker: Docker;
  readonly #socketPath: string;
  readonly #ledger: Ledger;
  readonly #entries = new Map<string, EngineEntry>();
  readonly #made = new Map<string, Docker.Container>();
  readonly #standing = new Map<string, StandingContainer>();

  constructor(docker: Docker, socketPath: string, ledger: Ledger) {
    this.#docker = docker;
    this.#socketPath = socketPath;
    this.#ledger = ledger;
  }

  on(node: string): StandingContainer {
    return this.#standing.get(node)!;
  }

  /** Nothing of another run is touched, whatever its name. */
  async start(
    image: string,
    nodes: readonly RigNode[],
    optionsOf: (node: RigNode) => Docker.ContainerCreateOptions,
  ): Promise<void> {
    const { runId } = this.#ledger;
    const socketPath = this.#socketPath;
    for (const { namespace: name } of nodes) {
      this.#entries.set(name, { kind: 'container', name, runId, image, socketPath });
    }
    this.#ledger.note(...this.#entries.values());
    await forEachAtOnce(madeAtOnce, nodes, (node) => this.#startOne(node, optionsOf(node)));
  }

  /** They are the containers' own; pinned like any other, they have names for whoever works in them. */
  takeNamespaces(nodes: readonly RigNode[], into: Map<string, NetworkNamespace>): void {
    using writer = new SysctlWriter();
    for (const { node, namespace: name, sysctls } of nodes) {
      const namespace = NetworkNamespace.open(`/proc/${this.on(node).pid}/ns/net`);
      into.set(node, namespace);
      pinNamespace(namespace, name);
      runInNamespace(namespace, () => {
        if (hasIpv6) writer.write(ipv6Again);
        writer.write(sysctls);
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await forEachAtOnce(madeAtOnce, [...this.#made.values()], removeContainer);
    this.#made.clear();
    this.#ledger.strike(...this.#entries.values());
    this.#entries.clear();
  }

  async #startOne(
    { node, namespace: name }: RigNode,
    options: Docker.ContainerCreateOptions,
  ): Promise<void> {
    const container = await this.#create(node, options);
    this.#made.set(name, container);
    await container.start().catch((error: Error) => {
      throw notStarted(node, error);
    });
    const { State: state } = await container.inspect();
    refuseElsewhere(node, state.Pid, container.id);
    this.#standing.set(node, { container, pid: state.Pid });
  }

  async #create(node: string, options: Docker.ContainerCreateOptions): Promise<Docker.Container> {
    try {
      return await this.#docker.createContainer(options);
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode !== 409) {
        throw notStarted(node, error as Error);
      }
      throw new FaultError({
        code: 'container-taken',
        message: `there is a container ${options.name} already, which this run did not make`,
        cause: error,
      });
    }
  }
}

/** Its words are the most that can be said: a kernel or an engine that lacks something has its own for it. */
function notStarted(node: string, cause: Error): UnsupportedError {
  return new UnsupportedError({
    code: 'container-not-started',
    message: `the engine does not start the container of ${node}: ${cause.message}`,
    hint: 'see whether it starts any: docker run --rm --network none IMAGE true',
    cause,
  });
}

/** An engine in a virtual machine has numbers of its own for its processes. */
function refuseElsewhere(node: string, pid: number, containerId: string): void {
  if (cgroupsOf(pid).includes(containerId)) return;
  throw new UnsupportedError({
    code: 'engine-elsewhere',
    message: `the container of ${node} is not a process of this machine: the engine runs on another, or in a virtual machine`,
    hint: 'start one here: sudo make docker-engine',
  });
}

/** cgroups(7): the engine names a container's by its id. */
function cgroupsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8');
  } catch {
    return '';
  }
}
