/** An engine that a run chooses for its links, in place of what the file says. */
import type { LoadedScenario } from './loaded.ts';
import type { RunEngine, Scenario } from './model.ts';

/** Links that are `direct` stay so: there is nothing to do to their frames. */
export function withEngine(loaded: LoadedScenario, engine: RunEngine | undefined): LoadedScenario {
  if (engine === undefined) return loaded;
  return {
    ...loaded,
    engine,
    resolve: (caseId, variant, seed) => setEngine(loaded.resolve(caseId, variant, seed), engine),
  };
}

function setEngine(scenario: Scenario, engine: RunEngine): Scenario {
  const { topology } = scenario;
  const links = topology.links.map((link) =>
    link.engine === 'direct' ? link : { ...link, engine },
  );
  return { ...scenario, topology: { ...topology, links } };
}
