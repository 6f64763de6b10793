/** The words of an expression. Names may hold hyphens, so a minus needs a space on both sides. */

import { unknownUnit } from '../../src/base/unit-problems.ts';
import type { Unit } from '../../src/base/unit-table.ts';
import { units } from '../../src/base/unit-table.ts';
import { scale } from '../../src/base/units.ts';
import type { Dimension, Span } from './expression.ts';

export type Token =
  | {
      readonly kind: 'number';
      readonly value: number;
      readonly dimension: Dimension;
      readonly span: Span;
    }
  | { readonly kind: 'name'; readonly path: readonly string[]; readonly span: Span }
  /** An operator, a bracket, a comma, or a word such as `and`. */
  | { readonly kind: 'sign'; readonly sign: string; readonly span: Span }
  | { readonly kind: 'end'; readonly span: Span };

/** Why a text is no expression; the reader of the file adds the place. */
export interface ExpressionProblem {
  readonly code:
    | 'bad-expression'
    | 'missing-unit'
    | 'unknown-unit'
    | 'bytes-a-second'
    | 'out-of-range';
  readonly message: string;
  readonly hint: string | undefined;
  readonly span: Span;
}

/** Thrown within the parser and caught at its door. */
export class ExpressionFault extends Error {
  override readonly name = 'ExpressionFault';
  readonly problem: ExpressionProblem;

  constructor(problem: ExpressionProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

export function refuse(span: Span, message: string, hint?: string): never {
  throw new ExpressionFault({ code: 'bad-expression', message, hint, span });
}

const words = ['and', 'or', 'not', 'via', 'toward'];
const signs = /^(<=|>=|==|!=|[-+*/<>(),])/;
const name = /^[A-Za-z_][A-Za-z0-9_-]*(\[\d+\])?(\.[A-Za-z_][A-Za-z0-9_-]*(\[\d+\])?)*/;
const number = /^\d+(\.\d+)?/;

export function tokenise(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += /^\s*/.exec(text.slice(at))![0].length;
    if (at >= text.length) break;
    const token = readToken(text, at, tokens.at(-1));
    tokens.push(token);
    at = token.span.end;
  }
  tokens.push({ kind: 'end', span: { start: text.length, end: text.length + 1 } });
  return tokens;
}

function readToken(text: string, at: number, before: Token | undefined): Token {
  const rest = text.slice(at);
  const digits = number.exec(rest)?.[0];
  if (digits !== undefined) return readNumber(text, at, digits);
  const named = name.exec(rest)?.[0];
  if (named !== undefined) return readName(at, named);
  const sign = signs.exec(rest)?.[0];
  if (sign === undefined) return strangeSign(text, at);
  if (sign === '-') checkMinus(text, at, before);
  return { kind: 'sign', sign, span: { start: at, end: at + sign.length } };
}

function readName(at: number, text: string): Token {
  const span = { start: at, end: at + text.length };
  if (words.includes(text)) return { kind: 'sign', sign: text, span };
  if (text.endsWith('-')) refuse(span, `"${text}" ends in a hyphen`, 'put a space before a minus');
  return { kind: 'name', path: text.split('.'), span };
}

/** After a value a minus subtracts, and `gap -5 ms` could mean two things. */
function checkMinus(text: string, at: number, before: Token | undefined): void {
  const afterValue =
    before !== undefined &&
    (before.kind === 'number' ||
      before.kind === 'name' ||
      (before.kind === 'sign' && before.sign === ')'));
  if (!afterValue) return;
  if (/\s/.test(text[at - 1] ?? ' ') && /\s/.test(text[at + 1] ?? ' ')) return;
  const span = { start: at, end: at + 1 };
  refuse(span, 'a minus needs a space on both sides', 'names may hold hyphens: write "a - b"');
}

const meant: Readonly<Record<string, string>> = {
  '&': 'and',
  '|': 'or',
  '!': 'not',
  '=': '==',
  '≤': '<=',
  '≥': '>=',
  '×': '*',
  '·': '*',
  '÷': '/',
  '–': '-',
  '−': '-',
};

function strangeSign(text: string, at: number): never {
  const turned = /^=[<>]/.exec(text.slice(at))?.[0];
  if (turned !== undefined) {
    const hint = `did you mean "${turned[1]}="?`;
    refuse({ start: at, end: at + 2 }, `"${turned}" has no meaning here`, hint);
  }
  const sign = String.fromCodePoint(text.codePointAt(at)!);
  const doubled = '&|'.includes(sign) && text[at + 1] === sign ? 2 : sign.length;
  const suggestion = meant[sign];
  const hint = suggestion === undefined ? undefined : `did you mean "${suggestion}"?`;
  refuse(
    { start: at, end: at + doubled },
    `"${text.slice(at, at + doubled)}" has no meaning here`,
    hint,
  );
}

function readNumber(text: string, at: number, digits: string): Token {
  const gap = /^ */.exec(text.slice(at + digits.length))![0].length;
  const unitAt = at + digits.length + gap;
  const found = unitAfter(text.slice(unitAt));
  const end = found === undefined ? at + digits.length : unitAt + found.name.length;
  const span = { start: at, end };
  if (found === undefined)
    return { kind: 'number', value: Number(digits), dimension: 'plain', span };
  if (found.unit === undefined) return refuseUnit(digits, found.name, unitAt);
  const value = scale(digits, found.unit, at);
  const { kind } = found.unit;
  if (typeof value === 'number') {
    return { kind: 'number', value, dimension: kind === 'ratio' ? 'plain' : kind, span };
  }
  const message = `"${text.slice(at, end)}" ${value.problem}`;
  throw new ExpressionFault({ code: 'out-of-range', message, hint: value.hint, span });
}

/** `Mbit/s` is one unit, and `1 MiB/2 s` is a size divided by a time. */
function unitAfter(rest: string): { name: string; unit: Unit | undefined } | undefined {
  const [long] = /^[A-Za-zµμ%]+\/s(?![A-Za-z0-9_-])/.exec(rest) ?? [];
  if (long !== undefined && (units.has(long) || /B\/s$/.test(long))) {
    return { name: long, unit: units.get(long) };
  }
  const [short] = /^(%|[A-Za-zµμ][A-Za-z0-9µμ_-]*)/.exec(rest) ?? [];
  if (short === undefined || words.includes(short)) return undefined;
  return { name: short, unit: units.get(short) };
}

function refuseUnit(digits: string, unit: string, at: number): never {
  const isRate = unit.endsWith('/s') || unit.endsWith('ps');
  const { code, problem, hint } = unknownUnit(isRate ? 'rate' : likelyKind(unit), digits, unit, at);
  const span = { start: at, end: at + unit.length };
  const message = `"${digits} ${unit}" ${problem}`;
  throw new ExpressionFault({ code: code as ExpressionProblem['code'], message, hint, span });
}

function likelyKind(unit: string): 'size' | 'time' {
  return /b(yte)?s?$/i.test(unit) ? 'size' : 'time';
}
