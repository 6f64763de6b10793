import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The file that starts this Ropewalk; in the package it stands beside `dist/`, as it has no types to strip. */
export const ownBin = ['./ropewalk.js', '../../../testbed/cli/ropewalk.js']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path, at) => at === 1 || existsSync(path))!;
