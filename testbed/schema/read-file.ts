/** A file's text, if it is text and no larger than a person would write. */
import { InputError, type SourcePlace } from '../../src/base/errors.ts';
import type { ReadText, SourceFile } from './loaded.ts';
import { createSourceText, placeAt } from './source.ts';

const mostBytes = 1_048_576;

export function readFile(path: string, readText: ReadText): SourceFile {
  const content = open(path, readText);
  if (content.length > mostBytes) {
    throw new InputError({
      code: 'file-too-large',
      message: 'the file is larger than 1 MiB, which it passes here',
      hint: 'no scenario is that long; is it the right file?',
      place: placeOf(path, content, mostBytes),
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
      hint:
        code === 'EISDIR'
          ? `name files in it: ${path.replace(/\/+$/, '')}/*.yaml`
          : 'look for the file with: ropewalk list',
      cause,
    });
  }
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new InputError({
      code: 'not-utf8',
      message: 'this is not UTF-8 text',
      hint: 'save the file as UTF-8',
      place: placeOf(path, bytes, lengthOfText(bytes)),
      cause,
    });
  }
}

/** How many bytes are UTF-8 before the first that is not. */
function lengthOfText(bytes: Uint8Array): number {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return new TextEncoder().encode(text.slice(0, text.indexOf('\ufffd'))).length;
}

function placeOf(path: string, content: string | Uint8Array, offset: number): SourcePlace {
  const [before, behind] = [content.slice(0, offset), content.slice(offset, offset + 200)];
  const [head, tail] = [before, behind].map((part) =>
    typeof part === 'string' ? part : new TextDecoder().decode(part),
  );
  const source = createSourceText(path, head! + tail!);
  return placeAt({ source, start: head!.length, end: head!.length + 1 });
}
