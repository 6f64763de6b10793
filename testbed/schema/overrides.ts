/** Values by path, as the matrix, cases and variants give them, put in place of what the file says. */
import { nearestWord } from '../../src/base/nearest.ts';
import type { SourcePath } from './loaded.ts';
import type { Problem, Report } from './problem.ts';
import { listSome, quote } from './quote.ts';
import { childOf, type Entry, type Extent, type MapSource, type Source } from './source.ts';

export interface Override {
  /** `links.lte.delay` */
  readonly key: string;
  /** Where the key stands. */
  readonly extent: Extent;
  readonly value: Source;
  /** The key's own path in the file, for messages. */
  readonly path: SourcePath;
}

/** Sections whose second step is a name that must exist. */
const namedSections = [
  ...['nodes', 'links', 'programs', 'traffic', 'watch'],
  ...['events', 'measure', 'expect'],
];
const sections = [...namedSections, 'defaults', 'limit'];

/** Reports a path that leads nowhere; what stands at its end is checked where it is put. */
export function checkOverride(root: MapSource, override: Override, report: Report): boolean {
  const problem = problemOf(root, override);
  if (problem !== undefined) report(problem);
  return problem === undefined;
}

function problemOf(root: MapSource, { key, path }: Override): Problem | undefined {
  const [section = '', name, ...rest] = key.split('.');
  const refuse = (message: string, hint: string): Problem => ({
    code: 'bad-path',
    path,
    aim: 'key',
    message,
    hint,
  });
  if (!sections.includes(section)) {
    const nearest = nearestWord(section, sections);
    const hint =
      nearest === undefined
        ? `it can begin with ${sections.join(', ')}`
        : `did you mean "${[nearest, ...key.split('.').slice(1)].join('.')}"?`;
    return refuse(`${quote(section)} is nothing that can be varied`, hint);
  }
  if (section === 'limit')
    return name === undefined ? undefined : refuse('a limit has no parts', 'write "limit"');
  if (name === undefined || name === '')
    return refuse('it ends too early', `write ${section}.name.field`);
  if (section === 'defaults') return undefined;
  return checkName(root, section, name, rest, refuse) ?? checkSteps(root, key, refuse);
}

type Refuse = (message: string, hint: string) => Problem;

function checkName(
  root: MapSource,
  section: string,
  name: string,
  rest: readonly string[],
  refuse: Refuse,
): Problem | undefined {
  const found = childOf(root, section);
  const names = found?.kind === 'map' ? [...found.entries.keys()] : [];
  if (names.includes(name)) return undefined;
  const single = name.replace(/\[\d+\]$/, '');
  if (names.includes(single)) {
    const meant = [section, single, ...rest].join('.');
    return refuse(
      'one member of a group cannot be varied alone',
      `write "${meant}" for all of them`,
    );
  }
  const nearest = nearestWord(name, names);
  const hint =
    nearest === undefined
      ? `there are: ${listSome(names.map((known) => `${section}.${known}`))}`
      : `did you mean "${[section, nearest, ...rest].join('.')}"?`;
  return refuse(
    `there is no ${section}.${name}`,
    names.length === 0 ? `the file has no ${section}` : hint,
  );
}

/** A text on the way has no parts. */
function checkSteps(root: MapSource, key: string, refuse: Refuse): Problem | undefined {
  const steps = key.split('.');
  let here: Source | undefined = root;
  for (const [at, step] of steps.entries()) {
    if (step === '')
      return refuse('a step of it is empty', 'write names with one dot between them');
    if (here !== undefined && here.kind !== 'map') {
      const before = steps.slice(0, at).join('.');
      const shown = here.kind === 'list' ? 'a list' : quote(here.value);
      return refuse(`${before} is ${shown}, which has no parts`, `vary "${before}" as a whole`);
    }
    here = childOf(here, step);
  }
  return undefined;
}

export function applyOverrides(root: MapSource, overrides: readonly Override[]): MapSource {
  return overrides.reduce((before, override) => {
    const steps = override.key.split('.');
    return putAt(before, steps, 0, override);
  }, root);
}

function putAt(
  here: MapSource,
  steps: readonly string[],
  at: number,
  override: Override,
): MapSource {
  const step = steps[at]!;
  const before = here.entries.get(step);
  const entries = new Map(here.entries);
  entries.set(
    step,
    at === steps.length - 1 ? lastEntry(steps, override) : innerEntry(before, steps, at, override),
  );
  return { kind: 'map', entries, extent: here.extent };
}

function lastEntry(steps: readonly string[], override: Override): Entry {
  return { key: stepExtent(steps, steps.length - 1, override), value: override.value };
}

function innerEntry(
  before: Entry | undefined,
  steps: readonly string[],
  at: number,
  override: Override,
): Entry {
  const key = before?.key ?? stepExtent(steps, at, override);
  const inner: MapSource =
    before?.value.kind === 'map' ? before.value : { kind: 'map', entries: new Map(), extent: key };
  return { key, value: putAt(inner, steps, at + 1, override) };
}

/** The part of the key that names one step. */
function stepExtent(steps: readonly string[], at: number, { key, extent }: Override): Extent {
  const { source } = extent;
  const from = source.text.indexOf(key, extent.start);
  if (from === -1 || from > extent.end) return extent;
  const start = from + steps.slice(0, at).join('.').length + (at > 0 ? 1 : 0);
  return { source, start, end: start + steps[at]!.length };
}
