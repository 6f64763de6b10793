/** Which links a node is an end of, and which of them a name means there. */
import { findMembers, type Lookup } from './groups.ts';
import type { SourcePath } from './loaded.ts';
import type { LinkModel } from './model.ts';
import type { Report } from './problem.ts';
import { listWords, quote } from './quote.ts';
import type { RawTopology } from './topology.ts';

export interface NodeInputs {
  readonly raw: RawTopology;
  /** By node: the links that it is an end of, in the order of the file. */
  readonly attached: ReadonlyMap<string, readonly LinkModel[]>;
  /** The kind of any node, by name. */
  readonly kindOf: (node: string) => string | undefined;
  readonly links: Lookup;
  readonly report: Report;
  /** Every link of the file is among the attached. */
  readonly isComplete: boolean;
}

/** For what was said already. */
export function silence(lookup: Lookup): Lookup {
  return { ...lookup, report: () => {} };
}

/** The one link that a node means by a link's name, or by that of its group. */
export function findAttached(
  node: string,
  reference: string,
  path: SourcePath,
  inputs: Pick<NodeInputs, 'attached' | 'links' | 'report' | 'isComplete'>,
): string | undefined {
  const found = findMembers(inputs.links, reference, path);
  if (found === undefined) return undefined;
  const its = (inputs.attached.get(node) ?? []).filter(({ name }) => found.members.includes(name));
  if (its.length === 1) return its[0]!.name;
  if (its.length === 0 && !inputs.isComplete) return undefined;
  if (its.length === 0) {
    const message = `${quote(reference)} does not lead to ${node}`;
    inputs.report({ code: 'not-attached', path, message, hint: linksOf(node, inputs) });
  } else {
    const message = `${node} has ${its.length} of ${quote(reference)}`;
    const hint = `write one of ${its[0]!.name} to ${its.at(-1)!.name}`;
    inputs.report({ code: 'group-reference', path, message, hint });
  }
  return undefined;
}

export function linksOf(node: string, inputs: Pick<NodeInputs, 'attached'>): string {
  const its = [...new Set((inputs.attached.get(node) ?? []).map(({ group }) => group))];
  return its.length === 0 ? `${node} has no links` : `its links: ${listWords(its, 'and')}`;
}
