/**
 * One direction of a link in virtual time: the model, its place in the schedule, and who hears it. It is the
 * model and does not hold one: of thousands of links each further object is a cache miss for each frame.
 */
import type { Frame } from '../../../src/base/frame.ts';
import { labNode } from '../../../src/trace/record.ts';
import {
  adoptSettings,
  advanceLink,
  changeLink,
  type DropReason,
  type LinkSink,
  offerFrame,
} from '../../models/link.ts';
import { createLinkSlab, type LinkSlab } from '../../models/link-slab.ts';
import { LinkDirection } from '../../models/link-state.ts';
import type { PlannedEnd } from '../../plan/plan.ts';
import type { DirectionSettings } from '../../schema/link-settings.ts';
import { type Actor, addActor, setDeadline } from './schedule.ts';
import type { Outward, Station, Surroundings } from './station.ts';

export class WireDirection extends LinkDirection implements Actor, LinkSink, Outward {
  // What every frame touches stands first.
  readonly #around: Surroundings;
  readonly #slot: number;
  readonly #station: Station;
  readonly #port: number;
  readonly #name: string;
  readonly #sender: string;
  readonly label: string;

  constructor(
    around: Surroundings,
    name: string,
    sender: string,
    end: PlannedEnd,
    station: Station,
    port: number,
    slab: LinkSlab = createLinkSlab(1),
  ) {
    const seed = { seed: around.seed, names: ['link', name, end.node] };
    super(end.arriving, seed, around.pool, slab);
    adoptSettings(this, end.arriving);
    this.label = `link ${name} toward ${end.node}`;
    this.#around = around;
    this.#name = name;
    this.#sender = sender;
    this.#station = station;
    this.#port = port;
    this.#slot = addActor(around.schedule, this);
  }

  /** Takes the frame over. */
  send(frame: Frame): void {
    const { schedule, capture, watch } = this.#around;
    capture?.frame(schedule.nowNs, this.#sender, this.#name, 'outbound', frame);
    watch?.leaving(this.#sender, frame);
    offerFrame(this, schedule.nowNs, frame, this);
    capture?.queued?.(schedule.nowNs, this.#station.name, this.#name, this.queue?.count ?? 0);
    setDeadline(schedule, this.#slot, this.deadlineNs);
  }

  wake(nowNs: number): number {
    advanceLink(this, nowNs, this);
    return this.deadlineNs;
  }

  deliver(frame: Frame): void {
    const { schedule, capture, watch } = this.#around;
    capture?.frame(schedule.nowNs, this.#station.name, this.#name, 'inbound', frame);
    watch?.arriving(this.#station.name, frame);
    this.#station.receive(this.#port, frame);
  }

  dropped(frame: Frame, reason: DropReason): void {
    this.#around.record(this.#around.schedule.nowNs, labNode, 'link.dropped', {
      link: this.#name,
      toward: this.#station.name,
      reason,
      bytes: frame.length,
    });
  }

  change(patch: Partial<DirectionSettings>): void {
    const { schedule } = this.#around;
    const wasUp = this.settings.up;
    changeLink(this, schedule.nowNs, patch, this);
    setDeadline(schedule, this.#slot, this.deadlineNs);
    if (this.settings.up !== wasUp) this.#station.carrierChanged(this.#port, !wasUp);
  }

  recordCounters(): void {
    this.#around.record(this.#around.schedule.nowNs, labNode, 'link.counters', {
      link: this.#name,
      toward: this.#station.name,
      ...this.counters,
    });
  }
}
