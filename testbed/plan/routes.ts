/** Every node's routes in one family. Networks of a node's own interfaces are implied. */
import type { Family } from '../../src/base/address.ts';
import type { Addressing } from './addressing.ts';
import { addEndDefaults, addForwarderDefaults } from './default-routes.ts';
import { addBranchRoutes, addCoreRoutes } from './explicit-routes.ts';
import type { PlannedRoute } from './plan.ts';
import { createRouting } from './routing.ts';
import type { Wiring } from './wiring.ts';

/** By node. */
export function planRoutes(
  wiring: Wiring,
  addressing: Addressing,
  family: Family,
): ReadonlyMap<string, readonly PlannedRoute[]> {
  const routing = createRouting(wiring, addressing, family);
  addBranchRoutes(routing);
  addCoreRoutes(routing);
  addForwarderDefaults(routing);
  addEndDefaults(routing);
  return routing.routes;
}
