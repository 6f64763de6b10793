/** A file's text, if it is text and no larger than a person would write. */
import { InputError } from '../../src/base/errors.ts';
import type { ReadText, SourceFile } from './loaded.ts';

const mostBytes = 1_048_576;

export function readFile(path: string, readText: ReadText): SourceFile {
  const content = open(path, readText);
  if (content.length > mostBytes) {
    const message = `${path} is larger than 1 MiB`;
    throw new InputError({
      code: 'file-too-large',
      message,
      hint: 'no scenario is that long; is it the right file?',
    });
  }
  return { path, text: typeof content === 'string' ? content : decode(path, content) };
}

function open(path: string, readText: ReadText): string | Uint8Array {
  try {
    return readText(path);
  } catch (cause) {
    const { code } = cause as { code?: string };
    const reasons: Record<string, string> = {
      ENOENT: 'does not exist',
      EISDIR: 'is a folder',
      EACCES: 'may not be read',
    };
    const reason = reasons[code ?? ''] ?? `cannot be read (${code ?? String(cause)})`;
    throw new InputError({
      code: 'unreadable-file',
      message: `${path} ${reason}`,
      hint: 'look for the file with: ropewalk list',
      cause,
    });
  }
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    const message = `${path} is not UTF-8 text`;
    throw new InputError({ code: 'not-utf8', message, hint: 'save it as UTF-8', cause });
  }
}
