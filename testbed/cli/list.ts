import { readFileSync, statSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { InputError } from '../../src/base/errors.ts';
import { formatJson } from '../report/json.ts';
import { loadScenario } from '../schema/load.ts';
import type { LoadedScenario } from '../schema/loaded.ts';
import { describeScenario } from './check.ts';
import { isScenario } from './read-topology.ts';
import type { Session } from './session.ts';

export function addList(program: Command, { terminal }: Session): void {
  program
    .command('list')
    .description('show the scenarios in a folder')
    .argument('[folder]', 'where to look, or one file to see its cases', 'scenarios')
    .option('--json', 'print them as JSON and nothing else')
    .action(async (folder: string, flags: { json?: boolean }) => {
      const listed = (await filesIn(folder)).filter(holdsScenario).map(listFile);
      if (flags.json) terminal.print(formatJson(listed.map(toEntry)));
      else terminal.print(listed.map((one) => toText(one, listed.length === 1)).join(''));
    });
}

type Listed =
  | { readonly file: string; readonly loaded: LoadedScenario }
  | { readonly file: string; readonly error: InputError };

async function filesIn(folder: string): Promise<string[]> {
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat?.isFile()) return [folder];
  const names =
    stat === undefined ? [] : await Array.fromAsync(glob('**/*.{yaml,yml}', { cwd: folder }));
  if (names.length === 0) {
    throw new InputError({
      code: 'no-scenarios',
      message: `there are no scenarios in ${folder}`,
      hint: 'name their folder, or write a first one: ropewalk init',
    });
  }
  return names.toSorted().map((name) => join(folder, name));
}

/** A topology, or what belongs to somebody else, is no scenario with a fault. */
function holdsScenario(file: string): boolean {
  return isScenario(readFileSync(file, 'utf8'));
}

function listFile(file: string): Listed {
  try {
    return { file, loaded: loadScenario(file, (path) => readFileSync(path)) };
  } catch (error) {
    if (error instanceof InputError) return { file, error };
    throw error;
  }
}

function toText(listed: Listed, withCases: boolean): string {
  const { file } = listed;
  if ('error' in listed) return `${file}\n  can't be read: ropewalk check ${file}\n`;
  const { about, cases, variants } = listed.loaded;
  const lines = [
    ...(about === '' ? [] : [about]),
    describeScenario(listed.loaded),
    ...(withCases && cases.length > 1 ? cases.map(({ id }) => `case ${id}`) : []),
    ...(withCases && variants.length > 1 ? variants.map((name) => `variant ${name}`) : []),
  ];
  return `${file}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

function toEntry(listed: Listed): object {
  const { file } = listed;
  if ('error' in listed) return { file, ok: false };
  const { name, about, seed, repeat, cases, variants } = listed.loaded;
  return { file, ok: true, name, about, seed, repeat, cases: cases.map(({ id }) => id), variants };
}
