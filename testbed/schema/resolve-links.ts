/** Links as they are written to links as they are: groups joined member by member, settings in numbers. */
import { byName } from './by-name.ts';
import { createGroup, findMembers, type Group, type Groups, type Lookup } from './groups.ts';
import type { RawLink, RawLinkDefaults } from './link-fields.ts';
import type { DirectionSettings } from './link-settings.ts';
import type { SourcePath } from './loaded.ts';
import { type MergedDirection, mergeDirections } from './merge-directions.ts';
import type { Engine, LinkModel } from './model.ts';
import type { Report } from './problem.ts';
import { quote } from './quote.ts';
import { notesOn, resolveDirection } from './resolve-direction.ts';
import type { TraceReader } from './trace-reader.ts';

export interface LinkInputs {
  readonly links: Readonly<Record<string, RawLink>>;
  readonly defaults: RawLinkDefaults;
  readonly nodes: Groups;
  readonly readTrace: TraceReader;
  readonly report: Report;
}

export interface ResolvedLinks {
  readonly links: readonly LinkModel[];
  readonly groups: Groups;
  /** By group: what was asked for, in the order of `between:`, for events to change. */
  readonly asked: ReadonlyMap<string, readonly [MergedDirection, MergedDirection]>;
  /** Some link's ends could not be told: what follows from its absence is not worth a word. */
  readonly isComplete: boolean;
}

export function resolveLinks(inputs: LinkInputs): ResolvedLinks {
  const links: LinkModel[] = [];
  const groups = new Map<string, Group>();
  const asked = new Map<string, readonly [MergedDirection, MergedDirection]>();
  for (const [name, raw] of Object.entries(inputs.links)) {
    const pairs = pairEnds(name, raw, inputs);
    const counted = pairs?.some(({ name: member }) => member !== name) ?? false;
    groups.set(name, createGroup(name, counted ? pairs?.length : undefined));
    if (pairs === undefined) continue;
    const merged = mergeDirections(
      name,
      raw,
      inputs.defaults,
      { keys: keysOf(raw) },
      inputs.report,
    );
    asked.set(name, merged);
    links.push(...expandLink(name, raw, merged, pairs, inputs));
  }
  return { links, groups, asked, isComplete: asked.size === groups.size };
}

function keysOf(raw: RawLink): readonly [string, string] {
  const [a, b] = raw.between.map((end) => end.replace(/\[\d+\]$/, '')) as [string, string];
  return a === b ? raw.between : [a, b];
}

interface Pair {
  readonly name: string;
  readonly between: readonly [string, string];
}

/** Member k of the larger group goes to member ceil(k n / m) of the smaller one. */
function pairEnds(name: string, raw: RawLink, inputs: LinkInputs): readonly Pair[] | undefined {
  const lookup: Lookup = { what: 'node', groups: inputs.nodes, report: inputs.report };
  const [a, b] = raw.between.map((end, at) =>
    findMembers(lookup, end, ['links', name, 'between', at]),
  );
  if (a === undefined || b === undefined) return undefined;
  if (raw.between[0] === raw.between[1]) return refuseLoop(name, raw.between[0], inputs.report);
  const most = Math.max(a.members.length, b.members.length);
  const counted = most > 1 || isWholeGroup(a, raw.between[0]) || isWholeGroup(b, raw.between[1]);
  return Array.from({ length: most }, (_, at) => ({
    name: counted ? `${name}[${at + 1}]` : name,
    between: [pick(a.members, at, most), pick(b.members, at, most)],
  }));
}

function isWholeGroup(found: { group: Group }, reference: string): boolean {
  return found.group.counted && !reference.endsWith(']');
}

function pick(members: readonly string[], at: number, most: number): string {
  return members[Math.ceil(((at + 1) * members.length) / most) - 1]!;
}

function refuseLoop(name: string, node: string, report: Report): undefined {
  const message = `both ends are ${quote(node)}`;
  const path = ['links', name, 'between', 1];
  report({ code: 'same-node', path, message, hint: 'name two different nodes' });
  return undefined;
}

function expandLink(
  name: string,
  raw: RawLink,
  merged: readonly [MergedDirection, MergedDirection],
  pairs: readonly Pair[],
  inputs: LinkInputs,
): LinkModel[] {
  const path = ['links', name];
  const engine = raw.engine ?? inputs.defaults.engine ?? 'model';
  const roundTripNs = (merged[0].fields.delay ?? 0) + (merged[1].fields.delay ?? 0);
  const settle = (side: 0 | 1, member: string): DirectionSettings => {
    const trace = inputs.readTrace(merged[side], member, raw.between[side]);
    return resolveDirection(merged[side], { roundTripNs, trace }, inputs.report, path);
  };
  const common = [settle(0, name), settle(1, name)] as const;
  if (engine === 'direct') checkDirect(path, raw, common, inputs.report);
  const notes = notesOf(keysOf(raw), merged, common);
  const isOwn = merged.some(({ fields }) => fields.trace?.offset === 'from-seed');
  return pairs.map(({ name: member, between }) => {
    const own =
      isOwn && member !== name ? ([settle(0, member), settle(1, member)] as const) : common;
    const toward = byName([
      [between[0], own[0]],
      [between[1], own[1]],
    ]);
    return { name: member, group: name, between, engine, toward, notes };
  });
}

/** One note where both directions have it, else each with its direction. */
function notesOf(
  keys: readonly [string, string],
  merged: readonly [MergedDirection, MergedDirection],
  settings: readonly [DirectionSettings, DirectionSettings],
): string[] {
  const first = notesOn(merged[0], settings[0]);
  const second = notesOn(merged[1], settings[1]);
  const shared = first.filter((note) => second.includes(note));
  const only = (notes: string[], key: string) =>
    notes.filter((note) => !shared.includes(note)).map((note) => `toward ${key}: ${note}`);
  return [...shared, ...only(first, keys[0]), ...only(second, keys[1])];
}

function checkDirect(
  path: SourcePath,
  raw: RawLink,
  both: readonly DirectionSettings[],
  report: Report,
): void {
  const impairment = both.map(impairmentOf).find((found) => found !== undefined);
  if (impairment === undefined) return;
  report({
    code: 'direct-impaired',
    path: raw.engine === undefined ? path : [...path, 'engine'],
    message: `a direct link carries frames as they are, and this one has ${impairment}`,
    hint: `leave ${impairment} out, or write engine: ${'model' satisfies Engine}`,
  });
}

function impairmentOf(settings: DirectionSettings): string | undefined {
  if (settings.trace !== undefined) return 'a trace';
  if (settings.rateBps !== Number.POSITIVE_INFINITY) return 'a rate';
  if (settings.delayNs > 0) return 'a delay';
  if (settings.loss.model !== 'none') return 'a loss';
  if (settings.duplicateRatio > 0) return 'duplicates';
  if (settings.corruptRatio > 0) return 'corruption';
  if (settings.reorder.ratio > 0) return 'reordering';
  return undefined;
}
