/** What a YAML file says, with the place of every key and value: the tree that errors point into. */
import type { SourcePlace } from '../../src/base/errors.ts';

/** A file's text and the offsets at which its lines begin. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
  readonly lineStarts: readonly number[];
}

/** Offsets into a file's text. */
export interface Extent {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
}

export type Source = ScalarSource | MapSource | ListSource;

export interface ScalarSource {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  readonly extent: Extent;
}

export interface MapSource {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
  readonly extent: Extent;
}

export interface ListSource {
  readonly kind: 'list';
  readonly items: readonly Source[];
  readonly extent: Extent;
}

export interface Entry {
  readonly key: Extent;
  readonly value: Source;
}

export function createSourceText(file: string, text: string): SourceText {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    lineStarts.push(at + 1);
  }
  return { file, text, lineStarts };
}

/** Plain JavaScript values; keys are own properties, whatever their names. */
export function toPlain(source: Source): unknown {
  switch (source.kind) {
    case 'scalar':
      return source.value;
    case 'list':
      return source.items.map(toPlain);
    case 'map':
      return Object.fromEntries(
        [...source.entries].map(([key, { value }]) => [key, toPlain(value)]),
      );
  }
}

export function childOf(source: Source | undefined, step: string | number): Source | undefined {
  if (source?.kind === 'map') return source.entries.get(String(step))?.value;
  if (source?.kind === 'list') return source.items[Number(step)];
  return undefined;
}

export function placeAt(extent: Extent): SourcePlace {
  const { source, start, end } = extent;
  const line = lineOf(source, start);
  const lineStart = source.lineStarts[line]!;
  const next = source.lineStarts[line + 1] ?? source.text.length + 1;
  const text = source.text.slice(lineStart, next - 1).replace(/\r$/, '');
  const width = Math.max(1, Math.min(end, lineStart + text.length) - start);
  return { file: source.file, line: line + 1, column: start - lineStart + 1, text, width };
}

/** The last line that begins at or before `offset`, counted from 0. */
function lineOf(source: SourceText, offset: number): number {
  let low = 0;
  let high = source.lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (source.lineStarts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
