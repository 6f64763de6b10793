/** One file for each text: nodes that see the same share it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rig } from '../../plan/rig.ts';

/** By node. */
export function writeHostsFiles({ nodes }: Rig, folder: string): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  return new Map(
    nodes.map(({ node, hosts }) => {
      const path = paths.get(hosts) ?? join(folder, `hosts-${paths.size}`);
      if (!paths.has(hosts)) writeFileSync(path, hosts, { mode: 0o644 });
      paths.set(hosts, path);
      return [node, path];
    }),
  );
}
