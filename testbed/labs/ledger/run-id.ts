/** Names of runs: short, since devices and namespaces bear them, and no two alike on one machine. */
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runRoot } from './run-root.ts';

const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
const idLength = 5;

export function newRunId(root: string = runRoot()): string {
  for (;;) {
    const picked = Array.from({ length: idLength }, () => letters[randomInt(letters.length)]);
    const id = picked.join('');
    if (!existsSync(join(root, id))) return id;
  }
}
