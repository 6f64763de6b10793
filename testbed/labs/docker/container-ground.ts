/** Nodes that are containers: what they stand on, and what is mounted into them. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import type Docker from 'dockerode';
import type { NetworkNamespace } from '../../../src/linux/network-namespace.ts';
import type { PlannedNode } from '../../plan/plan.ts';
import type { RigNode } from '../../plan/rig.ts';
import { type Bundle, bundleIn } from '../bundle/bundle.ts';
import { cacheFolder } from '../cache-folder.ts';
import { giveToCaller } from '../caller.ts';
import type { ContainerName, Ground, GroundParts, NodePaths } from '../ground/ground.ts';
import { codeCacheFolder } from '../processes/code-cache.ts';
import type { NodeSite } from '../processes/node-site.ts';
import { commandFolders, runsCommands } from './command-folders.ts';
import { ContainerNodes } from './container-nodes.ts';
import { containerSite } from './container-site.ts';
import { controlGroups } from './control-groups.ts';
import { ExecDeaths } from './exec-deaths.ts';
import { ensureImage } from './make-image.ts';
import { containerOf, inside, type Mount } from './node-container.ts';

export interface Engine {
  readonly docker: Docker;
  readonly socketPath: string;
  readonly cgroupDriver: string;
  readonly majorVersion: number;
}

/** The same for all labs of one user, as long as nothing of it changes. */
export function bundleHere(): Bundle {
  return bundleIn(join(cacheFolder(process.env), 'bundles'));
}

export class ContainerGround implements Ground {
  readonly #engine: Engine;
  readonly #parts: GroundParts;
  readonly #containers: ContainerNodes;
  readonly #channelFolder: string;
  readonly #passingFolder: string;
  #deaths: ExecDeaths | undefined;
  #names = 0;

  constructor(engine: Engine, parts: GroundParts) {
    const { docker, socketPath } = engine;
    const { ledger } = parts;
    this.#engine = engine;
    this.#parts = parts;
    this.#containers = new ContainerNodes(docker, socketPath, ledger);
    this.#channelFolder = join(ledger.folder, 'channels');
    this.#passingFolder = join(ledger.folder, 'passing');
  }

  raise = async (
    nodes: readonly RigNode[],
    into: Map<string, NetworkNamespace>,
    paths: NodePaths,
  ): Promise<void> => {
    const { docker } = this.#engine;
    const { ledger } = this.#parts;
    const bundle = bundleHere();
    const say = (text: string): void => void process.stderr.write(text);
    const image = await ensureImage({ ...this.#engine, ledger, say });
    this.#deaths = await ExecDeaths.watch(docker, ledger.runId);
    const common = this.#makeFolders(bundle);
    await this.#containers.start(image, nodes, (node) => {
      const hosts = { from: paths.hostsPathOf(node.node), to: '/etc/hosts', isWritable: false };
      return this.#optionsOf(node, image, [...common, hosts]);
    });
    this.#containers.takeNamespaces(nodes, into);
  };

  siteOn(node: string): NodeSite {
    const { docker } = this.#engine;
    const { memoryBytes } = this.#planned(node);
    const standing = this.#containers.on(node);
    return containerSite({
      place: { ...standing, docker, node, memoryBytes, deaths: this.#deaths! },
      runId: this.#parts.ledger.runId,
      channelFolder: this.#channelFolder,
      nextName: () => `${this.#names++}`,
      passingFolder: this.#passingFolder,
    });
  }

  containerOn(node: string): ContainerName {
    const { container, pid } = this.#containers.on(node);
    return { id: container.id, pid, socketPath: this.#engine.socketPath };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#containers[Symbol.asyncDispose]();
    this.#deaths?.[Symbol.dispose]();
  }

  #optionsOf(rigNode: RigNode, image: string, mounts: readonly Mount[]) {
    const { runId } = this.#parts.ledger;
    const { cgroupDriver, majorVersion } = this.#engine;
    const node = this.#planned(rigNode.node);
    const common = { node, name: rigNode.namespace, runId, image, mounts };
    const hasCommands = runsCommands(this.#parts.plan, node.name);
    return containerOf({ ...common, cgroupDriver, majorVersion, runsCommands: hasCommands });
  }

  #planned(node: string): PlannedNode {
    return this.#parts.plan.nodes.find(({ name }) => name === node)!;
  }

  /** What is mounted has to be there before: the engine would make it, and in the wrong name. */
  #makeFolders({ folder }: Bundle): Mount[] {
    const code = codeCacheFolder();
    for (const own of [code, this.#channelFolder, this.#passingFolder]) {
      mkdirSync(own, { recursive: true });
    }
    return [
      { from: folder, to: inside.bundle, isWritable: false },
      { from: code, to: inside.code, isWritable: true },
      { from: this.#channelFolder, to: inside.channels, isWritable: true },
      ...this.#foldersOfCommands(),
    ];
  }

  /** Commands of somebody else's find their files where these are on this machine. */
  #foldersOfCommands(): Mount[] {
    const { plan, outputFolder, scenarioFolder = process.cwd() } = this.#parts;
    if (plan.programs.every(({ foreign }) => foreign === undefined)) return [];
    const own = outputFolder === undefined ? this.#passingFolder : resolve(outputFolder);
    if (mkdirSync(own, { recursive: true }) !== undefined) giveToCaller(own);
    const read = commandFolders(plan, scenarioFolder);
    return [
      { from: own, to: own, isWritable: true },
      ...read.map((folder) => ({ from: folder, to: folder, isWritable: false })),
      ...controlGroups(),
    ];
  }
}
