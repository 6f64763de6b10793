/** The folders of this machine in which commands of somebody else's look for their files. */
import { relative, resolve, sep } from 'node:path';
import type { Plan } from '../../plan/plan.ts';

/** That of the scenario, and those that `cwd` names; none within another. The root would cover the image. */
export function commandFolders({ programs }: Pick<Plan, 'programs'>, scenarioFolder: string) {
  const named = programs.flatMap(({ foreign }) => foreign?.cwd ?? []);
  const all = new Set(['.', ...named].map((folder) => resolve(scenarioFolder, folder)));
  return [...all].filter(
    (folder) => folder !== sep && ![...all].some((other) => isBelow(folder, other)),
  );
}

function isBelow(folder: string, other: string): boolean {
  const path = relative(other, folder);
  return other !== sep && path !== '' && path !== '..' && !path.startsWith(`..${sep}`);
}

export function runsCommands({ programs }: Pick<Plan, 'programs'>, node: string): boolean {
  return programs.some((one) => one.node === node && one.foreign !== undefined);
}
