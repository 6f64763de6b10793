/** The schedulers by name. */
import { earliestDelivery } from './earliest-delivery.ts';
import { lowestRtt } from './lowest-rtt.ts';
import { redundant } from './redundant.ts';
import type { Scheduler, SchedulerKind } from './scheduler.ts';

const schedulers: Readonly<Record<SchedulerKind, Scheduler>> = {
  'lowest-rtt': lowestRtt,
  'earliest-delivery': earliestDelivery,
  redundant,
};

export function schedulerOf(kind: SchedulerKind): Scheduler {
  return schedulers[kind];
}
