/** Where kept labs are found: each has a card and a socket in the folder of its run. */
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../../src/base/errors.ts';
import { holdRoot, runRoot } from '../ledger/run-root.ts';
import type { LabCard } from './messages.ts';

export interface KeptFolder {
  readonly card: LabCard;
  readonly path: string;
}

const cardFile = 'lab.json';
/** Labs that somebody raised with sudo are his to use without. */
const rootOfRoot = '/run/ropewalk';

export function socketPathIn(folder: string): string {
  return join(folder, 'keeper.socket');
}

/** By name. */
export function findKeptFolders(): KeptFolder[] {
  const roots = new Set([runRoot(), rootOfRoot]);
  const found = [...roots].flatMap((root) => foldersIn(root));
  return found.toSorted((a, b) => (a.card.name < b.card.name ? -1 : 1));
}

/** From then on the lab is found. Two of one name never are. */
export function leaveCard(folder: string, card: LabCard): void {
  const root = join(folder, '..');
  holdRoot(root, () => {
    refuseTakenName(card.name, foldersIn(root));
    writeFileSync(join(folder, `${cardFile}.partial`), JSON.stringify(card), { mode: 0o644 });
    renameSync(join(folder, `${cardFile}.partial`), join(folder, cardFile));
  });
}

export function refuseTakenName(name: string, folders: readonly KeptFolder[]): void {
  if (!folders.some(({ card }) => card.name === name)) return;
  throw new InputError({
    code: 'name-taken',
    message: `there is a lab called ${name} already`,
    hint: `take it down: ropewalk down ${name}; or give this one another name: --name ${name}-2`,
  });
}

function foldersIn(root: string): KeptFolder[] {
  const names = unlessGone(() => readdirSync(root)) ?? [];
  return names.flatMap((name) => {
    const path = join(root, name);
    const text = unlessGone(() => readFileSync(join(path, cardFile), 'utf8'));
    return text === undefined ? [] : [{ card: JSON.parse(text) as LabCard, path }];
  });
}

function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const gone = ['ENOENT', 'ENOTDIR'];
    if (gone.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
