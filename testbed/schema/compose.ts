/** A scenario file with its topology put beside it, as one tree. */
import { dirname, isAbsolute, join } from 'node:path';
import { InputError } from '../../src/base/errors.ts';
import type { ReadText, SourceFile } from './loaded.ts';
import { type Problem, placeProblem } from './problem.ts';
import { quote } from './quote.ts';
import { readFile } from './read-file.ts';
import { readYaml } from './read-yaml.ts';
import { type Entry, type MapSource, placeAt, type Source } from './source.ts';

export interface Composed {
  /** With `nodes`, `links` and `defaults` at its top, whichever file they came from. */
  readonly root: MapSource | undefined;
  readonly files: readonly SourceFile[];
  readonly problems: readonly InputError[];
}

const topologyKeys = ['defaults', 'nodes', 'links'];

export function compose(path: string, readText: ReadText): Composed {
  const main = readFile(path, readText);
  const reading = readMap(main, 'a scenario');
  if (reading.root === undefined) return { ...reading, files: [main] };
  const { root } = reading;
  const given = root.entries.get('topology');
  const beside = topologyKeys.find((key) => root.entries.has(key));
  if (given === undefined) {
    if (root.entries.has('nodes')) return { root, files: [main], problems: [] };
    return failed(main, root, {
      code: 'missing-key',
      path: [],
      message: 'there is no topology',
      hint: 'write topology: and a file, or nodes: and links: here',
    });
  }
  if (beside !== undefined) {
    return failed(main, root, {
      code: 'topology-twice',
      path: [beside],
      aim: 'key',
      message: 'a topology is named, and this stands beside it',
      hint: 'put it into the topology, or leave `topology:` out',
    });
  }
  return embed(main, root, given, readText);
}

function failed(main: SourceFile, root: MapSource, problem: Problem): Composed {
  return { root: undefined, files: [main], problems: [placeProblem(problem, root)] };
}

function embed(main: SourceFile, root: MapSource, given: Entry, readText: ReadText): Composed {
  const { value } = given;
  if (value.kind === 'map') return graft(root, value, [main]);
  if (value.kind !== 'scalar' || typeof value.value !== 'string') {
    const shown = value.kind === 'list' ? 'a list' : quote(value.value);
    const message = `${shown} stands where a file or a map is expected`;
    const hint = 'write topology: ../topologies/dual-homed.yaml';
    return failed(main, root, { code: 'wrong-type', path: ['topology'], message, hint });
  }
  const path = isAbsolute(value.value) ? value.value : join(dirname(main.path), value.value);
  const file = openBeside(path, value, readText);
  if (file instanceof InputError) return { root: undefined, files: [main], problems: [file] };
  const reading = readMap(file, 'a topology');
  if (reading.root === undefined) return { ...reading, files: [main, file] };
  return graft(root, reading.root, [main, file]);
}

/** What cannot be opened is said where it is named. */
function openBeside(path: string, value: Source, readText: ReadText): SourceFile | InputError {
  try {
    return readFile(path, readText);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { code, message, cause } = error;
    const hint = 'the path counts from the folder of this file';
    return new InputError({ code, message, hint, cause, place: placeAt(value.extent) });
  }
}

function graft(root: MapSource, topology: MapSource, files: readonly SourceFile[]): Composed {
  const entries = new Map(root.entries);
  entries.delete('topology');
  const problems: InputError[] = [];
  for (const [key, entry] of topology.entries) {
    if (topologyKeys.includes(key)) entries.set(key, entry);
    else problems.push(unknownKey(key, entry));
  }
  return { root: { kind: 'map', entries, extent: root.extent }, files, problems };
}

function unknownKey(key: string, entry: Entry): InputError {
  const message = `${quote(key)} is not a key of a topology`;
  const hint = `a topology has ${topologyKeys.join(', ')}; the rest belongs to the scenario`;
  return new InputError({ code: 'unknown-key', message, hint, place: placeAt(entry.key) });
}

function readMap(
  file: SourceFile,
  what: string,
): { root: MapSource | undefined; problems: readonly InputError[] } {
  const { root, problems } = readYaml(file.path, file.text);
  if (root === undefined || root.kind === 'map') return { root, problems };
  const shown = root.kind === 'list' ? 'a list' : quote(root.value);
  const message = `${what} is a map, and this is ${shown}`;
  const hint = what === 'a scenario' ? 'begin with "scenario: name"' : 'begin with "nodes:"';
  const place = placeAt(root.extent);
  return {
    root: undefined,
    problems: [new InputError({ code: 'wrong-type', message, hint, place })],
  };
}
