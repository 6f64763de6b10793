/** What a scenario means, as a short text that is the same wherever it is read. */
import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { Argument, Expression } from './expression.ts';
import type { EventModel, Scenario } from './model.ts';

/**
 * Of all that is run and measured in one case of one variant, traces included: two figures may be
 * compared where it is the same. Not of the seed, the number of samples, what is expected, and words
 * for readers: a looser bound does not make an old figure another one.
 */
export function resolvedHash(scenario: Scenario): string {
  const { name, limitNs, topology, programs, traffic, watches, events, measures } = scenario;
  const links = topology.links.map(({ notes: _, ...link }) => link);
  const run = { ...topology, links };
  return hashOf({
    ...{ name, limitNs, topology: run, programs, traffic, measures },
    events: events.map(withoutSpans),
    // Not there before flows could be watched: what watches none is still the same.
    watches: watches.length === 0 ? undefined : watches,
  });
}

/** sha256 of the canonical JSON. */
export function hashOf(value: object): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/** Where a word stands within a condition says nothing of what the condition is. */
function withoutSpans(event: EventModel): object {
  if (event.trigger.kind !== 'after') return event;
  return { ...event, trigger: { kind: 'after', condition: bare(event.trigger.condition) } };
}

function bare({ span: _, ...expression }: Expression): object {
  switch (expression.kind) {
    case 'number':
    case 'name':
      return expression;
    case 'negate':
    case 'not':
      return { ...expression, operand: bare(expression.operand) };
    case 'binary':
      return { ...expression, left: bare(expression.left), right: bare(expression.right) };
    case 'call':
      return { ...expression, arguments: expression.arguments.map(bareArgument) };
  }
}

function bareArgument({ span: _, ...argument }: Argument): object {
  if (argument.kind === 'place') return argument;
  return { ...argument, expression: bare(argument.expression) };
}
