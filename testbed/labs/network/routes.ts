/** The plan's routes, put into a node's IP machine. */

import { FaultError } from '../../../src/base/errors.ts';
import { addRoute } from '../../../src/ip/routes.ts';
import type { IpMachine } from '../../../src/ip/state.ts';
import type { PlannedNode } from '../../plan/plan.ts';

export function installRoutes(machine: IpMachine, node: PlannedNode): void {
  const indexOf = new Map(node.interfaces.map((one, index) => [one.name, index]));
  for (const route of node.routes) {
    const interfaceIndex = indexOf.get(route.interface);
    if (interfaceIndex === undefined) {
      throw new FaultError({
        code: 'plan-inconsistent',
        message: `the plan routes ${node.name} by ${route.interface}, an interface it hasn't`,
      });
    }
    addRoute(machine, {
      prefix: route.prefix,
      interfaceIndex,
      metric: route.metric,
      ...(route.gateway !== undefined && { gateway: route.gateway }),
    });
  }
}
