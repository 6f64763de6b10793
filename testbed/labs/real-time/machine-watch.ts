/**
 * How late this machine wakes what sleeps on it: a thread that does nothing but sleep, for so long, and
 * look how long it was. It stands for the programs of a run, which sleep and wake as it does.
 */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import {
  createLateness,
  type Lateness,
  noteLateness,
  quantileNs,
} from '../../../src/base/lateness.ts';
import { nsPerMs } from '../../../src/base/time.ts';
import { workerEnvironment } from '../../../src/runtime/worker-environment.ts';

/** Some hundred times a second: often enough for a p99 of a short sample, and no load. */
const sleepMs = 3;
const role = 'machine-watch';
const state = { waiting: 0, watching: 1, done: 2 } as const;

export interface MachineLateness {
  readonly ticks: number;
  readonly p50Ns: number;
  readonly p99Ns: number;
  readonly worstNs: number;
}

export class MachineWatch implements AsyncDisposable {
  readonly #state = new Int32Array(new SharedArrayBuffer(4));
  readonly #told = Promise.withResolvers<MachineLateness>();
  readonly #worker: Worker;

  constructor() {
    this.#worker = new Worker(fileURLToPath(import.meta.url), {
      workerData: { role, state: this.#state },
      env: workerEnvironment(),
    });
    this.#worker.once('message', this.#told.resolve);
    this.#worker.once('error', this.#told.reject);
    this.#told.promise.catch(() => {});
  }

  /** From now on: what a machine does while a run is set up says nothing of the run. */
  begin(): void {
    Atomics.compareExchange(this.#state, 0, state.waiting, state.watching);
    Atomics.notify(this.#state, 0);
  }

  /** It sleeps no more afterwards. */
  async settle(): Promise<MachineLateness> {
    this.#end();
    return this.#told.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
    await this.#worker.terminate();
  }

  #end(): void {
    Atomics.store(this.#state, 0, state.done);
    Atomics.notify(this.#state, 0);
  }
}

function watch(told: Int32Array): MachineLateness {
  const lateness = createLateness();
  Atomics.wait(told, 0, state.waiting);
  for (;;) {
    const beforeNs = nsNow();
    const woken = Atomics.wait(told, 0, state.watching, sleepMs);
    if (woken !== 'timed-out') return describe(lateness);
    noteLateness(lateness, nsNow() - beforeNs - sleepMs * nsPerMs);
  }
}

function describe(lateness: Lateness): MachineLateness {
  return {
    ticks: lateness.frames,
    p50Ns: quantileNs(lateness, 0.5),
    p99Ns: quantileNs(lateness, 0.99),
    worstNs: lateness.worstNs,
  };
}

/** Exact for the hours that a machine is up, and for the difference of two. */
function nsNow(): number {
  const [seconds, ns] = process.hrtime();
  return seconds * 1e9 + ns;
}

if (!isMainThread && workerData?.role === role) parentPort!.postMessage(watch(workerData.state));
