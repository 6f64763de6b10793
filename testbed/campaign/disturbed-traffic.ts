/** Which traffics an event disturbs, as far as the scenario says so. */
import { namesIn } from '../schema/expression-names.ts';
import type { EventModel, Scenario } from '../schema/model.ts';

/**
 * Those that a measure looks at around it, and those whose progress it waits for. An event of which
 * nothing is said is left out: it disturbs all traffic.
 */
export function disturbedTraffic(scenario: Scenario): Record<string, readonly string[]> {
  const names = new Set(scenario.traffic.map((traffic) => traffic.name));
  return Object.fromEntries(
    scenario.events.flatMap((event) => {
      const measured = scenario.measures
        .filter((measure) => measure.around === event.name)
        .map((measure) => measure.of);
      const said = [...measured, ...awaitedBy(event)].filter((name) => names.has(name));
      return said.length > 0 ? [[event.name, [...new Set(said)]]] : [];
    }),
  );
}

function awaitedBy({ trigger }: EventModel): string[] {
  return trigger.kind === 'after' ? namesIn(trigger.condition).map((path) => path[0]!) : [];
}
