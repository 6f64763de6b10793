/** An error as a terminal shows it: the place, the line, a caret, and what to type instead. */
import type { RopewalkError, SourcePlace } from '../../src/base/errors.ts';
import { withoutControls } from './quote.ts';

const widestLine = 100;

export function formatError(error: RopewalkError): string {
  const { place, hint, code } = error;
  const where = place === undefined ? '' : `${place.file}:${place.line}:${place.column}: `;
  const hints = hint === undefined ? [] : hint.split('\n').map((line) => `   ${line}`);
  const excerpt = place === undefined ? [] : excerptOf(place);
  return [`${where}${error.message} [${code}]`, ...excerpt, ...hints].join('\n');
}

function excerptOf(place: SourcePlace): string[] {
  const number = String(place.line).padStart(5);
  const { text, column, width } = windowOf(place);
  const caret = `${' '.repeat(column)}${'^'.repeat(width)}`;
  return [`${number} | ${text}`, `${' '.repeat(5)} | ${caret}`];
}

/** The part of the line around the caret, and the caret's distance from its beginning. */
function windowOf(place: SourcePlace): { text: string; column: number; width: number } {
  const column = place.column - 1;
  const from = column > widestLine * 0.75 ? column - Math.floor(widestLine / 2) : 0;
  const part = place.text.slice(from, from + widestLine);
  const lead = from > 0 ? '…' : '';
  const tail = from + widestLine < place.text.length ? '…' : '';
  const text = lead + withoutControls(part.replaceAll('\t', ' ')) + tail;
  const at = column - from + lead.length;
  return { text, column: at, width: Math.max(1, Math.min(place.width, text.length - at)) };
}
