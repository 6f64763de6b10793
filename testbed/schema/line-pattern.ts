/** Texts that stand for something to look for: a part of a line, or a regular expression in slashes. */
import type { LinePattern } from './model.ts';

const slashed = /^\/(.+)\/([a-z]*)$/s;

/** What is looked for, or why it cannot be, in the engine's own words. */
export function readPattern(text: string): LinePattern | { readonly problem: string } {
  const [, source, flags] = slashed.exec(text) ?? [];
  if (source === undefined) return { kind: 'part', text };
  return readRegex(source, flags);
}

/** With the flag u, which refuses what has no meaning. */
export function readRegex(
  source: string,
  flags = '',
): Extract<LinePattern, { kind: 'regex' }> | { readonly problem: string } {
  try {
    const all = flags.includes('u') ? flags : `${flags}u`;
    new RegExp(source, all);
    return { kind: 'regex', source, flags: all };
  } catch (error) {
    const { message } = error as SyntaxError;
    return { problem: message.slice(message.lastIndexOf(': ') + 2) };
  }
}

/** Whether a line is one that was waited for. */
export function fitsLine(pattern: LinePattern, line: string): boolean {
  if (pattern.kind === 'part') return line.includes(pattern.text);
  // Without g and y, which would remember where the last line ended.
  return new RegExp(pattern.source, pattern.flags.replaceAll(/[gy]/g, '')).test(line);
}
