/** Of a plan, what the hub carries: links whose engine is the model, and the nodes at their ends. */
import type { Plan } from '../../plan/plan.ts';
import type { HubPort } from '../hub/hub-port.ts';
import type { HubNetwork } from '../hub/messages.ts';

export function hubNetworkOf(
  plan: Plan,
  ports: readonly HubPort[],
  capturePath: string | undefined,
): HubNetwork {
  const links = plan.links.filter(({ engine }) => engine === 'model');
  const ends = new Set(links.flatMap((link) => link.ends.map(({ node }) => node)));
  const carried = new Set(links.map(({ name }) => name));
  const nodes = plan.nodes
    .filter(({ name }) => ends.has(name))
    .map((node) => ({
      ...node,
      interfaces: node.interfaces.filter(({ link }) => carried.has(link)),
    }));
  return {
    seed: plan.seed,
    nodes,
    links,
    ports,
    watches: plan.watches,
    ...(capturePath !== undefined && { capturePath }),
  };
}
