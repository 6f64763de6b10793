/** What tests of the rig share: a plan of a few words, raised, and what the machine looked like before. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { NetworkNamespace, runInNamespace } from '../../../src/linux/network-namespace.ts';
import type { Plan } from '../../plan/plan.ts';
import { planScenario } from '../../plan/plan-scenario.ts';
import { rigOf } from '../../plan/rig.ts';
import { scenario } from '../../plan/testing-topology.ts';
import type { Engine, LinkModel, NodeModel } from '../../schema/model.ts';
import { Ledger } from '../ledger/ledger.ts';
import { newRunId } from '../ledger/run-id.ts';
import { bareNamespaces } from './raise-namespaces.ts';
import { StandingRig } from './standing-rig.ts';

export function planOf(
  nodes: readonly NodeModel[],
  links: readonly LinkModel[],
  engine: Engine = 'direct',
): Plan {
  return planScenario(scenario({ nodes, links: links.map((link) => ({ ...link, engine })) }));
}

/** A rig whose links are all cables, configured. */
export class TestRig implements AsyncDisposable {
  readonly standing: StandingRig;
  readonly #stack: AsyncDisposableStack;

  private constructor(standing: StandingRig, stack: AsyncDisposableStack) {
    this.standing = standing;
    this.#stack = stack;
  }

  static async raise(plan: Plan): Promise<TestRig> {
    await using stack = new AsyncDisposableStack();
    const runId = newRunId();
    const ledger = stack.use(Ledger.open('netns', runId));
    const standing = stack.use(await StandingRig.raise(rigOf(plan, runId), ledger, bareNamespaces));
    await standing.configure();
    return new TestRig(standing, stack.move());
  }

  /** What a command says on a node. */
  run(
    node: string,
    ...argv: readonly string[]
  ): { readonly status: number; readonly text: string } {
    using namespace = NetworkNamespace.open(this.standing.namespacePathOf(node));
    const { status, stdout, stderr, error } = runInNamespace(namespace, () =>
      spawnSync(argv[0]!, argv.slice(1), { encoding: 'utf8', timeout: 20_000 }),
    );
    if (error) throw error;
    return { status: status ?? -1, text: stdout + stderr };
  }

  /** Resolves when it has printed something: that is how it says that it is ready. */
  async startSpeaking(node: string, ...argv: readonly string[]): Promise<Disposable> {
    using namespace = NetworkNamespace.open(this.standing.namespacePathOf(node));
    const child = runInNamespace(namespace, () =>
      spawn(argv[0]!, argv.slice(1), { stdio: ['ignore', 'pipe', 'ignore'] }),
    );
    await once(child.stdout, 'data');
    return { [Symbol.dispose]: () => void child.kill('SIGKILL') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }
}

/** What others see of this machine, and a run must leave as it was. Its own runs by name, others' not. */
export function tracesOf(runId: string): string[] {
  const folders = ['/run/netns', '/run/ropewalk'].flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder).map((name) => `${folder}/${name}`) : [],
  );
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return [...folders, ...mounts].filter((line) => line.includes(runId));
}
