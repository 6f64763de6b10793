import test from 'ava';
import type { PlannedProgram } from '../../plan/plan.ts';
import { commandFolders } from './command-folders.ts';

const foldersFor = (...folders: readonly (string | undefined)[]) => {
  const programs = folders.map((cwd) => ({ foreign: { cwd } }) as unknown as PlannedProgram);
  return commandFolders({ programs }, '/home/me/project/scenarios');
};

test('commands see the folder of their scenario', (t) => {
  t.deepEqual(foldersFor(undefined), ['/home/me/project/scenarios']);
});

test('a folder that a command is started in is seen, beside the scenario or around it', (t) => {
  t.deepEqual(foldersFor('../site', 'data'), [
    '/home/me/project/scenarios',
    '/home/me/project/site',
  ]);
  t.deepEqual(foldersFor('..', '../site'), ['/home/me/project']);
});

test('the root is never mounted: it would cover the image', (t) => {
  t.deepEqual(foldersFor('../../../..'), ['/home/me/project/scenarios']);
});
