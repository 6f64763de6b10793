/**
 * Virtual time: who wakes next. A binary heap in typed arrays, with one place for each actor, so that
 * moving a deadline costs a few compares and nothing is allocated. Actors that wake at the same
 * instant do so in the order in which they asked, which makes a run repeat to the last byte.
 */
import { FaultError } from '../../../src/base/errors.ts';
import { never } from '../../../src/base/time.ts';

export interface Actor {
  /** Does what is due at `nowNs` and returns the next deadline (`never` when idle). */
  wake(nowNs: number): number;
  /** For the message when something wakes without end: `link wifi toward phone`. */
  readonly label: string;
}

export interface Schedule {
  nowNs: number;
  size: number;
  nextOrder: number;
  wakes: number;
  /** Heap-ordered, side by side: when, in which order asked, and whose. */
  times: Float64Array;
  orders: Float64Array;
  slots: Int32Array;
  /** Where in the heap a slot's entry stands; -1: it waits for nothing. */
  positions: Int32Array;
  readonly actors: (Actor | undefined)[];
  readonly freeSlots: number[];
  instantNs: number;
  wakesAtInstant: number;
}

/** More wakes than this within one instant are a loop: time would never go on. */
const maxWakesAtInstant = 20_000_000;

export function createSchedule(): Schedule {
  return {
    nowNs: 0,
    size: 0,
    nextOrder: 0,
    wakes: 0,
    times: new Float64Array(1024),
    orders: new Float64Array(1024),
    slots: new Int32Array(1024),
    positions: new Int32Array(1024).fill(-1),
    actors: [],
    freeSlots: [],
    instantNs: -1,
    wakesAtInstant: 0,
  };
}

/** The slot by which the actor's deadline is set from now on. */
export function addActor(schedule: Schedule, actor: Actor): number {
  const slot = schedule.freeSlots.pop() ?? schedule.actors.length;
  schedule.actors[slot] = actor;
  if (slot >= schedule.positions.length) growSchedule(schedule);
  schedule.positions[slot] = -1;
  return slot;
}

export function removeActor(schedule: Schedule, slot: number): void {
  setDeadline(schedule, slot, never);
  schedule.actors[slot] = undefined;
  schedule.freeSlots.push(slot);
}

/** An earlier time than now counts as now. The same time again keeps the actor's place in the order. */
export function setDeadline(schedule: Schedule, slot: number, deadlineNs: number): void {
  const position = schedule.positions[slot]!;
  if (position < 0) {
    if (deadlineNs !== never) push(schedule, slot, deadlineNs);
    return;
  }
  if (schedule.times[position] === deadlineNs) return;
  if (deadlineNs === never) {
    removeAt(schedule, position);
    return;
  }
  place(schedule, position, Math.max(deadlineNs, schedule.nowNs), schedule.nextOrder++, slot);
}

/** Wakes the next actor, unless it is later than `limitNs`. False: nobody was woken. */
export function wakeNext(schedule: Schedule, limitNs: number): boolean {
  if (schedule.size === 0) return false;
  const timeNs = schedule.times[0]!;
  if (timeNs > limitNs) return false;
  const slot = schedule.slots[0]!;
  schedule.nowNs = timeNs;
  schedule.wakes++;
  guardInstant(schedule, timeNs, slot);
  const actor = schedule.actors[slot]!;
  // The entry stays at the top while its actor works, which may move it: most only need moving down.
  const order = schedule.orders[0]!;
  const nextNs = actor.wake(timeNs);
  if (schedule.actors[slot] === actor) settleWoken(schedule, slot, order, timeNs, nextNs);
  return true;
}

function settleWoken(
  schedule: Schedule,
  slot: number,
  order: number,
  timeNs: number,
  nextNs: number,
): void {
  const position = schedule.positions[slot]!;
  const untouched = position >= 0 && schedule.orders[position] === order;
  if (untouched && nextNs === timeNs) {
    place(schedule, position, timeNs, schedule.nextOrder++, slot);
  } else {
    setDeadline(schedule, slot, nextNs);
  }
}

function guardInstant(schedule: Schedule, timeNs: number, slot: number): void {
  if (timeNs !== schedule.instantNs) {
    schedule.instantNs = timeNs;
    schedule.wakesAtInstant = 0;
  } else if (++schedule.wakesAtInstant > maxWakesAtInstant) {
    throw new FaultError({
      code: 'time-stands-still',
      message: `virtual time stands still at ${timeNs} ns: ${schedule.actors[slot]!.label} wakes without end`,
      hint: 'look for links without delay and rate that pass the same frame round',
    });
  }
}

function push(schedule: Schedule, slot: number, deadlineNs: number): void {
  if (schedule.size === schedule.times.length) growSchedule(schedule);
  const timeNs = Math.max(deadlineNs, schedule.nowNs);
  siftUp(schedule, schedule.size++, timeNs, schedule.nextOrder++, slot);
}

function removeAt(schedule: Schedule, position: number): void {
  schedule.positions[schedule.slots[position]!] = -1;
  const last = --schedule.size;
  if (position === last) return;
  place(schedule, position, schedule.times[last]!, schedule.orders[last]!, schedule.slots[last]!);
}

/** Puts an entry where the hole at `position` is, and lets it find its way up or down. */
function place(
  schedule: Schedule,
  position: number,
  timeNs: number,
  order: number,
  slot: number,
): void {
  const parent = (position - 1) >> 1;
  if (position > 0 && isBefore(schedule, timeNs, order, parent)) {
    siftUp(schedule, position, timeNs, order, slot);
  } else {
    siftDown(schedule, position, timeNs, order, slot);
  }
}

function siftUp(
  schedule: Schedule,
  from: number,
  timeNs: number,
  order: number,
  slot: number,
): void {
  let position = from;
  while (position > 0) {
    const parent = (position - 1) >> 1;
    if (!isBefore(schedule, timeNs, order, parent)) break;
    move(schedule, parent, position);
    position = parent;
  }
  write(schedule, position, timeNs, order, slot);
}

function siftDown(
  schedule: Schedule,
  from: number,
  timeNs: number,
  order: number,
  slot: number,
): void {
  const { times, orders, size } = schedule;
  let position = from;
  for (;;) {
    let child = position * 2 + 1;
    if (child >= size) break;
    const right = child + 1;
    if (right < size && isBefore(schedule, times[right]!, orders[right]!, child)) child = right;
    if (isBefore(schedule, timeNs, order, child)) break;
    move(schedule, child, position);
    position = child;
  }
  write(schedule, position, timeNs, order, slot);
}

function isBefore(schedule: Schedule, timeNs: number, order: number, other: number): boolean {
  const otherNs = schedule.times[other]!;
  return timeNs < otherNs || (timeNs === otherNs && order < schedule.orders[other]!);
}

function move(schedule: Schedule, from: number, to: number): void {
  write(schedule, to, schedule.times[from]!, schedule.orders[from]!, schedule.slots[from]!);
}

function write(
  schedule: Schedule,
  position: number,
  timeNs: number,
  order: number,
  slot: number,
): void {
  schedule.times[position] = timeNs;
  schedule.orders[position] = order;
  schedule.slots[position] = slot;
  schedule.positions[slot] = position;
}

function growSchedule(schedule: Schedule): void {
  const room = schedule.times.length * 2;
  schedule.times = grown(Float64Array, schedule.times, room);
  schedule.orders = grown(Float64Array, schedule.orders, room);
  schedule.slots = grown(Int32Array, schedule.slots, room);
  schedule.positions = grown(Int32Array, schedule.positions, room);
}

function grown<T extends Float64Array | Int32Array>(
  make: new (length: number) => T,
  old: T,
  room: number,
): T {
  const larger = new make(room);
  larger.set(old);
  return larger;
}
