/** The cases that a file's matrix and `cases:` make, and its variants. */
import { nearestWord } from '../../src/base/nearest.ts';
import type { CaseModel, SourcePath } from './loaded.ts';
import { checkOverride, type Override } from './overrides.ts';
import type { Report } from './problem.ts';
import { childOf, type MapSource, type Source } from './source.ts';

export interface Case extends CaseModel {
  readonly overrides: readonly Override[];
}

export const defaultName = 'default';
const mostCases = 10_000;

export function buildCases(root: MapSource, report: Report): Case[] {
  const axes = readAxes(root, report);
  const count = axes.reduce((product, axis) => product * axis.length, 1);
  if (count > mostCases) {
    const message = `${count} cases are more than ${mostCases}`;
    report({
      code: 'too-many-cases',
      path: ['matrix'],
      aim: 'key',
      message,
      hint: 'vary fewer things at once',
    });
    return [];
  }
  const all = axes.length === 0 ? [] : product(axes);
  const kept = exclude(root, axes, all, report);
  const cases = [
    ...kept.map(caseOf),
    ...readIncluded(root, report),
    ...readNamed(root, 'cases', report),
  ];
  reportDoubles(cases, report);
  if (cases.length > 0) return cases;
  if (all.length > 0) {
    const message = 'exclude leaves no case';
    const hint = 'leave an entry of it out';
    report({ code: 'conflicting-keys', path: ['matrix', 'exclude'], aim: 'key', message, hint });
  }
  return [{ id: defaultName, overrides: [] }];
}

export function buildVariants(root: MapSource, report: Report): Case[] {
  const variants = readNamed(root, 'variants', report);
  return variants.length > 0 ? variants : [{ id: defaultName, overrides: [] }];
}

function readAxes(root: MapSource, report: Report): Override[][] {
  const matrix = childOf(root, 'matrix');
  if (matrix?.kind !== 'map') return [];
  const axes: Override[][] = [];
  for (const [key, { key: extent, value }] of matrix.entries) {
    if (key === 'include' || key === 'exclude' || value.kind !== 'list') continue;
    const path = ['matrix', key];
    const axis = value.items.map((item) => ({ key, extent, value: item, path }));
    if (axis.length === 0) {
      const hint = 'write its values: [15 ms, 30 ms]';
      report({ code: 'empty-value', path, aim: 'key', message: 'it has no values', hint });
    } else if (checkOverride(root, axis[0]!, report)) axes.push(axis);
  }
  return axes;
}

/** The last axis varies fastest. */
function product(axes: readonly (readonly Override[])[]): Override[][] {
  return axes.reduce<Override[][]>(
    (combinations, axis) =>
      combinations.flatMap((combination) => axis.map((override) => [...combination, override])),
    [[]],
  );
}

function caseOf(overrides: readonly Override[]): Case {
  const parts = overrides.map(({ key, value }) => `${key}=${textOf(value)}`);
  return { id: parts.join(','), overrides };
}

/** A value as it is typed on a command line: without spaces. */
function textOf(value: Source): string {
  switch (value.kind) {
    case 'scalar':
      return String(value.value).replaceAll(/\s+/g, '');
    case 'list':
      return `[${value.items.map(textOf).join(',')}]`;
    case 'map':
      return `{${[...value.entries].map(([key, entry]) => `${key}:${textOf(entry.value)}`).join(',')}}`;
  }
}

function readSettings(
  root: MapSource,
  settings: Source,
  path: SourcePath,
  report: Report,
): Override[] {
  if (settings.kind !== 'map') return [];
  return [...settings.entries]
    .map(([key, { key: extent, value }]) => ({ key, extent, value, path: [...path, key] }))
    .filter((override) => checkOverride(root, override, report));
}

function readIncluded(root: MapSource, report: Report): Case[] {
  return listAt(root, 'include').map((settings, at) =>
    caseOf(readSettings(root, settings, ['matrix', 'include', at], report)),
  );
}

function listAt(root: MapSource, key: 'include' | 'exclude'): readonly Source[] {
  const list = childOf(childOf(root, 'matrix'), key);
  return list?.kind === 'list' ? list.items : [];
}

function readNamed(root: MapSource, section: 'cases' | 'variants', report: Report): Case[] {
  const named = childOf(root, section);
  if (named?.kind !== 'map') return [];
  return [...named.entries].map(([id, { value }]) => ({
    id,
    overrides: readSettings(root, value, [section, id], report),
  }));
}

function exclude(
  root: MapSource,
  axes: readonly (readonly Override[])[],
  combinations: readonly Override[][],
  report: Report,
): readonly Override[][] {
  let left = combinations;
  for (const [at, settings] of listAt(root, 'exclude').entries()) {
    if (settings.kind !== 'map') continue;
    const path = ['matrix', 'exclude', at];
    if (!namesAxes(settings, axes, path, report)) continue;
    const kept = left.filter((combination) => !fits(combination, settings));
    if (kept.length === left.length) {
      const message = 'no case of the matrix is like this';
      const hint = 'write values as the matrix has them';
      report({ code: 'excludes-nothing', path, message, hint });
    }
    left = kept;
  }
  return left;
}

function namesAxes(
  settings: MapSource,
  axes: readonly (readonly Override[])[],
  path: SourcePath,
  report: Report,
): boolean {
  const known = axes.map((axis) => axis[0]!.key);
  const strange = [...settings.entries.keys()].filter((key) => !known.includes(key));
  for (const key of strange) {
    const nearest = nearestWord(key, known);
    const hint =
      nearest === undefined
        ? `the matrix varies ${known.join(', ')}`
        : `did you mean "${nearest}"?`;
    const message = 'the matrix does not vary this';
    report({ code: 'bad-path', path: [...path, key], aim: 'key', message, hint });
  }
  return strange.length === 0;
}

function fits(combination: readonly Override[], settings: MapSource): boolean {
  return [...settings.entries].every(([key, { value }]) =>
    combination.some(
      (override) => override.key === key && textOf(override.value) === textOf(value),
    ),
  );
}

function reportDoubles(cases: readonly Case[], report: Report): void {
  const seen = new Set<string>();
  for (const { id, overrides } of cases) {
    if (!seen.has(id)) {
      seen.add(id);
      continue;
    }
    const path = overrides[0]?.path ?? ['matrix'];
    const message = `the case ${id} is there twice`;
    report({ code: 'duplicate-case', path, aim: 'key', message, hint: 'leave one of the two out' });
  }
}
