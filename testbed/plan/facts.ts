/** Facts of a plan, for expressions. Nothing is thrown: what can't be said comes with the reason. */
import { nearestWord } from '../../src/base/nearest.ts';
import {
  type FactArgument,
  type FactCall,
  type FactName,
  type FactProblem,
  type FactValue,
  factNames,
  isFactName,
} from './fact-table.ts';
import { evaluateLinkFact } from './link-facts.ts';
import { indexNetwork, type NetworkIndex } from './network-index.ts';
import { evaluatePathFact } from './path-facts.ts';
import type { Plan } from './plan.ts';

/** Who asks often makes the index of the plan once, by `indexNetwork`. */
export function evaluateFact(
  plan: Plan,
  call: FactCall,
  index: NetworkIndex = indexNetwork(plan),
): FactValue | FactProblem {
  if (!isFactName(call.name)) return unknownFact(call.name);
  const { name } = call;
  const [first, second, ...rest] = call.arguments.map(asPlace);
  if (first?.kind !== 'place' || rest.length > 0) return misuse(name);
  const value =
    name === 'transmission' || second === undefined
      ? evaluateLinkFact(index, name, first, second)
      : evaluatePathFact(index, name, first, second);
  if (value === undefined) return misuse(name);
  return typeof value === 'number' ? { value, dimension: factNames[name].dimension } : value;
}

/** A bare name that was parsed as an expression is a place after all. */
function asPlace(argument: FactArgument): FactArgument {
  if (argument.kind !== 'value') return argument;
  const { expression, span } = argument;
  if (expression.kind === 'number') return { ...expression, kind: 'quantity' };
  if (expression.kind !== 'name') return argument;
  return {
    kind: 'place',
    name: expression.path.join('.'),
    via: undefined,
    toward: undefined,
    span,
  };
}

function unknownFact(name: string): FactProblem {
  const nearest = nearestWord(name, Object.keys(factNames));
  const hint =
    nearest === undefined ? Object.keys(factNames).join(', ') : `did you mean ${nearest}?`;
  return { problem: `there is no fact ${name}`, hint };
}

function misuse(name: FactName): FactProblem {
  return {
    problem: `${name} does not take these arguments`,
    hint: `write ${factNames[name].signature}`,
  };
}
