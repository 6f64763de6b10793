/** Files in memory: what the tests of this room read from. */
import { InputError } from '../../src/base/errors.ts';
import { formatError } from './format-error.ts';
import { loadScenario } from './load.ts';
import type { LoadedScenario, ReadText } from './loaded.ts';
import { problemsOf } from './problems.ts';

export function readFrom(files: Readonly<Record<string, string | Uint8Array>>): ReadText {
  return (path) => {
    const content = files[path];
    if (content === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return content;
  };
}

export function loadText(
  text: string,
  others: Readonly<Record<string, string>> = {},
): LoadedScenario {
  return loadScenario('s.yaml', readFrom({ 's.yaml': text, ...others }));
}

/** Every message, or nothing where the file is in order. */
export function complaintsOn(load: () => unknown): string[] {
  try {
    load();
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return problemsOf(error).map(formatError);
  }
}
