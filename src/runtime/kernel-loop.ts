/**
 * What the kernel says, brought into Node's event loop. Node watches no descriptors of ours, so a worker
 * blocks in epoll for us and wakes this thread by a byte on a socket that Node does watch. A turn then
 * calls whoever is concerned: descriptors that are ready, timers that are due. No turn runs inside a call
 * of anybody's.
 */
import { once } from 'node:events';
import { Socket } from 'node:net';
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import { never, nsPerMs } from '../base/time.ts';
import type { Timer } from '../host/host.ts';
import {
  closeDescriptor,
  openEventDescriptor,
  openSocketPair,
  writeDescriptor,
} from '../linux/descriptor.ts';
import { Epoll, epollEvent, openTimer, setTimer, waitForAny } from '../linux/epoll.ts';
import { type Poller, Pollers } from './pollers.ts';
import { type MonotonicTime, monotonicAt, nsSince, readMonotonic } from './run-clock.ts';
import { addTimer, cancelTimer, createTimerQueue, nextDueNs, takeDue } from './timer-queue.ts';
import { gateBytes, gateWord, type WaitingOrder, waitingWorkerUrl } from './waiting-worker.ts';
import { workerEnvironment } from './worker-environment.ts';

export interface KernelLoopOptions {
  /** When the run started; left out: now. */
  readonly start?: MonotonicTime;
  /**
   * So long before a timer is due the loop wakes and spins, and so long the worker spins for what comes
   * before it sleeps. 0, which is the default, burns nothing and is late by what the kernel's wake-up
   * takes.
   */
  readonly spinNs?: number;
  /**
   * So long after the last thing that came, pollers are asked in this thread before the worker is left to
   * wait. 0, which is the default: never.
   */
  readonly pollNs?: number;
  /** The loop alone keeps the process from ending, until `letExit`. Left out: it does. */
  readonly keepsProcess?: boolean;
}

/** The events of `epollEvent`. */
type OnReady = (events: number) => void;

export interface DescriptorWatch {
  /** Calls for these of `epollEvent` from now on; for failures always. */
  want(events: number): void;
  close(): void;
}

/** So often, while pollers are asked, the kernel is asked about all else that is watched. */
const turnWhilePollingNs = 500_000;

/** Rounds a turn may take before Node's other work has its turn. */
const roundsATurn = 8;

/** So long at most Node's other work waits for a loop that lingers. */
const lingerMs = 10;
const loadPatienceMs = 10_000;

/** Not a descriptor's token. */
const timerToken = -1;
const stopToken = -2;

export class KernelLoop implements AsyncDisposable {
  readonly start: MonotonicTime;
  readonly #spinNs: number;
  readonly #epoll = new Epoll();
  readonly #timerFd = openTimer();
  readonly #stopFd = openEventDescriptor();
  readonly #timers = createTimerQueue();
  readonly #watched = new Map<number, OnReady>();
  readonly #gate = new Int32Array(new SharedArrayBuffer(gateBytes));
  readonly #wakeFd: number;
  readonly #socket: Socket;
  readonly #worker: Worker;
  readonly #turnListeners = new Set<() => void>();
  /** What is put off until the step that is under way has ended, each once. */
  readonly #putOff = new Set<() => void>();
  readonly #pollers: Pollers;
  #isPolling = false;
  #lastTurnNs = 0;
  #armedNs = never;
  #isInTurn = false;
  #isTurnAskedFor = false;
  #lingers = false;
  #isStopped = false;
  #nextToken = 0;
  #step = 0;

  constructor(options: KernelLoopOptions = {}) {
    const { start = readMonotonic(), spinNs = 0, pollNs = 0, keepsProcess = true } = options;
    this.start = start;
    this.#spinNs = spinNs;
    this.#pollers = new Pollers(pollNs, () => this.nowNs());
    this.#epoll.add(this.#timerFd, timerToken);
    this.#epoll.add(this.#stopFd, stopToken);
    const [ours, theirs] = openSocketPair('stream');
    const wake = () => {
      this.#turnForWorker();
      return true;
    };
    this.#wakeFd = theirs;
    this.#socket = new Socket({ fd: ours, onread: { buffer: new Uint8Array(16), callback: wake } });
    this.#socket.resume();
    const order: WaitingOrder = {
      kind: 'ropewalk-waiting',
      epollFd: this.#epoll.fd,
      wakeFd: theirs,
      gate: this.#gate.buffer as SharedArrayBuffer,
      spinNs,
    };
    this.#worker = new Worker(waitingWorkerUrl, { workerData: order, env: workerEnvironment() });
    process.on('exit', this.#stopWorkerAtExit);
    if (!keepsProcess) this.letExit();
  }

  /** The process may not end while this loop is there; it is so from the beginning. */
  keepProcess(): void {
    this.#socket.ref();
  }

  letExit(): void {
    this.#socket.unref();
    this.#worker.unref();
  }

  /** Is asked again and again for a while after anything came, if the loop polls at all. */
  poll(poller: Poller): { close(): void } {
    return this.#pollers.add(poller);
  }

  nowNs(): number {
    return nsSince(this.start);
  }

  after(delayNs: number, callback: () => void): Timer {
    const dueNs = this.nowNs() + Math.max(0, delayNs);
    const timer = addTimer(this.#timers, dueNs, callback);
    if (!this.#isInTurn) this.#arm();
    return { cancel: () => cancelTimer(timer) };
  }

  /** Calls back in each turn in which the descriptor is ready. Its owner closes it, after `close`. */
  watch(fd: number, onReady: OnReady, events: number = epollEvent.readable): DescriptorWatch {
    const token = this.#nextToken;
    this.#nextToken += 1;
    this.#watched.set(token, onReady);
    this.#epoll.add(fd, token, events);
    return {
      want: (wanted) => this.#epoll.modify(fd, token, wanted),
      close: () => {
        if (this.#watched.delete(token)) this.#epoll.remove(fd);
      },
    };
  }

  /**
   * Calls back when the step that is under way has ended: all that one descriptor had to say, or one timer.
   * Outside of a step at once. What is asked for twice is called once.
   */
  atStepEnd(action: () => void): void {
    if (this.#isInTurn) this.#putOff.add(action);
    else action();
  }

  get isInStep(): boolean {
    return this.#isInTurn;
  }

  /** Which step it is, together with what was put off in it. */
  get step(): number {
    return this.#step;
  }

  #endStep(): void {
    // What is put off may put off something in its turn.
    while (this.#putOff.size > 0) {
      const actions = [...this.#putOff];
      this.#putOff.clear();
      for (const action of actions) action();
    }
    this.#step += 1;
  }

  /** A turn soon, though the kernel has nothing to say. */
  #askForTurn(): void {
    if (this.#isTurnAskedFor || this.#isStopped) return;
    this.#isTurnAskedFor = true;
    setImmediate(() => {
      this.#isTurnAskedFor = false;
      if (!this.#isStopped) this.#turn();
    });
  }

  /** Resolves after the next turn. */
  nextTurn(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const listener = () => {
      this.#turnListeners.delete(listener);
      resolve();
    };
    this.#turnListeners.add(listener);
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    process.off('exit', this.#stopWorkerAtExit);
    this.#worker.ref();
    this.#stopWorker();
    await once(this.#worker, 'exit');
    this.#socket.destroy();
    for (const fd of [this.#wakeFd, this.#timerFd, this.#stopFd]) closeDescriptor(fd);
    this.#epoll[Symbol.dispose]();
  }

  /** A process that exits waits for its threads, and one that is in epoll would never come back. */
  readonly #stopWorker = (): void => {
    Atomics.store(this.#gate, gateWord.stop, 1);
    writeDescriptor(this.#stopFd, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
    this.#releaseWorker();
  };

  /** A thread that is ended while it loads native code takes the process down with it. */
  readonly #stopWorkerAtExit = (): void => {
    Atomics.wait(this.#gate, gateWord.isAtWork, 0, loadPatienceMs);
    this.#stopWorker();
  };

  #turnForWorker(): void {
    if (this.#isStopped) return;
    try {
      this.#turn();
    } finally {
      if (this.#lingers) this.#lingerOn();
      else if (this.#pollers.mayBegin) this.#startPolling();
      else this.#releaseWorker();
    }
  }

  /**
   * From now on this thread waits for the kernel itself while something comes every few milliseconds: what
   * passes packets on saves a wake-up for each. Node's own sockets, promises and records wait a little.
   */
  linger(): void {
    this.#lingers = true;
  }

  /** As long as there is something in each of its stretches, the worker is left where it is. */
  #lingerOn(): void {
    let stays = false;
    try {
      stays = !this.#isStopped && this.#stayAwake();
    } finally {
      if (stays) setImmediate(() => this.#lingerOn());
      else this.#releaseWorker();
    }
  }

  /** False: nothing came. */
  #stayAwake(): boolean {
    const untilNs = this.nowNs() + lingerMs * nsPerMs;
    let hasCome = false;
    while (this.nowNs() < untilNs && waitForAny(this.#epoll.fd, lingerMs)) {
      hasCome = true;
      this.#turn();
      if (this.#isStopped || this.#isTurnAskedFor) break;
    }
    return hasCome;
  }

  /** The worker waits meanwhile: what it would wake this thread for, this thread sees by itself. */
  #startPolling(): void {
    this.#isPolling = true;
    this.#pollers.begin();
    setImmediate(this.#pollSlice);
  }

  readonly #pollSlice = (): void => {
    if (this.#isStopped) return;
    this.#isInTurn = true;
    try {
      this.#pollers.spin();
    } finally {
      this.#endStep();
      this.#isInTurn = false;
    }
    const nowNs = this.nowNs();
    if (nowNs - this.#lastTurnNs > turnWhilePollingNs || nextDueNs(this.#timers) <= nowNs) {
      this.#lastTurnNs = nowNs;
      this.#turn();
    }
    if (this.#pollers.mayGoOn(nowNs)) {
      setImmediate(this.#pollSlice);
      return;
    }
    this.#isPolling = false;
    this.#turn();
    this.#releaseWorker();
  };

  #releaseWorker(): void {
    Atomics.add(this.#gate, gateWord.endedTurns, 1);
    Atomics.notify(this.#gate, gateWord.endedTurns);
  }

  #turn(): void {
    this.#isInTurn = true;
    try {
      for (let round = 0; round < roundsATurn && this.#runRound(); round++);
    } finally {
      this.#endStep();
      this.#isInTurn = false;
      if (!this.#isStopped) this.#arm();
      for (const listener of [...this.#turnListeners]) listener();
    }
  }

  /** False where nothing was to be done. */
  #runRound(): boolean {
    const ready = this.#epoll.wait(0);
    let called = 0;
    for (let index = 0; index < ready; index++) {
      const onReady = this.#watched.get(this.#epoll.tokenAt(index));
      if (onReady === undefined) continue;
      called += 1;
      onReady(this.#epoll.eventsAt(index));
      this.#endStep();
    }
    return this.#callDueTimers() + called > 0;
  }

  /** Those that are due when it begins: one that a timer asks for waits for the next round. */
  #callDueTimers(): number {
    this.#spinUntilDue();
    const nowNs = this.nowNs();
    let called = 0;
    for (let due = takeDue(this.#timers, nowNs); due; due = takeDue(this.#timers, nowNs)) {
      called += 1;
      due();
      this.#endStep();
    }
    return called;
  }

  #spinUntilDue(): void {
    if (this.#spinNs === 0) return;
    const dueNs = nextDueNs(this.#timers);
    if (dueNs - this.nowNs() > this.#spinNs) return;
    while (this.nowNs() < dueNs);
  }

  /** What is due by now needs no kernel to wait for it. */
  #arm(): void {
    if (this.#isPolling) return;
    const dueNs = nextDueNs(this.#timers);
    if (dueNs <= this.nowNs()) this.#askForTurn();
    else if (dueNs !== this.#armedNs) this.#setTimer(dueNs);
  }

  #setTimer(dueNs: number): void {
    this.#armedNs = dueNs;
    if (dueNs === never) {
      setTimer(this.#timerFd, 0, 0);
      return;
    }
    const { seconds, nanoseconds } = monotonicAt(this.start, dueNs - this.#spinNs);
    setTimer(this.#timerFd, seconds, nanoseconds);
  }
}
