/** Whether the files and folders that commands name are there, beside the scenario. */
import { dirname, join } from 'node:path';
import type { ReadText, SourcePath } from './loaded.ts';
import type { ProgramModel } from './model.ts';
import type { Report } from './problem.ts';
import { quote } from './quote.ts';

type Standing = 'file' | 'folder' | 'missing';

/** What stands at a path is looked up once for all cases. */
export type KnownPlaces = Map<string, Standing>;

export interface ProgramFiles {
  /** The scenario's file. */
  readonly file: string;
  readonly readText: ReadText;
  readonly known: KnownPlaces;
}

export function checkProgramFiles(
  programs: readonly ProgramModel[],
  files: ProgramFiles,
  report: Report,
): void {
  for (const { name, foreign } of programs) {
    const path = ['programs', name];
    for (const [at, file] of (foreign?.files ?? []).entries()) {
      const place = [...path, 'files', at];
      if (lookAt(file, files) === 'missing') refuse(file, 'does not exist', place, report);
    }
    const { cwd } = foreign ?? {};
    const standing = cwd === undefined ? 'folder' : lookAt(cwd, files);
    if (standing === 'folder') continue;
    const why = standing === 'file' ? 'is a file, where a folder is expected' : 'does not exist';
    refuse(cwd!, why, [...path, 'cwd'], report);
  }
}

function refuse(place: string, why: string, path: SourcePath, report: Report): void {
  const hint = 'the path counts from the folder of this file';
  report({ code: 'unreadable-file', path, message: `${quote(place)} ${why}`, hint });
}

function lookAt(place: string, { file, readText, known }: ProgramFiles): Standing {
  const path = join(dirname(file), place);
  const standing = known.get(path) ?? standingOf(path, readText);
  known.set(path, standing);
  return standing;
}

function standingOf(path: string, readText: ReadText): Standing {
  try {
    readText(path);
    return 'file';
  } catch (error) {
    return (error as { code?: string }).code === 'EISDIR' ? 'folder' : 'missing';
  }
}
