/** Which nodes are the hub's, and which are namespaces of the kernel. */
import type { PlannedLink, PlannedNode } from './plan.ts';

/**
 * Switches and NAT boxes stand in the hub, beside the links of the model. One that has no such link is
 * the kernel's: a namespace with a bridge, or with nft rules.
 */
export function isCarriedByHub(
  node: PlannedNode,
  links: ReadonlyMap<string, PlannedLink>,
): boolean {
  if (node.kind !== 'switch' && node.kind !== 'nat') return false;
  const engines = node.interfaces.map(({ link }) => links.get(link)!.engine);
  return engines.length === 0 || engines.includes('model');
}
