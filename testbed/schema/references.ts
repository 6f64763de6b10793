/** What the parts of a scenario refer to each other by. */
import { nearestWord } from '../../src/base/nearest.ts';
import { findOne, type Lookup } from './groups.ts';
import type { SourcePath } from './loaded.ts';
import type { TrafficSource } from './metric-table.ts';
import type { ReadsModel } from './model.ts';
import type { Report } from './problem.ts';
import { listSome, quote } from './quote.ts';
import type { ResolvedTopology } from './resolve-topology.ts';

export interface References {
  readonly resolved: ResolvedTopology;
  readonly nodes: Lookup;
  readonly links: Lookup;
  readonly programs: readonly string[];
  /** A command of one's own runs, which may write records of kinds that are not known here. */
  readonly runsCommands: boolean;
  /** By program: what is read of what it leaves. */
  readonly readers: ReadonlyMap<string, ReadsModel>;
  /** Traffic of Ropewalk's own and, behind it, watched flows. */
  readonly traffic: readonly string[];
  readonly sources: ReadonlyMap<string, TrafficSource>;
  readonly events: readonly string[];
  readonly report: Report;
}

/** A node that has addresses. */
export function findHost(
  references: References,
  name: string,
  path: SourcePath,
): string | undefined {
  const node = findOne(references.nodes, name, path);
  if (node === undefined || references.resolved.kindOf(node) !== 'switch') return node;
  const message = `${quote(name)} is a switch, which has no addresses`;
  references.report({ code: 'switch-address', path, message, hint: 'name a node beside it' });
  return undefined;
}

const articles = { traffic: 'traffic', event: 'an event', program: 'a program' } as const;

/** Reports a name that is not among the known ones. */
export function checkName(
  name: string,
  known: readonly string[],
  what: 'traffic' | 'event' | 'program',
  path: SourcePath,
  report: Report,
): void {
  if (known.includes(name)) return;
  const nearest = nearestWord(name, known);
  const list = known.length === 0 ? `there is no ${what}` : `there are: ${listSome(known)}`;
  const hint = nearest === undefined ? list : `did you mean "${nearest}"?`;
  const message = `${quote(name)} is not ${articles[what]}`;
  report({ code: `unknown-${what}`, path, message, hint });
}
