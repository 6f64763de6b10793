/** A baseline's text back to what it says, or to where it is broken. */
import { z } from 'zod';
import { InputError, type SourcePlace } from '../../src/base/errors.ts';
import { locate } from '../schema/locate.ts';
import { quote } from '../schema/quote.ts';
import { readYaml } from '../schema/read-yaml.ts';
import { createSourceText, placeAt } from '../schema/source.ts';
import { type Baseline, baselineVersion } from './baseline.ts';

const count = z.int().min(0);
const figures = z.strictObject({
  dimension: z.enum(['time', 'size', 'rate', 'plain']),
  missing: count,
  values: z.array(z.number()),
});
const reference = z.strictObject({
  case: z.string(),
  variant: z.string(),
  lab: z.string(),
  machine: z.string(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  seed: count,
  samples: count,
  version: z.string(),
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  metrics: z.record(z.string(), figures),
});
const shape = z.strictObject({
  version: z.literal(baselineVersion),
  scenario: z.string(),
  file: z.string(),
  machines: z.record(z.string(), z.string()),
  references: z.array(reference),
});

const hint = 'take the last good one: git checkout that file, or remove it and save again';

export function readBaseline(file: string, text: string): Baseline {
  const read = shape.safeParse(parseJson(file, text));
  if (read.success) return read.data;
  const { path, message } = read.error.issues[0]!;
  const steps = path.map((step) => (typeof step === 'number' ? step : String(step)));
  throw broken(file, `${steps.join('.') || 'it'}: ${message}`, placeOf(file, text, steps));
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const start = whereJsonEnds(text, (error as Error).message);
    const place = placeAt({ source: createSourceText(file, text), start, end: start + 1 });
    const isCut = start >= text.trimEnd().length;
    const what = isCut ? 'it ends too early' : `no JSON at ${near(text, start)}`;
    throw broken(file, what, place, error);
  }
}

/** Not every message of the parser has a position: then it is the first thing that is no word of JSON. */
function whereJsonEnds(text: string, said: string): number {
  const position = /at position (\d+)/.exec(said)?.[1];
  if (position !== undefined) return Number(position);
  const word = /\s*(?:[{}[\]:,]|"(?:[^"\\\n]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)/y;
  let end = 0;
  while (word.test(text)) end = word.lastIndex;
  return end + /^\s*/.exec(text.slice(end))![0].length;
}

function near(text: string, start: number): string {
  return quote(text.slice(start, start + 12).split('\n')[0]!);
}

/** JSON is YAML, and our reader of that knows where things stand. */
function placeOf(
  file: string,
  text: string,
  path: readonly (string | number)[],
): SourcePlace | undefined {
  const { root } = readYaml(file, text);
  return root === undefined ? undefined : placeAt(locate(root, path, 'value'));
}

function broken(
  file: string,
  what: string,
  place: SourcePlace | undefined,
  cause?: unknown,
): InputError {
  const message = `${place === undefined ? file : 'this'} is no baseline: ${what}`;
  return new InputError({ code: 'broken-baseline', message, hint, place, cause });
}
