/** Where a program of a lab keeps files: in its run's folder, which goes with the run whatever becomes of it. */
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** The same one for a program that begins anew. Only its owner may look into it: there are passwords. */
export function ownFolder(node: string, purpose: string): string {
  const folder = join(process.env['ROPEWALK_FOLDER'] ?? tmpdir(), `${node}-${purpose}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}
