/** The functions that an expression may call, and what each takes. */
import { nearestWord } from '../../src/base/nearest.ts';
import { factNames, isFactName } from '../plan/fact-table.ts';
import type { Expression } from '../schema/expression.ts';
import type { Problem } from './dimension-problems.ts';

type Call = Extract<Expression, { kind: 'call' }>;

/** Beside the facts. */
export const functionSignatures: Readonly<Record<string, string>> = {
  min: 'min(a, b)',
  max: 'max(a, b)',
  never: 'never(measure)',
  'real-time': 'real-time(2 ms)',
};

export function takesOneName({ name }: Call): boolean {
  return name === 'never';
}

export function takesValues({ name }: Call): boolean {
  return name === 'min' || name === 'max' || name === 'real-time';
}

/** What is wrong with the name, or with the number and kind of arguments. */
export function explainFunction(call: Call): Problem | undefined {
  const { name } = call;
  if (isFactName(name)) return undefined;
  if (!takesOneName(call) && !takesValues(call)) return unknownFunction(call);
  const values = call.arguments.map((one) => (one.kind === 'value' ? one.expression : undefined));
  const hint = `write ${functionSignatures[name]}`;
  const code = 'wrong-arguments';
  if (takesOneName(call)) {
    if (values.length === 1 && values[0]?.kind === 'name') return undefined;
    return { code, message: 'never takes the name of one value', hint, span: call.span };
  }
  const place = call.arguments.find((one) => one.kind === 'place');
  if (place) {
    const message = `${name} takes values, not places`;
    return { code, message, hint, span: place.span };
  }
  if (name === 'real-time') return explainRealTime(values, hint, call);
  if (values.length >= 2) return undefined;
  return { code, message: `${name} takes two values or more`, hint, span: call.span };
}

/** A time that stands in the file: what is measured can't say what it may take itself. */
function explainRealTime(
  values: readonly (Expression | undefined)[],
  hint: string,
  { span }: Call,
): Problem | undefined {
  const [only] = values;
  if (values.length === 1 && only?.kind === 'number' && only.dimension === 'time') return undefined;
  return { code: 'wrong-arguments', message: 'real-time takes one time', hint, span };
}

function unknownFunction({ name, span }: Call): Problem {
  const known = [...Object.keys(factNames), ...Object.keys(functionSignatures)];
  const near = nearestWord(name, known);
  return {
    code: 'unknown-function',
    message: `there is no function ${name}`,
    hint: near === undefined ? `there is ${known.join(', ')}` : `did you mean ${near}?`,
    span: { start: span.start, end: span.start + name.length },
  };
}

/** While it runs, an event asks for nothing but what was counted so far. */
export function explainLateFunction({ name, span }: Call): Problem | undefined {
  if (!isFactName(name) && name !== 'never') return undefined;
  return {
    code: 'not-live',
    message: `${name} cannot be asked while the run goes on`,
    hint: 'wait for what a traffic did, such as download.bytes >= 8 MiB',
    span,
  };
}
