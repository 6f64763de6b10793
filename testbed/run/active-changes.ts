/**
 * Changes in force, oldest first. One that ends leaves what would stand had it never been: where a
 * later change still holds the same setting, that one takes over what is to be restored afterwards.
 */
import type { LiveLab } from '../labs/lab.ts';
import type { ChangeModel } from '../schema/model.ts';

export interface ActiveChange {
  /** Brings back what stood before; undefined when nothing of it is left to bring back. */
  inverse: ChangeModel | undefined;
  readonly ends: boolean;
}

type LinkSet = Extract<ChangeModel, { kind: 'link-set' }>;
type Fields = Readonly<Record<string, unknown>>;

export function beginChange(
  stack: ActiveChange[],
  live: LiveLab,
  change: ChangeModel,
  ends: boolean,
): ActiveChange | undefined {
  const active = ends || stack.length > 0 ? { inverse: live.inverseOf(change), ends } : undefined;
  if (active) stack.push(active);
  live.apply(change);
  return active;
}

export function endChange(stack: ActiveChange[], live: LiveLab, ending: ActiveChange): void {
  const at = stack.indexOf(ending);
  const later = stack.splice(at).slice(1);
  let restore = ending.inverse;
  for (const active of later) {
    if (restore === undefined || active.inverse === undefined) continue;
    const handed = handOver(restore, active.inverse);
    restore = handed.left;
    active.inverse = handed.taken;
  }
  stack.push(...later);
  if (!stack.some((active) => active.ends)) stack.length = 0;
  if (restore !== undefined) live.apply(restore);
}

/** What of `from` a later change takes over into its own inverse, and what is left to apply now. */
export function handOver(
  from: ChangeModel,
  to: ChangeModel,
): { readonly left: ChangeModel | undefined; readonly taken: ChangeModel } {
  if (from.kind === 'link-set' && to.kind === 'link-set' && from.link === to.link) {
    return handOverFields(from, to);
  }
  if (from.kind === 'clock-skew' && to.kind === 'clock-skew' && from.node === to.node) {
    // An offset is undone by its opposite: both are still to be undone.
    return { left: undefined, taken: { ...from, offsetNs: from.offsetNs + to.offsetNs } };
  }
  const target = targetOf(from);
  if (target === undefined || target !== targetOf(to)) return { left: from, taken: to };
  return { left: undefined, taken: from };
}

function handOverFields(from: LinkSet, to: LinkSet): { left: LinkSet | undefined; taken: LinkSet } {
  const left: Record<string, Fields> = {};
  const taken: Record<string, Fields> = { ...to.toward };
  for (const [node, fields] of Object.entries(from.toward)) {
    const theirs: Fields = to.toward[node] ?? {};
    const entries = Object.entries(fields);
    const shared = Object.fromEntries(entries.filter(([name]) => name in theirs));
    const own = Object.fromEntries(entries.filter(([name]) => !(name in theirs)));
    if (Object.keys(shared).length > 0) taken[node] = { ...theirs, ...shared };
    if (Object.keys(own).length > 0) left[node] = own;
  }
  return {
    left: Object.keys(left).length > 0 ? { ...from, toward: left } : undefined,
    taken: { ...to, toward: taken },
  };
}

/** Changes of one target of which only the last can stand; a reboot leaves nothing to bring back. */
function targetOf(change: ChangeModel): string | undefined {
  switch (change.kind) {
    case 'link-down':
    case 'link-up':
      return `carrier of ${change.link}`;
    case 'node-crash':
    case 'node-restart':
      return `life of ${change.node}`;
    case 'clock-skew':
    case 'link-set':
    case 'nat-reboot':
      return undefined;
  }
}
