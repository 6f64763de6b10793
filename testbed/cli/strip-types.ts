/**
 * Node runs our TypeScript as it is, but not under `node_modules`: what is packed is the same code with
 * its types blanked out, in `dist/`, every line and column where it was.
 */
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';

/** Imports of a file of ours end in `.ts`; `.js` is as long, so columns stay. */
export function stripModule(source: string): string {
  return stripTypeScriptTypes(source).replaceAll(
    /((?:\bfrom|^import|\bimport\()\s*'\.[^'\n]*)\.ts'/gm,
    "$1.js'",
  );
}

const sources = ['src/**/*.ts', 'testbed/**/*.ts'];
const asTheyAre = ['testbed/schema/*.schema.json', 'testbed/**/*.c'];
const notForUsers = /\.(test|lab|conformance|bench)\.ts$/;

function stripAll(root: string): void {
  const output = join(root, 'dist');
  rmSync(output, { recursive: true, force: true });
  for (const file of globSync(sources, { cwd: root })) {
    if (notForUsers.test(file)) continue;
    write(
      join(output, file.replace(/\.ts$/, '.js')),
      stripModule(readFileSync(join(root, file), 'utf8')),
    );
  }
  for (const file of globSync(asTheyAre, { cwd: root })) {
    mkdirSync(dirname(join(output, file)), { recursive: true });
    copyFileSync(join(root, file), join(output, file));
  }
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

if (import.meta.main) stripAll(join(import.meta.dirname, '../..'));
