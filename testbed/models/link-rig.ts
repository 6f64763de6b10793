/** A link under test, driven through virtual time: numbered frames in, arrivals and drops out. */
import { readU32, writeU32 } from '../../src/base/bytes.ts';
import { createFramePool, type Frame, releaseFrame, takeFrame } from '../../src/base/frame.ts';
import { never, nsPerMs } from '../../src/base/time.ts';
import type { DirectionSettings } from '../schema/link-settings.ts';
import {
  advanceLink,
  changeLink,
  createLink,
  type DropReason,
  type LinkDirection,
  type LinkSink,
  offerFrame,
} from './link.ts';

export interface Arrival {
  readonly n: number;
  readonly atNs: number;
  /** What stands behind the Ethernet header. */
  readonly payload: Uint8Array;
}

export interface Drop {
  readonly n: number;
  readonly atNs: number;
  readonly reason: DropReason;
}

/** Nothing but 10 ms of delay. */
const plainSettings: DirectionSettings = {
  rateBps: never,
  delayNs: 10 * nsPerMs,
  jitterNs: 0,
  loss: { model: 'none' },
  duplicateRatio: 0,
  corruptRatio: 0,
  reorder: { ratio: 0, holdNs: 0 },
  queue: {
    limitFrames: never,
    limitBytes: never,
    discipline: { kind: 'drop-tail' },
  },
  trace: undefined,
  mtuBytes: 1_500,
  up: true,
};

export class LinkRig implements LinkSink {
  readonly link: LinkDirection;
  readonly arrivals: Arrival[] = [];
  readonly drops: Drop[] = [];
  readonly pool = createFramePool();
  wakeUps = 0;
  nowNs = 0;
  #next = 1;

  constructor(patch: Partial<DirectionSettings> = {}, seed = 1) {
    const settings = { ...plainSettings, ...patch };
    this.link = createLink(settings, { seed, names: ['link', 'wifi', 'phone'] }, this.pool);
  }

  /** Offers the next frame, numbered from 1, at a time not before the last call's. */
  offer(atNs: number, bytes = 1_250): number {
    this.passTime(atNs);
    const n = this.#next++;
    offerFrame(this.link, atNs, this.#build(n, bytes), this);
    return n;
  }

  change(atNs: number, patch: Partial<DirectionSettings>): void {
    this.passTime(atNs);
    changeLink(this.link, atNs, patch, this);
  }

  /** Wakes the link whenever it asks to be woken. */
  passTime(untilNs: number): void {
    while (this.link.deadlineNs <= untilNs && this.link.deadlineNs < never) {
      this.nowNs = this.link.deadlineNs;
      this.wakeUps++;
      advanceLink(this.link, this.nowNs, this);
    }
    if (untilNs < never) this.nowNs = untilNs;
  }

  drain(): this {
    this.passTime(never);
    return this;
  }

  deliver(frame: Frame): void {
    const payload = frame.bytes.slice(14, frame.length);
    this.arrivals.push({ n: this.#numberOf(frame), atNs: this.nowNs, payload });
    releaseFrame(this.pool, frame);
  }

  dropped(frame: Frame, reason: DropReason): void {
    this.drops.push({ n: this.#numberOf(frame), atNs: this.nowNs, reason });
  }

  get arrived(): number[] {
    return this.arrivals.map(({ n }) => n);
  }

  get arrivedAtNs(): number[] {
    return this.arrivals.map(({ atNs }) => atNs);
  }

  droppedFor(reason: DropReason): number[] {
    return this.drops.filter((drop) => drop.reason === reason).map(({ n }) => n);
  }

  /** The number stands in the destination address, which nothing on a link turns. */
  #build(n: number, bytes: number): Frame {
    const frame = takeFrame(this.pool, bytes);
    frame.bytes.fill(0, 0, bytes);
    writeU32(frame.bytes, 0, n);
    return frame;
  }

  #numberOf(frame: Frame): number {
    return readU32(frame.bytes, 0);
  }
}
