/** From a path of the file, and a span within a text, to the characters that an error underlines. */
import type { Span } from './expression.ts';
import type { SourcePath } from './loaded.ts';
import { childOf, type Extent, type ScalarSource, type Source } from './source.ts';

/** Whether the caret stands under a key or under its value. */
export type Aim = 'key' | 'value';

/** What `path` names, or the nearest thing around it that exists. */
export function locate(root: Source, path: SourcePath, aim: Aim, span?: Span): Extent {
  let here: Source = root;
  let key: Extent | undefined;
  for (const step of path) {
    const next = childOf(here, step);
    if (next === undefined) return key ?? firstLine(here.extent);
    key = here.kind === 'map' ? here.entries.get(String(step))!.key : undefined;
    here = next;
  }
  if (here.kind === 'scalar' && aim === 'value') return scalarExtent(here, key, span);
  return key ?? (path.length === 0 ? firstLine(here.extent) : here.extent);
}

function scalarExtent(scalar: ScalarSource, key: Extent | undefined, span?: Span): Extent {
  const { extent } = scalar;
  if (extent.end <= extent.start) return key ?? extent;
  if (span === undefined || typeof scalar.value !== 'string') return extent;
  return spanWithin(extent, scalar.value, span);
}

/** Quotes, escapes, folded lines and indentation stand between a text and how it is written. */
function spanWithin(extent: Extent, value: string, span: Span): Extent {
  const raw = extent.source.text.slice(extent.start, extent.end);
  const offsets = offsetsOf(raw, value, Math.max(span.start + 1, span.end));
  const last = offsets.at(-1) ?? 0;
  const start = extent.start + (offsets[span.start] ?? last);
  const end = extent.start + (offsets[span.end - 1] ?? last) + 1;
  return { source: extent.source, start, end: Math.max(end, start + 1) };
}

/** The offset in `raw` of each of the first `count` characters of `value`. */
function offsetsOf(raw: string, value: string, count: number): number[] {
  const header = /^[|>][^\n]*\n/.exec(raw)?.[0].length ?? 0;
  const offsets: number[] = [];
  let at = header > 0 ? header : /^["']/.test(raw) ? 1 : 0;
  for (const character of value.slice(0, count)) {
    const found = /\s/.test(character) ? at : raw.indexOf(character, at);
    offsets.push(found === -1 ? at : found);
    at = (found === -1 ? at : found) + 1;
  }
  if (count > value.length) offsets.push(at);
  return offsets;
}

function firstLine(extent: Extent): Extent {
  const { source, start } = extent;
  const lineEnd = source.text.indexOf('\n', start);
  return { source, start, end: lineEnd === -1 ? source.text.length : lineEnd };
}
