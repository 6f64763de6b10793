/** Where in a file of rules something stands, for the caret of an error. */
import type { LineCounter, Node } from 'yaml';
import { InputError, type SourcePlace } from '../base/errors.ts';

export interface RulesText {
  readonly file: string;
  readonly text: string;
  readonly lines: LineCounter;
}

export interface Complaint {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export function complainAt(
  source: RulesText,
  [start, end]: readonly [number, number],
  complaint: Complaint,
): InputError {
  return new InputError({ ...complaint, place: placeOf(source, start, end) });
}

export function extentOf(node: Node): readonly [number, number] {
  const [start, end] = node.range ?? [0, 0];
  return [start, end];
}

function placeOf({ file, text, lines }: RulesText, wanted: number, wantedEnd: number): SourcePlace {
  const start = Math.min(wanted, text.length);
  const found = lines.linePos(start);
  const [line, column] = found.line === 0 ? [1, 1] : [found.line, found.col];
  const lineStart = start - column + 1;
  const lineEnd = text.indexOf('\n', lineStart);
  const whole = text.slice(lineStart, lineEnd === -1 ? text.length : lineEnd).replace(/\r$/, '');
  const width = Math.max(1, Math.min(wantedEnd, lineStart + whole.length) - start);
  return { file, line, column, text: whole, width };
}
