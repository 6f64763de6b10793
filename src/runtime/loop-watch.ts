/**
 * How late a loop calls what is due, which is how late its program is: a timer of its own looks again and
 * again.
 */
import { createLateness, noteLateness, quantileNs } from '../base/lateness.ts';
import type { Timer } from '../host/host.ts';

export interface LoopLateness {
  readonly ticks: number;
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly worstNs: number;
}

interface WatchedLoop {
  nowNs(): number;
  after(delayNs: number, callback: () => void): Timer;
}

/** Fifty times a second: a stall of any size shows, and the looking costs nothing. */
const tickNs = 20_000_000;

export class LoopWatch {
  readonly #loop: WatchedLoop;
  readonly #lateness = createLateness();
  #timer: Timer;

  constructor(loop: WatchedLoop) {
    this.#loop = loop;
    this.#timer = this.#tick();
  }

  /** It looks no more. */
  end(): LoopLateness {
    this.#timer.cancel();
    const { frames: ticks, worstNs } = this.#lateness;
    const [p50Ns, p99Ns] = [quantileNs(this.#lateness, 0.5), quantileNs(this.#lateness, 0.99)];
    return { ticks, p50Ns, p99Ns, worstNs };
  }

  #tick(): Timer {
    const dueNs = this.#loop.nowNs() + tickNs;
    return this.#loop.after(tickNs, () => {
      noteLateness(this.#lateness, this.#loop.nowNs() - dueNs);
      this.#timer = this.#tick();
    });
  }
}
