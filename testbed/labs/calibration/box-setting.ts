/** Which NAT boxes are classified: each distinct one, by the names that it has. */

import type { Plan, PlannedNode } from '../../plan/plan.ts';
import { isCarriedByHub } from '../../plan/rig-places.ts';
import { canonicalJson } from '../../schema/canonical-json.ts';
import type { Engine } from '../../schema/model.ts';
import type { NatSettings } from '../../schema/nat-settings.ts';

export interface BoxSetting {
  /** `home`, `home[1] and 99 more` */
  readonly name: string;
  readonly engine: Engine;
  readonly settings: NatSettings;
}

export function boxSettingsOf(plans: readonly Pick<Plan, 'nodes' | 'links'>[]): BoxSetting[] {
  const boxes = plans.flatMap(boxesOf);
  const alike = Map.groupBy(boxes, ({ engine, settings }) => canonicalJson({ engine, settings }));
  return [...alike.values()].map((same) => {
    const names = [...new Set(same.map(({ name }) => name))];
    const more = names.length > 1 ? ` and ${names.length - 1} more` : '';
    return { ...same[0]!, name: `${names[0]}${more}` };
  });
}

function boxesOf({ nodes, links }: Pick<Plan, 'nodes' | 'links'>): BoxSetting[] {
  const byName = new Map(links.map((link) => [link.name, link]));
  return nodes.flatMap((node: PlannedNode) => {
    if (node.nat === undefined) return [];
    const engine: Engine = isCarriedByHub(node, byName) ? 'model' : 'kernel';
    return [{ name: node.name, engine, settings: node.nat.settings }];
  });
}
