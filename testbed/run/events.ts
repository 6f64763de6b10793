/** The scenario's events: armed when all traffic is ready, each begun and ended on the run's time. */
import { drawUnit, seedRandom } from '../../src/base/random.ts';
import type { LiveLab } from '../labs/lab.ts';
import type { EventModel } from '../schema/model.ts';
import { type ActiveChange, beginChange, endChange } from './active-changes.ts';
import type { LiveProgress } from './live-progress.ts';

export interface Timeline {
  readonly entries: readonly TimelineEntry[];
  readonly active: ActiveChange[];
}

interface TimelineEntry {
  readonly event: EventModel;
  /** Its condition has not come true yet. */
  waiting: boolean;
  begun: number;
  /** It began when the traffic that it disturbs was over. */
  tooLate: boolean;
}

export interface EventContext {
  readonly live: LiveLab;
  readonly progress: LiveProgress;
  record(kind: string, fields: Readonly<Record<string, string | number>>): void;
  /** Whether the traffic that this event disturbs is over. */
  isOver(event: EventModel): boolean;
}

export function createTimeline(events: readonly EventModel[]): Timeline {
  return {
    entries: events.map((event) => ({ event, waiting: false, begun: 0, tooLate: false })),
    active: [],
  };
}

/** `seed`: the sample's, by which moments are drawn. */
export function armEvents(
  timeline: Timeline,
  context: EventContext,
  t0Ns: number,
  seed: number,
): void {
  for (const entry of timeline.entries) {
    const { trigger, name } = entry.event;
    if (trigger.kind === 'after') entry.waiting = true;
    else {
      const atNs = t0Ns + trigger.timeNs + drawDelayNs(seed, name, trigger.withinNs);
      context.live.at(atNs, () => begin(timeline, entry, context));
    }
  }
}

function drawDelayNs(seed: number, event: string, withinNs: number | undefined): number {
  if (withinNs === undefined) return 0;
  return Math.floor(drawUnit(seedRandom(seed, 'event', event)) * withinNs);
}

/** Begins what waited for a condition that holds now; as a step of its own, never inside a record. */
export function checkConditions(timeline: Timeline, context: EventContext): void {
  for (const entry of timeline.entries) {
    const { trigger } = entry.event;
    if (!entry.waiting || trigger.kind !== 'after') continue;
    if (!context.progress.holds(trigger.condition)) continue;
    entry.waiting = false;
    context.live.at(context.live.nowNs(), () => begin(timeline, entry, context));
  }
}

function begin(timeline: Timeline, entry: TimelineEntry, context: EventContext): void {
  const { live } = context;
  const { event } = entry;
  const beganNs = live.nowNs();
  entry.begun += 1;
  if (context.isOver(event)) entry.tooLate ||= entry.begun === 1 || event.times !== endless;
  const { begun } = entry;
  context.record('event.began', { event: event.name, occurrence: begun });
  const active = beginChange(timeline.active, live, event.change, event.forNs !== undefined);
  if (event.forNs !== undefined && active !== undefined) {
    live.at(beganNs + event.forNs, () => {
      endChange(timeline.active, live, active);
      context.record('event.ended', { event: event.name, occurrence: begun });
    });
  }
  if (event.everyNs !== undefined && entry.begun < event.times) {
    live.at(beganNs + event.everyNs, () => begin(timeline, entry, context));
  }
}

const endless = Number.POSITIVE_INFINITY;

/** Why the sample does not show what the events were to show; undefined when all of them did. */
export function missedEvent(timeline: Timeline): string | undefined {
  for (const { event, begun, tooLate } of timeline.entries) {
    if (begun === 0) return `event ${event.name} never began: the traffic was over before it`;
    if (tooLate) return `event ${event.name} began when the traffic that it disturbs was over`;
    if (event.times !== endless && begun < event.times) {
      return `event ${event.name} began ${begun} of ${event.times} times: the traffic was over by then`;
    }
  }
  return undefined;
}
