/** What is asked again and again for a while after anything came, instead of waiting to be woken. */

/** Takes in what has come without the kernel's waking us; false: nothing had. */
export type Poller = () => boolean;

/** So long pollers are asked before Node's other work has its turn, unless something comes. */
const sliceNs = 100_000;
/** A thread that was away so long shares its processor with somebody, and lets it be for a while. */
const preemptedNs = 500_000;
const shortestPauseNs = 100_000_000;
/** Whoever has the processor for good is tried again so seldom at most. */
const longestPauseNs = 3_200_000_000;

export class Pollers {
  readonly #pollNs: number;
  readonly #nowNs: () => number;
  readonly #pollers = new Set<Poller>();
  #lastFoundNs = 0;
  #pausedUntilNs = 0;
  #pauseNs = shortestPauseNs;

  /** For `pollNs` after the last thing that came; 0: never. */
  constructor(pollNs: number, nowNs: () => number) {
    this.#pollNs = pollNs;
    this.#nowNs = nowNs;
  }

  add(poller: Poller): { close(): void } {
    this.#pollers.add(poller);
    return { close: () => void this.#pollers.delete(poller) };
  }

  get mayBegin(): boolean {
    if (this.#pollNs === 0 || this.#pollers.size === 0) return false;
    return this.#nowNs() >= this.#pausedUntilNs;
  }

  begin(): void {
    this.#lastFoundNs = this.#nowNs();
  }

  mayGoOn(nowNs: number): boolean {
    return nowNs - this.#lastFoundNs <= this.#pollNs && nowNs >= this.#pausedUntilNs;
  }

  /** Until something came, or the slice is over. */
  spin(): void {
    let nowNs = this.#nowNs();
    const endNs = nowNs + sliceNs;
    while (!this.#ask() && nowNs < endNs) {
      const beforeNs = nowNs;
      nowNs = this.#nowNs();
      if (nowNs - beforeNs > preemptedNs) this.#pause(nowNs);
    }
  }

  /** Twice as long where the last pause ended less than its own length ago. */
  #pause(nowNs: number): void {
    const isAgain = this.#pausedUntilNs > 0 && nowNs - this.#pausedUntilNs < this.#pauseNs;
    this.#pauseNs = isAgain ? Math.min(2 * this.#pauseNs, longestPauseNs) : shortestPauseNs;
    this.#pausedUntilNs = nowNs + this.#pauseNs;
  }

  #ask(): boolean {
    let found = false;
    for (const poller of this.#pollers) if (poller()) found = true;
    if (found) this.#lastFoundNs = this.#nowNs();
    return found;
  }
}
