/**
 * Frames that nobody sent, over links that nobody has: whether the hub is on time right now, with the
 * settings of the run. They pass the schedule and the loop that the run's own frames pass, on links of
 * their own: queues, random streams and NAT tables of the run never see them.
 */
import { type Frame, releaseFrame, takeFrame } from '../../../src/base/frame.ts';
import { createLateness, type Lateness, noteLateness } from '../../../src/base/lateness.ts';
import { never } from '../../../src/base/time.ts';
import type { DirectionSettings } from '../../schema/link-settings.ts';
import { type Actor, addActor, removeActor, setDeadline } from '../network/schedule.ts';
import type { Station, Surroundings } from '../network/station.ts';
import { WireDirection } from '../network/wire-direction.ts';

export interface ProbedLink {
  /** For the record: `50 Mbit/s, 10 ms`. */
  readonly label: string;
  readonly settings: DirectionSettings;
}

const frameBytes = 64;
const pauseNs = 2_000_000;

export class ProbeRun implements Actor, Station {
  readonly name = 'probe';
  readonly label = 'the probe';
  readonly #around: Surroundings;
  readonly #nowNs: () => number;
  readonly #wires: readonly WireDirection[];
  readonly #lateness: readonly Lateness[];
  readonly #slot: number;
  readonly #endNs: number;
  readonly #done: (lateness: readonly Lateness[]) => void;
  #isOver = false;

  constructor(
    around: Surroundings,
    links: readonly ProbedLink[],
    lastsNs: number,
    nowNs: () => number,
    done: (lateness: readonly Lateness[]) => void,
  ) {
    this.#around = { ...around, capture: undefined, watch: undefined, record: () => {} };
    this.#nowNs = nowNs;
    this.#done = done;
    this.#lateness = links.map(createLateness);
    this.#wires = links.map(({ settings }, at) => {
      const end = { node: 'probe', interface: 'probe', arriving: settings };
      return new WireDirection(this.#around, `probe ${at}`, 'probe', end, this, at);
    });
    const { schedule } = around;
    this.#endNs = schedule.nowNs + lastsNs;
    this.#slot = addActor(schedule, this);
    setDeadline(schedule, this.#slot, schedule.nowNs);
  }

  wake(nowNs: number): number {
    if (nowNs >= this.#endNs) {
      this.#isOver = true;
      removeActor(this.#around.schedule, this.#slot);
      this.#done(this.#lateness);
      return never;
    }
    for (const wire of this.#wires) {
      const frame = takeFrame(this.#around.pool, frameBytes);
      frame.length = frameBytes;
      wire.send(frame);
    }
    return nowNs + pauseNs;
  }

  /** Due now by the schedule, and there now by the clock. */
  receive(port: number, frame: Frame): void {
    releaseFrame(this.#around.pool, frame);
    if (this.#isOver) return;
    noteLateness(this.#lateness[port]!, this.#nowNs() - this.#around.schedule.nowNs);
  }

  plug(): void {}
  carrierChanged(): void {}
  mtuChanged(): void {}
}
