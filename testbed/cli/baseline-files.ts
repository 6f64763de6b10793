/** Where references stand on disk. */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../src/base/errors.ts';
import type { Baseline } from '../baseline/baseline.ts';
import { formatBaseline } from '../baseline/format-baseline.ts';
import { readBaseline } from '../baseline/read-baseline.ts';
import { fileName } from '../campaign/folder.ts';

export const baselinesFolder = 'reports/baselines';

export interface BaselineFile {
  readonly file: string;
  /** Undefined where there is no such file yet. */
  readonly baseline: Baseline | undefined;
}

export function readBaselineOf(scenario: string, folder: string): BaselineFile {
  const file = join(folder, `${fileName(scenario)}.json`);
  try {
    return { file, baseline: readBaseline(file, readFileSync(file, 'utf8')) };
  } catch (error) {
    if (isAbsent(error)) return { file, baseline: undefined };
    throw error;
  }
}

/** It appears whole, by a rename. */
export function writeBaseline(file: string, baseline: Baseline): void {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(`${file}.partial`, formatBaseline(baseline));
  renameSync(`${file}.partial`, file);
}

/** The files of all scenarios that have references, in order. */
export function listSavedScenarios(folder: string): string[] {
  const names = listFolder(folder).filter((name) => name.endsWith('.json'));
  if (names.length === 0) {
    throw new InputError({
      code: 'no-references',
      message: `there are no references in ${folder}`,
      hint: 'make some: ropewalk baseline save scenarios/*.yaml',
    });
  }
  return names.toSorted().map((name) => {
    const file = join(folder, name);
    return readBaseline(file, readFileSync(file, 'utf8')).file;
  });
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
