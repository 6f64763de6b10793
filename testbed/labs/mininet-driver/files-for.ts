/** The files beside a scenario that its programs need, for a machine that has none of ours. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';
import type { Plan, PlannedProgram } from '../../plan/plan.ts';
import type { SentFile } from './agent/messages.ts';

/** What is not there is named when the program is started, as in every lab. */
export function filesFor({ programs }: Plan, scenarioFolder: string): SentFile[] {
  const names = new Set(programs.flatMap(namesOf).map((name) => normalize(name)));
  return [...names].flatMap((name) => readUnder(scenarioFolder, name));
}

function namesOf({ run, foreign }: PlannedProgram): readonly string[] {
  if (foreign === undefined) return [];
  const [word] = run as readonly string[];
  const isBeside = word!.includes('/') && !isAbsolute(word!);
  return [...foreign.files, ...(isBeside ? [word!] : [])];
}

function readUnder(folder: string, name: string): SentFile[] {
  const path = join(folder, name);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (found.isDirectory())
    return readdirSync(path).flatMap((one) => readUnder(folder, join(name, one)));
  return [{ path: name, bytes: readFileSync(path), isExecutable: (found.mode & 0o111) !== 0 }];
}
