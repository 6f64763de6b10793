/** The programs of a run: started ahead, begun when they are due, ended and begun anew with their nodes. */
import type { PlannedProgram } from '../../plan/plan.ts';
import type { StartedProgram } from './started-program.ts';

export type LaunchProgram = (planned: PlannedProgram) => StartedProgram;

/** Each start of a process keeps a core busy for a while. */
const launchedAtOnce = 8;

interface Entry {
  program: StartedProgram;
  hasBegun: boolean;
  /** It was going, or due, when its node went down. */
  isOwed: boolean;
}

export class ProgramRoster implements AsyncDisposable {
  readonly #launch: LaunchProgram;
  /** In the plan's order. */
  readonly #entries = new Map<string, Entry>();
  readonly #downNodes = new Set<string>();
  readonly #endings: Promise<void>[] = [];

  constructor(launch: LaunchProgram) {
    this.#launch = launch;
  }

  /** Resolves when each could begin at once. */
  async prepare(programs: readonly PlannedProgram[]): Promise<void> {
    for (let at = 0; at < programs.length; at += launchedAtOnce) {
      const batch = programs.slice(at, at + launchedAtOnce).map((planned) => this.#enter(planned));
      await Promise.all(batch.map(({ program }) => program.prepared));
    }
  }

  /** What is due on a node that is down waits for its boot. */
  start(planned: PlannedProgram): void {
    const entry = this.#entries.get(planned.id) ?? this.#enter(planned);
    if (this.#downNodes.has(planned.node)) this.#endWithNode(entry);
    else begin(entry);
  }

  /** Resolves when none of them is left. */
  async crash(node: string): Promise<void> {
    this.#downNodes.add(node);
    for (const entry of this.#on(node)) if (entry.hasBegun) this.#endWithNode(entry);
    await Promise.all(this.#endings);
  }

  /** All that died with the node, with an empty memory; what was done before stays done. */
  restart(node: string): void {
    this.#downNodes.delete(node);
    for (const entry of this.#on(node)) if (entry.isOwed) begin(entry);
  }

  async stop(): Promise<void> {
    const programs = [...this.#entries.values()].map(({ program }) => program);
    await Promise.all([...programs.map((program) => program.stop()), ...this.#endings]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #on(node: string): Entry[] {
    return [...this.#entries.values()].filter(({ program }) => program.planned.node === node);
  }

  #enter(planned: PlannedProgram): Entry {
    const entry = { program: this.#launch(planned), hasBegun: false, isOwed: false };
    this.#entries.set(planned.id, entry);
    return entry;
  }

  /** The next one is prepared at once, so that the node boots without waiting for it. */
  #endWithNode(entry: Entry): void {
    const { program } = entry;
    this.#endings.push(program.kill());
    entry.isOwed ||= program.diedWithNode;
    entry.hasBegun = false;
    if (program.diedWithNode) entry.program = this.#launch(program.planned);
  }
}

function begin(entry: Entry): void {
  entry.hasBegun = true;
  entry.isOwed = false;
  entry.program.begin();
}
