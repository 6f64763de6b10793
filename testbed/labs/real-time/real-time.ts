/** Time as it passes: the run's actions when they are due, and the wait for what ends a stretch of it. */
import type { Timer } from '../../../src/host/host.ts';
import type { DriveEnd } from '../lab.ts';

/** What the run's time is read from and waited on; a kernel loop is one. */
export interface TimeSource {
  nowNs(): number;
  after(delayNs: number, callback: () => void): Timer;
}

interface Stretch {
  end(end: DriveEnd): void;
  fail(error: unknown): void;
}

export class RealTime {
  readonly #source: TimeSource;
  #stretch: Stretch | undefined;
  /** What went wrong outside of any stretch is told by the next one. */
  #failure: { readonly error: unknown } | undefined;
  #actions = 0;
  #worstLateNs = 0;

  constructor(source: TimeSource) {
    this.#source = source;
  }

  nowNs(): number {
    return this.#source.nowNs();
  }

  /** What the action throws ends the stretch of time that it falls into. */
  at(timeNs: number, action: () => void): void {
    const dueNs = Math.max(timeNs, this.nowNs());
    this.#source.after(dueNs - this.nowNs(), () => {
      this.#actions += 1;
      this.#worstLateNs = Math.max(this.#worstLateNs, this.nowNs() - dueNs);
      this.#guard(action);
    });
  }

  async drive(limitNs: number, signal: AbortSignal): Promise<DriveEnd> {
    if (signal.aborted) return 'interrupted';
    if (this.#failure) throw this.#failure.error;
    const { promise, resolve, reject } = Promise.withResolvers<DriveEnd>();
    const interrupt = (): void => resolve('interrupted');
    signal.addEventListener('abort', interrupt);
    const limit = this.#source.after(limitNs - this.nowNs(), () => resolve('limit'));
    this.#stretch = { end: resolve, fail: reject };
    try {
      return await promise;
    } finally {
      this.#stretch = undefined;
      limit.cancel();
      signal.removeEventListener('abort', interrupt);
    }
  }

  halt(): void {
    this.#stretch?.end('halted');
  }

  /** The run can't go on: whoever lets time pass is told. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#stretch?.fail(error);
  }

  /** How late the run's actions were. */
  lateness(): { readonly actions: number; readonly worstNs: number } {
    return { actions: this.#actions, worstNs: this.#worstLateNs };
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.fail(error);
    }
  }
}
