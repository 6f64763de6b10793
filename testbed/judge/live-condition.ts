/** Conditions of events, asked again and again while a run goes on. */
import type { Expression } from '../schema/expression.ts';

/** `read`: the figure by `traffic.property`. A condition that compares nothing never holds. */
export function holdsNow(condition: Expression, read: (name: string) => number): boolean {
  switch (condition.kind) {
    case 'not':
      return !holdsNow(condition.operand, read);
    case 'binary':
      return holdsBinary(condition, read);
    default:
      return false;
  }
}

function holdsBinary(
  { operator, left, right }: Expression & { kind: 'binary' },
  read: (name: string) => number,
): boolean {
  if (operator === 'and') return holdsNow(left, read) && holdsNow(right, read);
  if (operator === 'or') return holdsNow(left, read) || holdsNow(right, read);
  return false;
}
