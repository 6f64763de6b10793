/** JSON that an earlier run left on disk, read back; what is damaged is named, with what to do. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../src/base/errors.ts';

/** Undefined where no such file is. `remedy`: what to do where it is cut off. */
export function readStored(folder: string, name: string, remedy: string): unknown {
  const path = join(folder, name);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw damaged(path, (error as Error).message, remedy, error);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(path, 'it is cut off, or no JSON', remedy, error);
  }
}

export function damaged(path: string, reason: string, remedy: string, cause?: unknown): InputError {
  return new InputError({
    code: 'damaged-file',
    message: `${path} can't be used: ${reason}`,
    hint: remedy,
    cause,
  });
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
