/** Which traffics an event disturbs, as far as the scenario says so. */
import { namesIn } from '../schema/expression-names.ts';
import type { EventModel, Scenario } from '../schema/model.ts';

/**
 * Those that a measure looks at around it, and those whose progress it waits for. An event of which
 * nothing is said is left out: it disturbs all traffic. One that is said to disturb watched flows alone
 * disturbs no traffic that could be over before it.
 */
export function disturbedTraffic(scenario: Scenario): Record<string, readonly string[]> {
  const names = new Set(scenario.traffic.map((traffic) => traffic.name));
  const watched = new Set(scenario.watches.map((watch) => watch.name));
  return Object.fromEntries(
    scenario.events.flatMap((event) => {
      const measured = scenario.measures
        .filter((measure) => measure.around === event.name)
        .map((measure) => measure.of);
      const said = new Set([...measured, ...awaitedBy(event)]);
      const traffic = [...said].filter((name) => names.has(name));
      const isSaid = traffic.length > 0 || [...said].some((name) => watched.has(name));
      return isSaid ? [[event.name, traffic]] : [];
    }),
  );
}

function awaitedBy({ trigger }: EventModel): string[] {
  return trigger.kind === 'after' ? namesIn(trigger.condition).map((path) => path[0]!) : [];
}
