/** A tunnel's key may stand in a file beside the scenario, which need not be where the scenario is. */
import { dirname, join } from 'node:path';
import type { SourcePath } from './loaded.ts';
import type { ProgramModel } from './model.ts';
import type { Report } from './problem.ts';
import type { ProgramFiles } from './program-files.ts';
import { quote } from './quote.ts';

/** Programs with the text of their `key-file` as their `key`; space around it does not count. */
export function readKeyFiles(
  programs: readonly ProgramModel[],
  files: ProgramFiles,
  report: Report,
): ProgramModel[] {
  return programs.map((program) => {
    const { 'key-file': place, ...others } = program.with;
    if (typeof place !== 'string' || typeof program.run !== 'string') return program;
    const path = ['programs', program.name, 'with', 'key-file'];
    if (others['key'] !== undefined) {
      const hint = 'leave one of them out';
      report({ code: 'conflicting-keys', path, message: 'there is a key and a key-file', hint });
    }
    return { ...program, with: { ...others, key: readKey(place, files, path, report) } };
  });
}

function readKey(place: string, files: ProgramFiles, path: SourcePath, report: Report): string {
  const key = textAt(join(dirname(files.file), place), files);
  if (key !== undefined && key.trim() !== '') return key.trim();
  const message = `${quote(place)} ${key === undefined ? 'can’t be read' : 'is empty'}`;
  const hint = 'the path counts from the folder of this file; any text is a key';
  report({ code: 'unreadable-file', path, message, hint });
  return '';
}

/** Undefined: there is no such file. */
function textAt(path: string, { readText }: ProgramFiles): string | undefined {
  try {
    const text = readText(path);
    return typeof text === 'string' ? text : new TextDecoder().decode(text);
  } catch {
    return undefined;
  }
}
