/**
 * What is put into shared memory while a turn runs is told to the kernel in one call at its end; earlier
 * where it is much. With a loop: at the end of the step that is under way, because a loop that lingers leaves
 * Node's own microtasks waiting.
 */
import type { KernelLoop } from './kernel-loop.ts';

export class TurnFlush {
  readonly #most: number;
  readonly #tellKernel: () => void;
  readonly #loop: Pick<KernelLoop, 'isInStep' | 'atStepEnd'> | undefined;
  #waiting = 0;
  #isDue = false;

  constructor(
    most: number,
    tellKernel: () => void,
    loop?: Pick<KernelLoop, 'isInStep' | 'atStepEnd'>,
  ) {
    this.#most = most;
    this.#tellKernel = tellKernel;
    this.#loop = loop;
  }

  /** One more was put there. */
  add(): void {
    this.#waiting += 1;
    if (this.#waiting >= this.#most) this.now();
    else if (!this.#isDue) this.#putOff();
  }

  now(): void {
    if (this.#waiting === 0) return;
    this.#waiting = 0;
    this.#tellKernel();
  }

  #putOff(): void {
    this.#isDue = true;
    if (this.#loop?.isInStep === true) this.#loop.atStepEnd(this.#atTurnEnd);
    else queueMicrotask(this.#atTurnEnd);
  }

  readonly #atTurnEnd = (): void => {
    this.#isDue = false;
    this.now();
  };
}
