/** A lab on this kernel, but for its end: what the last sample ran on stays until the next begins, or is adopted. */
import type { Plan } from '../../plan/plan.ts';
import type { LiveKernelLab } from '../ground/live-kernel-lab.ts';
import type { Lab, LabOptions, LiveLab } from '../lab.ts';
import { KeptLab } from './kept-lab.ts';
import type { RaiseKept } from './raise-kept.ts';

interface Standing {
  readonly live: LiveKernelLab;
  readonly plan: Plan;
}

export class KeepingLab implements Lab, AsyncDisposable {
  readonly name: Lab['name'];
  readonly lacks: Lab['lacks'];
  readonly doubt: NonNullable<Lab['doubt']>;
  #last: Standing | undefined;

  readonly #raise: RaiseKept;

  /** `lab`: who knows what such a lab lacks, and whether to believe it. */
  constructor(lab: Lab, raise: RaiseKept) {
    this.name = lab.name;
    this.#raise = raise;
    this.lacks = (plan) => lab.lacks(plan);
    this.doubt = async (plan) => lab.doubt?.(plan);
  }

  async up(plan: Plan, options: LabOptions): Promise<LiveLab> {
    await this.#release();
    const live = await this.#raise(plan, options);
    this.#last = { live, plan };
    return withoutEnd(live);
  }

  /** Undefined: no sample has run. */
  adopt(name: string, file: string): KeptLab | undefined {
    if (this.#last === undefined) return undefined;
    const { live, plan } = this.#last;
    const kept = KeptLab.adopt(live, plan, name, file);
    this.#last = undefined;
    return kept;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#release();
  }

  async #release(): Promise<void> {
    const last = this.#last;
    this.#last = undefined;
    await last?.live[Symbol.asyncDispose]();
  }
}

function withoutEnd(live: LiveKernelLab): LiveLab {
  return {
    nowNs: () => live.nowNs(),
    start: (program) => live.start(program),
    at: (timeNs, action) => live.at(timeNs, action),
    apply: (change) => live.apply(change),
    inverseOf: (change) => live.inverseOf(change),
    drive: (limitNs, signal) => live.drive(limitNs, signal),
    halt: () => live.halt(),
    settle: () => live.settle(),
    [Symbol.asyncDispose]: async () => {},
  };
}
