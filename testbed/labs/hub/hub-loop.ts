/**
 * Real time lets the schedule go on. A turn lets leave what is due, sleeps until something is due or
 * arrives, and does what is due by then, each at its own due time: a link that was served late does not
 * make the next one later. What arrives is stamped with the time at which it was read, less what it surely
 * waited for the loop to wake up.
 */
import type { Frame } from '../../../src/base/frame.ts';
import { type Lateness, noteLateness } from '../../../src/base/lateness.ts';
import { never } from '../../../src/base/time.ts';
import { type Schedule, wakeNext } from '../network/schedule.ts';
import type { Outward } from '../network/station.ts';
import type { FrameIo } from './frame-io.ts';
import { createWakeUpTime, noteWakeUp } from './wake-up-time.ts';

/** With 100 µs of spinning behind each of these, spinning takes a tenth of a processor at most. */
const longSleepNs = 1_000_000;
/** While it rests, the loop is woken by so many frames all the same. */
const framesARest = 32;
/** So many wake-ups may come at once before the loop rests between them. */
const freeWakes = 40;

/**
 * A thread of real-time priority that never sleeps is stopped by the kernel for 50 ms of each second, so that others
 * come to run on its processor: a loop that always has something to do sleeps for as long, and in small pieces.
 */
const awakePerSlept = 16;
const breakNs = 100_000;
/** Nothing that arrives ends a break. */
const nothingWakes = 1 << 20;

/** So many frames leave in one call: the last of them waits for the others. */
const writeBatch = 32;

export interface HubLoopOptions {
  readonly schedule: Schedule;
  readonly nowNs: () => number;
  readonly io: FrameIo;
  /** By device: the direction that leads away from it. */
  readonly outwards: readonly Outward[];
  /** By device: how late frames reached it. */
  readonly lateness: readonly Lateness[];
  /**
   * A long sleep ends so long before something is due, and the rest is spent awake: to be woken takes
   * about as long. A sleep that is not long ends when it must, and is as late as the kernel's wake-up.
   */
  readonly spinNs: number;
  /** A busy loop wakes once in so long: a wake-up costs more than a frame does. */
  readonly restNs: number;
}

export class HubLoop {
  turns = 0;
  readFrames = 0;
  writtenFrames = 0;
  /** The longest turn, or the longest that a sleep went on behind its end. */
  longestStallNs = 0;
  readonly #options: HubLoopOptions;
  readonly #dueNs = new Float64Array(writeBatch);
  readonly #devices = new Int32Array(writeBatch);
  #written = 0;
  #awakeSinceNs: number;
  /** When the last sleep ended. */
  #wokenNs: number;
  /** The last sleep was to end before something is due. */
  #isEarly = false;
  /** What the last exchange brought has waited so long at least for the loop to wake up. */
  #waitedNs = 0;
  readonly #wakeUp = createWakeUpTime();
  /** What is left of the time that wake-ups may take. */
  #creditNs = 0;
  /** How long it should have slept, and has not. */
  #owedNs = 0;
  /** Until then it is known how long. */
  #countedNs: number;

  constructor(options: HubLoopOptions) {
    this.#options = options;
    this.#awakeSinceNs = options.nowNs();
    this.#wokenNs = this.#awakeSinceNs;
    this.#countedNs = this.#awakeSinceNs;
  }

  /** Takes the frame over: it is due now, by the schedule. */
  deliver(device: number, frame: Frame): void {
    if (this.#written === writeBatch) this.#flush();
    this.#devices[this.#written] = device;
    this.#dueNs[this.#written++] = this.#options.schedule.nowNs;
    this.#options.io.write(device, frame);
  }

  /** How long nothing is due; `never` where nothing is. */
  idleNs(): number {
    const { schedule, nowNs } = this.#options;
    if (this.#written > 0) return 0;
    return schedule.size === 0 ? never : schedule.times[0]! - nowNs();
  }

  /** Sleeps for `mostNs` at the longest. */
  turn(mostNs: number): void {
    const { io, nowNs } = this.#options;
    this.#exchange(mostNs);
    const awakeNs = nowNs();
    this.#noteStall(awakeNs - this.#awakeSinceNs);
    this.#awakeSinceNs = awakeNs;
    this.#noteWritten(awakeNs);
    if (io.arrivedCount > 0) this.#takeArrived(awakeNs - this.#waitedNs);
    this.catchUp(awakeNs);
    this.turns++;
  }

  /** Does what is due by then; from there on the schedule's time is `nowNs`. */
  catchUp(nowNs: number): void {
    const { schedule } = this.#options;
    while (wakeNext(schedule, nowNs));
    schedule.nowNs = Math.max(schedule.nowNs, nowNs);
  }

  #takeArrived(arrivedNs: number): void {
    const { io, outwards } = this.#options;
    const { arrivedCount, arrivedFrames, arrivedDevices } = io;
    this.catchUp(arrivedNs);
    for (let at = 0; at < arrivedCount; at++) {
      outwards[arrivedDevices[at]!]!.send(arrivedFrames[at]!);
    }
    this.readFrames += arrivedCount;
  }

  #flush(): void {
    this.#options.io.flush();
    this.#noteWritten(this.#options.nowNs());
  }

  /** Before the last of them left the clock was not read: each is told as late as the last one was. */
  #noteWritten(nowNs: number): void {
    const { lateness } = this.#options;
    for (let at = 0; at < this.#written; at++) {
      noteLateness(lateness[this.#devices[at]!]!, nowNs - this.#dueNs[at]!);
    }
    this.writtenFrames += this.#written;
    this.#written = 0;
  }

  #exchange(mostNs: number): void {
    const { spinNs, restNs } = this.#options;
    const idleNs = this.idleNs();
    this.#waitedNs = 0;
    const mustSpin = this.#isEarly && idleNs <= spinNs;
    this.#isEarly = idleNs >= longSleepNs;
    if (idleNs <= 0) this.#goOn();
    else if (this.#creditNs < 0) this.#sleep(restNs, framesARest);
    else if (mustSpin) this.#spin(idleNs);
    else this.#sleep(Math.min(mostNs, this.#isEarly ? idleNs - spinNs : idleNs), 1);
  }

  #goOn(): void {
    const { io, nowNs } = this.#options;
    this.#countAwake(nowNs());
    if (this.#owedNs < breakNs) {
      io.exchange(0, 1);
      return;
    }
    this.#flush();
    this.#sleep(breakNs, nothingWakes);
  }

  #countAwake(nowNs: number): void {
    this.#owedNs += (nowNs - this.#countedNs) / awakePerSlept;
    this.#countedNs = nowNs;
  }

  #countSlept(nowNs: number): void {
    this.#owedNs = Math.max(0, this.#owedNs - (nowNs - this.#countedNs));
    this.#countedNs = nowNs;
  }

  /** The sleep itself is no stall; what goes on behind its end is. */
  #sleep(sleepNs: number, wanted: number): void {
    const { io, nowNs, restNs } = this.#options;
    const fromNs = nowNs();
    this.#noteStall(fromNs - this.#awakeSinceNs);
    this.#countAwake(fromNs);
    io.exchange(sleepNs, wanted);
    const untilNs = nowNs();
    this.#countSlept(untilNs);
    this.#noteStall(untilNs - fromNs - sleepNs);
    this.#learnWakeUp(untilNs - fromNs, sleepNs);
    const passedNs = untilNs - this.#wokenNs;
    this.#creditNs = Math.min(this.#creditNs + passedNs, freeWakes * restNs) - restNs;
    this.#awakeSinceNs = untilNs;
    this.#wokenNs = untilNs;
  }

  #learnWakeUp(passedNs: number, sleepNs: number): void {
    const { arrivedCount, controlReady } = this.#options.io;
    if (arrivedCount > 0) this.#waitedNs = Math.min(this.#wakeUp.leastNs, passedNs);
    else if (!controlReady && passedNs > sleepNs) noteWakeUp(this.#wakeUp, passedNs - sleepNs);
  }

  #spin(spinNs: number): void {
    const { nowNs } = this.#options;
    const untilNs = nowNs() + spinNs;
    while (nowNs() < untilNs);
    this.#options.io.exchange(0, 1);
  }

  #noteStall(stallNs: number): void {
    if (stallNs > this.longestStallNs) this.longestStallNs = stallNs;
  }
}
