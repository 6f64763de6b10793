/**
 * What is put into shared memory while a turn runs is told to the kernel in one call at its end; earlier
 * where it is much.
 */
export class TurnFlush {
  readonly #most: number;
  readonly #tellKernel: () => void;
  #waiting = 0;
  #isDue = false;

  constructor(most: number, tellKernel: () => void) {
    this.#most = most;
    this.#tellKernel = tellKernel;
  }

  /** One more was put there. */
  add(): void {
    this.#waiting += 1;
    if (this.#waiting >= this.#most) this.now();
    else if (!this.#isDue) {
      this.#isDue = true;
      queueMicrotask(this.#atTurnEnd);
    }
  }

  now(): void {
    if (this.#waiting === 0) return;
    this.#waiting = 0;
    this.#tellKernel();
  }

  readonly #atTurnEnd = (): void => {
    this.#isDue = false;
    this.now();
  };
}
