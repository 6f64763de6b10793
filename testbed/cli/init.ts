import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { InputError } from '../../src/base/errors.ts';
import { quoteCommand } from '../../src/base/shell-words.ts';
import { makeFolder } from '../campaign/folder.ts';
import type { Session } from './session.ts';
import { starterScenario, starterTopology } from './starter.ts';

export function addInit(program: Command, { terminal }: Session): void {
  program
    .command('init')
    .description('write a small scenario to start from')
    .argument('[folder]', 'where to', '.')
    .action((folder: string) => {
      const files = starterFiles();
      refuseExisting(
        folder,
        files.map(([name]) => join(folder, name)),
      );
      for (const [name, text] of files) writeNew(join(folder, name), text);
      const scenario = join(folder, 'scenarios/hello.yaml');
      terminal.print(`wrote ${files.map(([name]) => join(folder, name)).join(', ')}\n`);
      terminal.print(`next: ${quoteCommand(['ropewalk', 'run', scenario])}\n`);
    });
}

function starterFiles(): [name: string, text: string][] {
  return [
    ['topologies/home.yaml', starterTopology],
    ['scenarios/hello.yaml', starterScenario],
    ['schema/topology.schema.json', readSchema('topology')],
    ['schema/scenario.schema.json', readSchema('scenario')],
  ];
}

function readSchema(name: string): string {
  return readFileSync(new URL(`../schema/${name}.schema.json`, import.meta.url), 'utf8');
}

function refuseExisting(folder: string, paths: readonly string[]): void {
  const existing = paths.filter((path) => existsSync(path));
  if (existing.length === 0) return;
  throw new InputError({
    code: 'file-exists',
    message: `${existing.join(', ')} ${existing.length === 1 ? 'is' : 'are'} there already`,
    hint: `name another folder: ${quoteCommand(['ropewalk', 'init', findFree(folder)])}`,
  });
}

/** `lab` for the folder one stands in, `lab-2` for `lab`: whichever is not there yet. */
function findFree(folder: string): string {
  const wanted = /(?:^|\/)\.{1,2}\/*$/.test(folder) ? join(folder, 'lab') : join(folder);
  const base = wanted.replace(/\/+$/, '');
  let free = base;
  for (let count = 2; existsSync(free); count++) free = `${base}-${count}`;
  return free;
}

function writeNew(path: string, text: string): void {
  makeFolder(dirname(path));
  writeFileSync(path, text, { flag: 'wx' });
}
