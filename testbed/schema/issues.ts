/** zod's issues in our words: what failed with its value, and the nearest right word. */
import type { z } from 'zod';
import { nearestWord } from '../../src/base/nearest.ts';
import { mendCutText } from './cut-text.ts';
import type { ErrorCode } from './error-codes.ts';
import type { Complaint } from './fields.ts';
import type { SourcePath } from './loaded.ts';
import type { Problem } from './problem.ts';
import { listSome, listWords, quote } from './quote.ts';

type Issue = z.core.$ZodIssue;

/** `value` is what was checked: an issue names the path and not what stands there. */
export function explainIssues(issues: readonly Issue[], value: unknown): Problem[] {
  return issues.flatMap((issue) => explain(issue, value, []));
}

function explain(issue: Issue, root: unknown, before: SourcePath): Problem[] {
  const path = [...before, ...(issue.path as (string | number)[])];
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownKeys(path, issue.keys, issue.message.split(' '), valueAt(root, path));
    case 'invalid_union':
      return explainUnion(issue, root, path);
    case 'invalid_value':
      return [wrongWord(path, valueAt(root, path), issue.values.map(String))];
    case 'invalid_key':
      return [badName(path, issue.issues[0]?.message ?? 'is not a name')];
    case 'custom':
      return [custom(issue, root, path)];
    case 'invalid_type':
      return [wrongShape(path, valueAt(root, path), shapes[issue.expected] ?? issue.expected)];
    case 'too_small':
    case 'too_big':
      return [wrongAmount(issue, root, path)];
    default:
      return [{ code: 'wrong-type', path, message: issue.message }];
  }
}

const shapes: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  tuple: 'a list of two',
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
};

function valueAt(root: unknown, path: SourcePath): unknown {
  return path.reduce<unknown>(
    (value, step) => (value as Record<string | number, unknown> | undefined)?.[step],
    root,
  );
}

function unknownKeys(
  path: SourcePath,
  keys: readonly string[],
  known: readonly string[],
  map: unknown,
): Problem[] {
  const hint = mendCutText(keys, map);
  if (hint === undefined) return keys.map((key) => unknownKey(path, key, known));
  return [{ ...unknownKey(path, keys[0]!, known), hint }];
}

function unknownKey(path: SourcePath, key: string, known: readonly string[]): Problem {
  const nearest = nearestWord(key, known);
  const glued = /^([\w-]+):(.+)$/.exec(key);
  const hint =
    glued !== null
      ? `a space must follow the colon: "${glued[1]}: ${glued[2]}"`
      : nearest === undefined
        ? `known here: ${listSome(known, 30)}`
        : `did you mean "${nearest}"?`;
  const message = `${quote(key)} is not a known key`;
  return { code: 'unknown-key', path: [...path, key], about: path, aim: 'key', message, hint };
}

function badName(path: SourcePath, problem: string): Problem {
  const name = quote(path.at(-1));
  const hint = problem.endsWith('is not a name')
    ? 'write letters, digits and hyphens, a letter first'
    : 'choose another name';
  const message = `${name} ${problem}`;
  return { code: 'bad-name', path, about: path.slice(0, -1), aim: 'key', message, hint };
}

function wrongWord(path: SourcePath, value: unknown, words: readonly string[]): Problem {
  if (value === undefined || value === null || typeof value === 'object') {
    return wrongShape(path, value, listWords(words));
  }
  const nearest = nearestWord(String(value), words);
  const hint = nearest === undefined ? `write ${listWords(words)}` : `did you mean "${nearest}"?`;
  return { code: 'unknown-word', path, message: `${quote(value)} is not known here`, hint };
}

function wrongShape(path: SourcePath, value: unknown, expected: string): Problem {
  if (value === undefined) {
    const hint = `add \`${path.at(-1)}:\` with ${expected}`;
    return { code: 'missing-key', path, aim: 'key', message: 'is missing', hint };
  }
  if (value === null) {
    const hint = `write ${expected === 'a map' ? '{}' : expected}, or leave the key out`;
    return { code: 'empty-value', path, aim: 'key', message: 'has no value', hint };
  }
  return {
    code: 'wrong-type',
    path,
    message: `${quote(value)} stands where ${expected} is expected`,
    hint: mendShape(value, expected),
  };
}

/** What was probably meant, where one can tell. */
function mendShape(value: unknown, expected: string): string {
  if (expected === 'true or false') return yesOrNo(value);
  if (expected === 'a list' && typeof value === 'string') return `did you mean [${value}]?`;
  if (expected === 'a text' && typeof value !== 'object')
    return `did you mean "${value}", in quotes?`;
  return expected === 'a map' ? 'write a map: { key: value }' : `write ${expected}`;
}

function yesOrNo(value: unknown): string {
  const word = String(value).toLowerCase();
  if (['yes', 'on', '1'].includes(word)) return 'did you mean true?';
  if (['no', 'off', '0'].includes(word)) return 'did you mean false?';
  return 'write true or false';
}

function custom(issue: z.core.$ZodIssueCustom, root: unknown, path: SourcePath): Problem {
  const { code, hint, span } = (issue.params ?? { code: 'wrong-type' }) as unknown as Complaint;
  if (isShapeCode(code)) return wrongShape(path, valueAt(root, path), issue.message);
  return { code: code as ErrorCode, path, message: issue.message, hint, span };
}

function isShapeCode(code: string): boolean {
  return code === 'wrong-type' || code === 'missing-key' || code === 'empty-value';
}

function wrongAmount(
  issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig,
  root: unknown,
  path: SourcePath,
): Problem {
  const value = valueAt(root, path);
  const bound = issue.code === 'too_small' ? issue.minimum : issue.maximum;
  if (Array.isArray(value)) {
    const message = `a list of ${value.length} stands where ${bound} are expected`;
    return { code: 'wrong-type', path, aim: 'key', message, hint: `write ${bound} of them` };
  }
  const direction = issue.code === 'too_small' ? 'more than' : 'at most';
  const message = `${quote(value)} is out of range`;
  return { code: 'impossible-value', path, message, hint: `write ${direction} ${bound}` };
}

/** Of several forms the one that the writer had in mind: the one whose outer shape fits. */
function explainUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  root: unknown,
  path: SourcePath,
): Problem[] {
  if ('options' in issue && issue.options !== undefined) {
    return [wrongWord(path, valueAt(root, path), issue.options.map(String))];
  }
  const value = valueAt(root, path);
  const misfits = (inner: Issue) => isOuterMisfit(inner, value);
  const fitting = issue.errors.find((branch) => branch.length > 0 && !branch.some(misfits));
  if (fitting !== undefined) return fitting.flatMap((inner) => explain(inner, root, path));
  const expected = issue.errors.flatMap((branch) => branch.filter(misfits).map(expectedOf));
  return [wrongShape(path, value, listWords([...new Set(expected)]))];
}

function isOuterMisfit(issue: Issue, value: unknown): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'custom') return isShapeCode(String(issue.params?.['code']));
  if (issue.code === 'invalid_value') return typeof value === 'object';
  if (issue.code !== 'invalid_union') return issue.code === 'invalid_type';
  if ('discriminator' in issue) return false;
  return issue.errors.every((branch) => branch.some((inner) => isOuterMisfit(inner, value)));
}

function expectedOf(issue: Issue): string {
  if (issue.code === 'invalid_type') return shapes[issue.expected] ?? issue.expected;
  if (issue.code === 'invalid_value') return listWords(issue.values.map(String));
  return issue.code === 'custom' ? issue.message : 'a map';
}
