/**
 * What a user has said once and for all: which application goes by which link. The first rule whose name fits
 * decides; a rule names links in the order in which they are wanted, for the day when the first is gone.
 */

export const lossAnswers = ['move', 'reset'] as const;
/** What becomes of living sockets when their link goes away: `reset` makes the application connect anew. */
export type LossAnswer = (typeof lossAnswers)[number];

export interface Rule {
  /** Of an application; `*` stands for any characters, and `default` for every application. */
  readonly name: string;
  /** The first that is live is taken. */
  readonly links: readonly string[];
  readonly whenLost: LossAnswer;
}

export const defaultName = 'default';

/** The rule for an application that goes by any of these names: its file, its script, what `ps` calls it. */
export function ruleFor(rules: readonly Rule[], names: readonly string[]): Rule | undefined {
  return rules.find(({ name }) => name === defaultName || names.some((one) => fits(name, one)));
}

/** The link that a rule comes to while these are live; undefined: none of those that it names is. */
export function linkOf(rule: Rule, live: readonly string[]): string | undefined {
  return rule.links.find((link) => live.includes(link));
}

/** With the answer before `default`, or in the place of what stood there for the same name. */
export function withRule(rules: readonly Rule[], added: Rule): readonly Rule[] {
  const at = rules.findIndex(({ name }) => name === added.name);
  if (at >= 0) return rules.with(at, added);
  const last = rules.findIndex(({ name }) => name === defaultName);
  return last < 0 ? [...rules, added] : rules.toSpliced(last, 0, added);
}

function fits(pattern: string, name: string): boolean {
  const [head, ...parts] = pattern.split('*');
  if (!name.startsWith(head!)) return false;
  const tail = parts.pop();
  if (tail === undefined) return name === pattern;
  let at = head!.length;
  for (const part of parts) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - at >= tail.length && name.endsWith(tail);
}
