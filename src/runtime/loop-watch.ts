/**
 * How late a loop calls what is due, which is how late its program is: a timer of its own looks again and
 * again. Counted in classes of an eighth of their size, so that a long run takes no more room.
 */
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
const classesADoubling = 8;

export class LoopWatch {
  readonly #loop: WatchedLoop;
  readonly #counts = new Map<number, number>();
  #timer: Timer;
  #ticks = 0;
  #worstNs = 0;

  constructor(loop: WatchedLoop) {
    this.#loop = loop;
    this.#timer = this.#tick();
  }

  /** It looks no more. */
  end(): LoopLateness {
    this.#timer.cancel();
    const { p50Ns, p99Ns } = { p50Ns: this.#quantileNs(0.5), p99Ns: this.#quantileNs(0.99) };
    return { ticks: this.#ticks, p50Ns, p99Ns, worstNs: this.#worstNs };
  }

  #tick(): Timer {
    const dueNs = this.#loop.nowNs() + tickNs;
    return this.#loop.after(tickNs, () => {
      this.#note(Math.max(0, this.#loop.nowNs() - dueNs));
      this.#timer = this.#tick();
    });
  }

  #note(lateNs: number): void {
    const one = Math.floor(Math.log2(lateNs + 1) * classesADoubling);
    this.#counts.set(one, (this.#counts.get(one) ?? 0) + 1);
    this.#ticks += 1;
    this.#worstNs = Math.max(this.#worstNs, lateNs);
  }

  /** The upper end of the class that it falls into, and never more than the worst. */
  #quantileNs(share: number): number {
    let left = Math.ceil(share * this.#ticks);
    for (const [one, count] of [...this.#counts].toSorted(([a], [b]) => a - b)) {
      left -= count;
      if (left <= 0) return Math.min(this.#worstNs, Math.ceil(2 ** ((one + 1) / classesADoubling)));
    }
    return 0;
  }
}
