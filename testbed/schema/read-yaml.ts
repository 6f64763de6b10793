/** YAML text to a tree of places. YAML 1.2: `on`, `no` and `yes` are words, not truth values. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import { InputError } from '../../src/base/errors.ts';
import { mostProblems } from './problems.ts';
import { quote } from './quote.ts';
import {
  createSourceText,
  type Entry,
  type Extent,
  placeAt,
  type Source,
  type SourceText,
} from './source.ts';
import { explainSyntax } from './yaml-problems.ts';

/** Aliases multiply: what they unfold to is counted, not what the file holds. */
const mostValues = 300_000;
const deepest = 64;

/** The parser takes seconds to find out that a megabyte of brackets is too deep. */
const deepRun = /(?:[[{]\s*|- +){65}/;

export interface YamlReading {
  /** Undefined where the syntax is broken or the file is empty. */
  readonly root: Source | undefined;
  readonly problems: readonly InputError[];
}

interface Reader {
  readonly source: SourceText;
  readonly anchors: Map<string, Source>;
  /** How many values each part of the tree unfolds to, and how deep it is. */
  readonly sizes: Map<Source, number>;
  readonly depths: Map<Source, number>;
  readonly problems: InputError[];
}

export function readYaml(file: string, text: string): YamlReading {
  const source = createSourceText(file, text);
  const deep = deepRun.exec(text);
  if (deep !== null) return { root: undefined, problems: [tooDeep(source, deep.index)] };
  const document = parseDocument(text, {
    prettyErrors: false,
    // Its own check compares each key with each other one.
    uniqueKeys: false,
    version: '1.2',
  });
  const broken = explainSyntax(source, document);
  if (broken !== undefined) return { root: undefined, problems: [broken] };
  return convertDocument(source, document);
}

function tooDeep(source: SourceText, start: number): InputError {
  const message = `more than ${deepest} values stand inside each other`;
  const hint = 'nothing in a scenario is that deep';
  const place = placeAt({ source, start, end: start + 1 });
  return new InputError({ code: 'too-deep', message, hint, place });
}

function convertDocument(source: SourceText, document: Document.Parsed): YamlReading {
  const reader: Reader = {
    source,
    anchors: new Map(),
    sizes: new Map(),
    depths: new Map(),
    problems: [],
  };
  if (document.directives?.yaml.explicit) {
    complain(
      reader,
      0,
      5,
      'yaml-directive',
      'a %YAML line changes what words mean',
      'leave it out',
    );
  }
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    complain(
      reader,
      0,
      0,
      'empty-file',
      'the file is empty',
      'ropewalk init writes one to start from',
    );
    return { root: undefined, problems: reader.problems };
  }
  const root = convert(reader, contents as Node);
  if (reader.sizes.get(root)! > mostValues) {
    const message = `it holds more than ${mostValues} values, aliases unfolded`;
    complain(reader, 0, 0, 'alias-bomb', message, 'write `count:` for many like nodes');
  }
  return { root: reader.problems.length > 0 ? undefined : root, problems: reader.problems };
}

function convert(reader: Reader, node: Node): Source {
  if (isAlias(node)) return resolveAlias(reader, node.source, extentOf(reader, node));
  const converted = convertPlain(reader, node);
  const anchor = 'anchor' in node ? node.anchor : undefined;
  if (anchor !== undefined) reader.anchors.set(anchor, converted);
  return converted;
}

function convertPlain(reader: Reader, node: Node): Source {
  const extent = extentOf(reader, node);
  if (isMap(node)) {
    const entries = convertEntries(reader, node);
    return measure(
      reader,
      { kind: 'map', entries, extent },
      [...entries.values()].map((entry) => entry.value),
    );
  }
  if (isSeq(node)) {
    const items = node.items.map((item) => convert(reader, item as Node));
    return measure(reader, { kind: 'list', items, extent }, items);
  }
  const value = isScalar(node) ? scalarOf(node.value) : null;
  return measure(reader, { kind: 'scalar', value, extent }, []);
}

/** Core YAML has no other scalars; a very long integer is a number like any other. */
function scalarOf(value: unknown): string | number | boolean | null {
  if (typeof value === 'bigint') return Number(value);
  return value as string | number | boolean | null;
}

function convertEntries(reader: Reader, node: YAMLMap): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const pair of node.items as Pair<Node, Node | null>[]) {
    const key = extentOf(reader, pair.key);
    const name = keyName(reader, pair.key, key);
    if (name === undefined) continue;
    const before = entries.get(name);
    if (before !== undefined) {
      const line = placeAt(before.key).line;
      const message = `${quote(name)} stands here twice: first in line ${line}`;
      report(reader, key, 'duplicate-key', message, 'keep one of the two');
    }
    const value = pair.value === null ? emptyValue(reader, key) : convert(reader, pair.value);
    entries.set(name, { key, value });
  }
  return entries;
}

/** A key that is not a text is read as it is written: `1: x` names "1". */
function keyName(reader: Reader, key: Node, extent: Extent): string | undefined {
  if (!isScalar(key)) {
    report(reader, extent, 'bad-key', 'a key must be a plain word', 'write a word and a colon');
    return undefined;
  }
  const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
  if (name === '<<') {
    const message = 'merge keys (<<) are not read';
    report(reader, extent, 'merge-key', message, 'write common settings under `defaults:`');
    return undefined;
  }
  if (name === '__proto__') {
    report(reader, extent, 'bad-name', `${quote(name)} cannot be a name`, 'choose another one');
    return undefined;
  }
  return name;
}

function emptyValue(reader: Reader, key: Extent): Source {
  const extent = { source: key.source, start: key.end, end: key.end };
  return measure(reader, { kind: 'scalar', value: null, extent }, []);
}

function resolveAlias(reader: Reader, name: string, extent: Extent): Source {
  const target = reader.anchors.get(name);
  if (target !== undefined) return target;
  const message = `*${name} refers to nothing before it`;
  report(reader, extent, 'unknown-alias', message, `write &${name} before the value it stands for`);
  return measure(reader, { kind: 'scalar', value: null, extent }, []);
}

function measure(reader: Reader, source: Source, parts: readonly Source[]): Source {
  let size = 1;
  let depth = 0;
  for (const part of parts) {
    size += reader.sizes.get(part)!;
    depth = Math.max(depth, reader.depths.get(part)! + 1);
  }
  reader.sizes.set(source, size);
  reader.depths.set(source, depth);
  if (depth === deepest) {
    const message = `more than ${deepest} values stand inside each other`;
    report(reader, source.extent, 'too-deep', message, 'nothing in a scenario is that deep');
  }
  return source;
}

function extentOf(reader: Reader, node: Node): Extent {
  const [start, end] = node.range ?? [0, 0];
  return { source: reader.source, start, end };
}

function complain(
  reader: Reader,
  start: number,
  end: number,
  code: string,
  message: string,
  hint: string,
): void {
  report(reader, { source: reader.source, start, end }, code, message, hint);
}

function report(reader: Reader, extent: Extent, code: string, message: string, hint: string): void {
  if (reader.problems.length >= mostProblems) return;
  reader.problems.push(new InputError({ code, message, hint, place: placeAt(extent) }));
}
