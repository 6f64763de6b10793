/** Values and paths as messages show them: short, and without what would move a terminal's cursor. */
import type { SourcePath } from './loaded.ts';

const longestShown = 60;

/** `"30"`; a map or a list is named, not shown. */
export function quote(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  const text = String(value);
  const shown = text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
  return `"${withoutControls(shown)}"`;
}

export function withoutControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '\u{FFFD}');
}

/** `links.lte.loss.frames[2]`, and nothing for the whole file. */
export function formatPath(path: SourcePath): string {
  const shown = path.map((step) =>
    typeof step === 'number' ? `[${step + 1}]` : `.${shorten(step)}`,
  );
  return shown.join('').replace(/^\./, '');
}

function shorten(step: string): string {
  const text = withoutControls(step);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

/** `a, b or c`. */
export function listWords(words: readonly string[], last = 'or'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

/** `wifi, lte, wan and 7 more`. */
export function listSome(words: readonly string[], most = 12): string {
  if (words.length <= most) return words.join(', ');
  return `${words.slice(0, most).join(', ')} and ${words.length - most} more`;
}
