/** `{tree}` and `{command}` in a scenario's text: what differs between two sides. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readFile } from '../schema/read-file.ts';

export interface Placeholders {
  readonly tree?: string | undefined;
  readonly command?: string | undefined;
}

export interface PlacedScenario extends Disposable {
  readonly path: string;
}

/** A copy beside the file, so that its relative paths hold; the file itself where nothing is to be put in. */
export function placeScenario(file: string, side: string, values: Placeholders): PlacedScenario {
  const { text } = readFile(file, (path) => readFileSync(path));
  const filled = fill(text, values);
  if (filled === text) return { path: file, [Symbol.dispose]: () => {} };
  const path = join(dirname(file), `.${side}.${process.pid}.${basename(file)}`);
  writeFileSync(path, filled);
  return { path, [Symbol.dispose]: () => rmSync(path, { force: true }) };
}

/** The values stand where a word of YAML stands, within quotes or without. */
export function fill(text: string, { tree, command }: Placeholders): string {
  const put = (from: string, name: string, value: string | undefined): string =>
    value === undefined ? from : from.replaceAll(`{${name}}`, value);
  return put(put(text, 'tree', tree), 'command', command);
}
