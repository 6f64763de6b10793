/** What a page says to add to a file or to change in it. */
import { type Document, isMap, parseDocument, type YAMLMap } from 'yaml';

/** Maps are merged key by key; anything else replaces what was there. Comments stay. */
export function mergeFragment(file: string, fragment: string): string {
  const document = parseWhole(file);
  const { contents } = parseWhole(fragment);
  if (!isMap(contents)) throw new Error(`a fragment is a map, not ${fragment}`);
  mergeMap(document, [], contents);
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

function parseWhole(text: string): Document {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw error;
  return document;
}

function mergeMap(document: Document, path: readonly string[], map: YAMLMap): void {
  for (const { key, value } of map.items) {
    const place = [...path, String(key)];
    if (isMap(value) && isMap(document.getIn(place))) mergeMap(document, place, value);
    else document.setIn(place, value);
  }
}
