/** What became of a kept lab's programs, from what they record. */
import { InputError } from '../../../src/base/errors.ts';
import type { TraceRecord } from '../../../src/trace/record.ts';
import type { PlannedProgram } from '../../plan/plan.ts';
import type { ProgramReport } from './messages.ts';

export class KeptPrograms {
  readonly #programs: readonly PlannedProgram[];
  readonly #states = new Map<string, string>();
  #onChange: () => void = () => {};

  constructor(programs: readonly PlannedProgram[]) {
    this.#programs = programs;
  }

  note(record: TraceRecord): void {
    const state = stateAfter(record);
    if (state === undefined) return;
    this.#states.set(String(record['id']), state);
    this.#onChange();
  }

  /** Throws where one failed, or is not ready in time. */
  async untilReady(limitMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const isDecided = (): boolean => this.#waiting().length === 0 || this.#failed() !== undefined;
    this.#onChange = () => {
      if (isDecided()) resolve();
    };
    const timer = setTimeout(resolve, limitMs);
    this.#onChange();
    await promise;
    clearTimeout(timer);
    this.#onChange = () => {};
    this.#refuse(limitMs);
  }

  report(): ProgramReport[] {
    return this.#programs.map(({ id, node, run }) => ({
      ...{ id, node, run: typeof run === 'string' ? run : run.join(' ') },
      state: this.#states.get(id) ?? 'starting',
    }));
  }

  #waiting(): readonly PlannedProgram[] {
    return this.#programs.filter(({ id }) => !this.#states.has(id));
  }

  #failed(): ProgramReport | undefined {
    return this.report().find(({ state }) => state.startsWith(failed));
  }

  #refuse(limitMs: number): void {
    const broken = this.#failed();
    const [late] = this.#waiting();
    if (broken === undefined && late === undefined) return;
    const { id, node } = broken ?? late!;
    throw new InputError({
      code: 'program-not-ready',
      message: `${id} on ${node} ${broken?.state ?? `was not ready within ${limitMs / 1_000} s`}`,
      hint: 'raise the nodes and links alone: --no-programs; then start it by hand: ropewalk exec',
    });
  }
}

const failed = 'failed: ';

function stateAfter({ kind, reason, id }: TraceRecord): string | undefined {
  if (id === undefined) return undefined;
  switch (kind) {
    case 'program.ready':
      return 'ready';
    case 'program.finished':
      return 'finished';
    case 'program.failed':
    case 'program.unsupported':
      return failed + String(reason);
    case 'program.stopped':
      return 'stopped';
    default:
      return undefined;
  }
}
