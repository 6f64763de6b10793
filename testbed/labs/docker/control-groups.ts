/** The unified control groups of this machine, to which programs in the kernel are attached. */
import { readFileSync } from 'node:fs';
import { inside, type Mount } from './node-container.ts';

/** Where they are the only ones, an engine shows each container its own; beside older ones it shows none. */
export function controlGroups(mounts = readFileSync('/proc/self/mounts', 'utf8')): Mount[] {
  const lines = mounts.split('\n').map((line) => line.split(' '));
  const hasOlder = lines.some(([, , kind]) => kind === 'cgroup');
  const place = lines.find(([, , kind]) => kind === 'cgroup2')?.[1];
  if (!hasOlder || place === undefined) return [];
  return [{ from: place, to: inside.controlGroups, isWritable: false }];
}
