/** Small plans for the tests of this room: programs, events and a limit, without a topology. */
import { nsPerMs, nsPerSecond } from '../../src/base/time.ts';
import type { Plan, PlannedProgram } from '../plan/plan.ts';
import type { Expression } from '../schema/expression.ts';
import type { EventModel } from '../schema/model.ts';
import type { LiveProgress } from './live-progress.ts';

export function planOf(
  programs: readonly PlannedProgram[],
  events: readonly EventModel[] = [],
): Plan {
  return {
    scenario: 'small',
    seed: 1,
    limitNs: 30 * nsPerSecond,
    nodes: [],
    links: [],
    programs,
    watches: [],
    events,
  };
}

/** A program whose id is also the name of its script. */
export function programOf(id: string, parts: Partial<PlannedProgram> = {}): PlannedProgram {
  return {
    id,
    node: 'server',
    run: id,
    settings: {},
    traffic: undefined,
    awaited: false,
    opens: false,
    startNs: 0,
    ...parts,
  };
}

export function openerOf(id: string, parts: Partial<PlannedProgram> = {}): PlannedProgram {
  return programOf(id, {
    node: 'phone',
    traffic: 'download',
    awaited: true,
    opens: true,
    ...parts,
  });
}

export function eventOf(name: string, atMs: number, parts: Partial<EventModel> = {}): EventModel {
  return {
    name,
    trigger: { kind: 'at', timeNs: atMs * nsPerMs },
    forNs: undefined,
    everyNs: undefined,
    times: 1,
    change: { kind: 'link-down', link: 'wifi' },
    ...parts,
  };
}

/** Stands for any condition: what holds is up to the progress that is handed in. */
export const someCondition: Expression = {
  kind: 'name',
  path: ['download', 'bytes'],
  span: { start: 0, end: 14 },
};

export const noProgress: LiveProgress = {
  note: () => {},
  holds: () => false,
  describe: () => undefined,
};
