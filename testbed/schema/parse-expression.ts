/**
 * The text of `that:` and `after:` to its tree. Whether a time is compared with a time, and whether
 * a name exists, is for the judge; here is grammar only, weakest first: or, and, not, comparison,
 * + -, * /, minus, value.
 */
import type { Argument, Expression, Operator, Span } from './expression.ts';
import { ExpressionFault, type ExpressionProblem, refuse, type Token, tokenise } from './tokens.ts';

export type ExpressionReading =
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'problem'; readonly problem: ExpressionProblem };

interface Cursor {
  readonly tokens: readonly Token[];
  at: number;
  depth: number;
}

const deepest = 50;
const longest = 2_000;

export function parseExpression(text: string): ExpressionReading {
  try {
    if (text.length > longest) {
      refuse({ start: 0, end: 1 }, `the expression is longer than ${longest} characters`);
    }
    const cursor: Cursor = { tokens: tokenise(text), at: 0, depth: 0 };
    if (peek(cursor).kind === 'end') refuse({ start: 0, end: 1 }, 'the expression is empty');
    const expression = parseOr(cursor);
    const after = peek(cursor);
    if (after.kind !== 'end') refuseRest(after, text);
    return { kind: 'expression', expression };
  } catch (fault) {
    if (fault instanceof ExpressionFault) return { kind: 'problem', problem: fault.problem };
    throw fault;
  }
}

function refuseRest(token: Token, text: string): never {
  const shown = text.slice(token.span.start, token.span.end);
  if (shown === ')') refuse(token.span, 'this bracket closes nothing', 'leave it out');
  if (shown === ',') refuse(token.span, 'a comma stands outside a call', 'leave it out');
  refuse(token.span, `"${shown}" follows a complete expression`, 'join two with "and" or "or"');
}

function parseOr(cursor: Cursor): Expression {
  return parseChain(cursor, ['or'], parseAnd);
}

function parseAnd(cursor: Cursor): Expression {
  return parseChain(cursor, ['and'], parseNot);
}

function parseNot(cursor: Cursor): Expression {
  const token = peek(cursor);
  if (!takeSign(cursor, 'not')) return parseComparison(cursor);
  const operand = deeper(cursor, parseNot);
  return { kind: 'not', operand, span: { start: token.span.start, end: operand.span.end } };
}

const comparisons: readonly string[] = ['<', '<=', '>', '>=', '==', '!='];

function parseComparison(cursor: Cursor): Expression {
  const left = parseSum(cursor);
  const operator = takeOneOf(cursor, comparisons);
  if (operator === undefined) return left;
  const compared = binary(operator, left, parseSum(cursor));
  const next = peek(cursor);
  if (next.kind === 'sign' && comparisons.includes(next.sign)) {
    refuse(next.span, 'comparisons do not chain', 'write "a < b and b < c"');
  }
  return compared;
}

function parseSum(cursor: Cursor): Expression {
  return parseChain(cursor, ['+', '-'], parseProduct);
}

function parseProduct(cursor: Cursor): Expression {
  return parseChain(cursor, ['*', '/'], parseSigned);
}

function parseChain(
  cursor: Cursor,
  operators: readonly string[],
  parsePart: (cursor: Cursor) => Expression,
): Expression {
  let left = parsePart(cursor);
  for (;;) {
    const operator = takeOneOf(cursor, operators);
    if (operator === undefined) return left;
    left = binary(operator, left, parsePart(cursor));
  }
}

function binary(operator: Operator, left: Expression, right: Expression): Expression {
  const span = { start: left.span.start, end: right.span.end };
  return { kind: 'binary', operator, left, right, span };
}

function parseSigned(cursor: Cursor): Expression {
  const token = peek(cursor);
  if (!takeSign(cursor, '-')) return parseValue(cursor);
  const operand = deeper(cursor, parseSigned);
  return { kind: 'negate', operand, span: { start: token.span.start, end: operand.span.end } };
}

function parseValue(cursor: Cursor): Expression {
  const token = peek(cursor);
  if (token.kind === 'number') {
    cursor.at++;
    return token;
  }
  if (token.kind === 'name') return parseName(cursor, token);
  if (takeSign(cursor, '(')) return parseGroup(cursor, token.span);
  return refuseValue(cursor, token);
}

function refuseValue(cursor: Cursor, token: Token): never {
  const hint = 'write a number with its unit, a name, or a call such as rtt(wifi)';
  if (token.kind === 'end') refuse(endOf(cursor), 'a value is missing at the end', hint);
  const shown = token.kind === 'sign' ? token.sign : 'this';
  refuse(token.span, `a value is expected before "${shown}"`, hint);
}

function parseGroup(cursor: Cursor, opening: Span): Expression {
  const inner = deeper(cursor, parseOr);
  const closing = peek(cursor);
  if (!takeSign(cursor, ')')) refuse(opening, 'this bracket is not closed', 'close it with ")"');
  return { ...inner, span: { start: opening.start, end: closing.span.end } };
}

function parseName(cursor: Cursor, token: Token & { kind: 'name' }): Expression {
  cursor.at++;
  const opening = peek(cursor);
  if (!takeSign(cursor, '(')) return token;
  if (token.path.length > 1) refuse(token.span, `"${token.path.join('.')}" is not a function`);
  const name = token.path[0]!;
  const args = parseArguments(cursor, name, opening.span);
  const end = cursor.tokens[cursor.at - 1]!.span.end;
  return { kind: 'call', name, arguments: args, span: { start: token.span.start, end } };
}

function parseArguments(cursor: Cursor, name: string, opening: Span): Argument[] {
  if (takeSign(cursor, ')')) return [];
  const list: Argument[] = [];
  do list.push(deeper(cursor, (inner) => parseArgument(inner, name)));
  while (takeSign(cursor, ','));
  if (!takeSign(cursor, ')')) {
    const next = peek(cursor);
    if (next.kind !== 'end') refuse(next.span, 'a comma or ")" is expected here');
    refuse(opening, 'this bracket is not closed', 'close it with ")"');
  }
  return list;
}

/** Functions of values; all others are facts, whose bare names are nodes and links. */
const valueFunctions: readonly string[] = ['min', 'max', 'never', 'real-time'];

function parseArgument(cursor: Cursor, name: string): Argument {
  const token = peek(cursor);
  const next = cursor.tokens[cursor.at + 1];
  const sign = next?.kind === 'sign' ? next.sign : '';
  const isPlace = sign === 'via' || sign === 'toward' || !valueFunctions.includes(name);
  const standsAlone = [')', ',', 'via', 'toward'].includes(sign) || next?.kind === 'end';
  if (token.kind === 'name' && token.path.length === 1 && isPlace && standsAlone) {
    return parsePlace(cursor, token);
  }
  const expression = parseOr(cursor);
  return { kind: 'value', expression, span: expression.span };
}

function parsePlace(cursor: Cursor, token: Token & { kind: 'name' }): Argument {
  cursor.at++;
  let via: string | undefined;
  let toward: string | undefined;
  for (;;) {
    if (via === undefined && takeSign(cursor, 'via')) via = takeName(cursor, 'a link', 'via');
    else if (toward === undefined && takeSign(cursor, 'toward')) {
      toward = takeName(cursor, 'a node', 'toward');
    } else break;
  }
  const end = cursor.tokens[cursor.at - 1]!.span.end;
  return {
    kind: 'place',
    name: token.path[0]!,
    via,
    toward,
    span: { start: token.span.start, end },
  };
}

function takeName(cursor: Cursor, what: string, word: string): string {
  const token = peek(cursor);
  if (token.kind === 'name' && token.path.length === 1) {
    cursor.at++;
    return token.path[0]!;
  }
  return refuse(token.kind === 'end' ? endOf(cursor) : token.span, `${what} must follow "${word}"`);
}

function deeper<Result>(cursor: Cursor, parse: (cursor: Cursor) => Result): Result {
  if (cursor.depth >= deepest) refuse(peek(cursor).span, `more than ${deepest} levels of brackets`);
  cursor.depth++;
  const result = parse(cursor);
  cursor.depth--;
  return result;
}

function peek(cursor: Cursor): Token {
  return cursor.tokens[cursor.at]!;
}

/** The last character: an end has nothing to underline. */
function endOf(cursor: Cursor): Span {
  const last = cursor.tokens[cursor.at - 1];
  return last === undefined
    ? { start: 0, end: 1 }
    : { start: last.span.end - 1, end: last.span.end };
}

function takeSign(cursor: Cursor, sign: string): boolean {
  const token = peek(cursor);
  if (token.kind !== 'sign' || token.sign !== sign) return false;
  cursor.at++;
  return true;
}

function takeOneOf(cursor: Cursor, operators: readonly string[]): Operator | undefined {
  const token = peek(cursor);
  if (token.kind !== 'sign' || !operators.includes(token.sign)) return undefined;
  cursor.at++;
  return token.sign as Operator;
}
