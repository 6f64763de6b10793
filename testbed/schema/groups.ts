/** Names that others refer to: a single thing, or the members that `count:` makes of it. */
import { nearestWord } from '../../src/base/nearest.ts';
import type { SourcePath } from './loaded.ts';
import type { Report } from './problem.ts';
import { listSome, quote } from './quote.ts';

export interface Group {
  /** The key in the YAML. */
  readonly name: string;
  /** Just the name itself, or `phone[1]`, `phone[2]`, … */
  readonly members: readonly string[];
  readonly counted: boolean;
}

export type Groups = ReadonlyMap<string, Group>;

export function createGroup(name: string, count: number | undefined): Group {
  if (count === undefined) return { name, members: [name], counted: false };
  const members = Array.from({ length: count }, (_, at) => `${name}[${at + 1}]`);
  return { name, members, counted: true };
}

/** Looks names up in the file, and says what is wrong with them at `path`. */
export interface Lookup {
  /** `node`, `link`: what the names stand for. */
  readonly what: string;
  readonly groups: Groups;
  readonly report: Report;
}

/** The group, and which of its members is meant: all of them where no index is given. */
export function findMembers(
  lookup: Lookup,
  reference: string,
  path: SourcePath,
): { readonly group: Group; readonly members: readonly string[] } | undefined {
  const { groups, what, report } = lookup;
  const indexed = /^(.*)\[(\d+)\]$/.exec(reference);
  const name = indexed?.[1] ?? reference;
  const group = groups.get(name);
  if (group === undefined) {
    const message = `${quote(reference)} is not a ${what}`;
    report({
      code: `unknown-${what}` as 'unknown-node',
      path,
      message,
      hint: suggest(lookup, name),
    });
    return undefined;
  }
  if (indexed === null) return { group, members: group.members };
  const member = group.counted ? group.members[Number(indexed[2]) - 1] : undefined;
  if (member !== undefined) return { group, members: [member] };
  const message = `${quote(reference)} does not exist`;
  report({ code: `unknown-${what}` as 'unknown-node', path, message, hint: rangeOf(group) });
  return undefined;
}

/** One single node or link. */
export function findOne(lookup: Lookup, reference: string, path: SourcePath): string | undefined {
  const found = findMembers(lookup, reference, path);
  if (found === undefined) return undefined;
  const { group, members } = found;
  if (!group.counted || reference.endsWith(']')) return members[0];
  const message = `${quote(reference)} is a group of ${members.length}, and one ${lookup.what} is needed`;
  lookup.report({ code: 'group-reference', path, message, hint: rangeOf(group) });
  return undefined;
}

function rangeOf(group: Group): string {
  if (!group.counted) return `write ${group.name}`;
  if (group.members.length === 1) return `write ${group.members[0]}`;
  return `write one of ${group.members[0]} to ${group.members.at(-1)}`;
}

function suggest(lookup: Lookup, name: string): string {
  const known = [...lookup.groups.keys()];
  const nearest = nearestWord(name, known);
  if (nearest !== undefined) return `did you mean "${nearest}"?`;
  return known.length === 0 ? `there is no ${lookup.what}` : `${lookup.what}s: ${listSome(known)}`;
}
