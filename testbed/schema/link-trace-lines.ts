/** The lines and cells of a recorded link, and how a mistake in them is told. */
import type { TraceSettings } from './link-settings.ts';

/** What is wrong with a trace; the caller knows the file. Lines and columns count from 1. */
export interface TraceProblem {
  readonly code: string;
  readonly problem: string;
  readonly hint: string;
  readonly line: number;
  readonly column: number;
  readonly width: number;
  /** The line itself. */
  readonly text: string;
}

/** Looping and from the start; the caller sets `loop` and `offsetNs` as asked. */
export type TraceReading = TraceSettings | TraceProblem;

export function isTraceProblem(reading: TraceReading): reading is TraceProblem {
  return 'problem' in reading;
}

export interface Line {
  readonly number: number;
  readonly text: string;
}

export interface Cell {
  readonly word: string;
  readonly column: number;
}

export function cellsOf(line: Line): Cell[] {
  let column = 1;
  return line.text.split(',').map((raw) => {
    const cell = { word: raw.trim(), column: column + raw.length - raw.trimStart().length };
    column += raw.length + 1;
    return cell;
  });
}

/** Lines with anything on them, without the mark that some editors put before the first. */
export function linesOf(text: string): Line[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line, at) => ({ number: at + 1, text: line }))
    .filter((line) => line.text.trim() !== '');
}

export function firstLine(text: string): Line {
  return linesOf(text)[0] ?? { number: 1, text: '' };
}

export function quote(word: string): string {
  return JSON.stringify(word);
}

export function complain(line: Line, word: string, problem: string, hint: string): TraceProblem {
  const column = word === '' ? 1 : line.text.indexOf(word) + 1;
  return complainAt(line, { word, column }, problem, hint);
}

export function complainAt(line: Line, cell: Cell, problem: string, hint: string): TraceProblem {
  const width = Math.max(1, cell.word.length);
  const { number, text } = line;
  return { code: 'bad-trace', problem, hint, line: number, column: cell.column, width, text };
}
