/** The files that a command line names, all read and checked before anything starts. */
import { readFileSync } from 'node:fs';
import { InputError } from '../../src/base/errors.ts';
import { prepareScenario } from '../campaign/prepare.ts';
import type { LoadedScenario } from '../schema/loaded.ts';
import { InputProblems, problemsOf } from '../schema/problems.ts';

export type ReadScenario =
  | { readonly file: string; readonly loaded: LoadedScenario }
  | { readonly file: string; readonly problems: readonly InputError[] };

export function readScenario(file: string): ReadScenario {
  try {
    return { file, loaded: prepareScenario(file, (path) => readFileSync(path)) };
  } catch (error) {
    if (error instanceof InputError) return { file, problems: problemsOf(error) };
    throw error;
  }
}

/** Throws the problems of all files together. */
export function readScenarios(files: readonly string[]): LoadedScenario[] {
  const read = files.map(readScenario);
  const [first, ...others] = read.flatMap((one) => ('problems' in one ? one.problems : []));
  if (first !== undefined) throw new InputProblems([first, ...others]);
  return read.flatMap((one) => ('loaded' in one ? one.loaded : []));
}
