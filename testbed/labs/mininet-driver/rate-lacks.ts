/** What the machine there is too slow for: told before anything starts, since a run would say only that it was late. */
import { formatRate } from '../../../src/base/units.ts';
import { offeredRatesOf } from '../../plan/offered-rate.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Lack } from '../lab.ts';
import type { AgentFacts } from './agent/messages.ts';

/** As its /proc/cpuinfo calls the processor of a User-Mode Linux. */
const userModeProcessor = 'UML';
/** A frame passes four processes there, each of which it wakes, on one slow processor. */
const userModeBps = 10e6;

export function rateLacksOf(plan: Plan, { machine }: Pick<AgentFacts, 'machine'>): Lack[] {
  if (machine.processor !== userModeProcessor) return [];
  return offeredRatesOf(plan)
    .filter(({ rateBps }) => rateBps > userModeBps)
    .map(({ traffic, rateBps }) => ({
      what: `${traffic} sends ${amountOf(rateBps)}, and the Mininet machine is a User-Mode Linux, which carries ${formatRate(userModeBps)}`,
      remedy:
        'give it a rate; or take another Mininet machine, or a lab that carries more: --lab netns',
    }));
}

function amountOf(rateBps: number): string {
  return rateBps === Number.POSITIVE_INFINITY ? 'as fast as it can' : formatRate(rateBps, 3);
}
