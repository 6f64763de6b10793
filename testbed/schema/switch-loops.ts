/** Switches joined in a ring would pass a broadcast round and round: there is no spanning tree here. */
import type { LinkModel } from './model.ts';
import type { Report } from './problem.ts';

export function checkSwitches(
  links: readonly LinkModel[],
  kindOf: (node: string) => string | undefined,
  report: Report,
): void {
  const parents = new Map<string, string>();
  const reported = new Set<string>();
  for (const { group, between } of links) {
    if (between.some((node) => kindOf(node) !== 'switch')) continue;
    const [a, b] = [rootOf(parents, between[0]), rootOf(parents, between[1])];
    if (a !== b) parents.set(a, b);
    else if (!reported.has(group)) {
      reported.add(group);
      const message = `it closes a ring of switches, in which frames would circle for ever`;
      const hint = 'leave this link out, or make one of the switches a router';
      report({ code: 'switch-loop', path: ['links', group], aim: 'key', message, hint });
    }
  }
}

function rootOf(parents: Map<string, string>, node: string): string {
  let root = node;
  for (let up = parents.get(root); up !== undefined; up = parents.get(root)) root = up;
  if (root !== node) parents.set(node, root);
  return root;
}
