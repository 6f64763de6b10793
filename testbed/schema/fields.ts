/**
 * The kinds of values that fields hold. Each refuses in words: zod's own issues are translated in
 * issues.ts, and what a quantity says against its text travels in a custom issue's `params`.
 */
import { z } from 'zod';
import type { UnitProblem } from '../../src/base/unit-problems.ts';
import { examples, type QuantityKind } from '../../src/base/unit-table.ts';
import { parseQuantity } from '../../src/base/units.ts';
import type { Span } from './expression.ts';
import { quote } from './quote.ts';

/** What a custom issue carries beside its message. */
export interface Complaint {
  readonly code: string;
  readonly hint?: string | undefined;
  readonly span?: Span | undefined;
}

export function complain(context: z.RefinementCtx, message: string, complaint: Complaint): never {
  context.addIssue({ code: 'custom', message, params: { ...complaint } });
  return z.NEVER;
}

/** A map whose keys are known. The error text carries them: an issue has no other room for them. */
export function fields<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape).join(' ');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? known : undefined),
  });
}

const patterns = {
  time: String.raw`^-?\d+(\.\d+)? ?(ns|us|µs|ms|s|min|h)$`,
  rate: String.raw`^\d+(\.\d+)? ?[kMG]?(bit/s|bps)$`,
  size: String.raw`^\d+(\.\d+)? ?([kMG]|[KMG]i)?B$`,
  ratio: String.raw`^-?\d+(\.\d+)?( ?(%|ppm))?$`,
} as const satisfies Record<QuantityKind, string>;

export interface Bounds {
  readonly least?: number;
  readonly most?: number;
  /** What to say of a value outside, after the quoted text; and what to write instead. */
  readonly problem: string;
  readonly hint: string;
}

export const notNegative: Bounds = { least: 0, problem: 'is below 0', hint: 'write 0 or more' };

/** What is wrong with a value, or the number that it stands for. */
export function quantity(kind: QuantityKind, bounds: Bounds = notNegative) {
  return z
    .unknown()
    .transform((raw, context) => readQuantity(kind, bounds, raw, context))
    .meta(quantityMeta(kind));
}

export function quantityMeta(kind: QuantityKind) {
  const number = kind === 'ratio' ? { type: ['string', 'number'] } : { type: 'string' };
  return { ...number, pattern: patterns[kind], shown: kind };
}

export function readQuantity(
  kind: QuantityKind,
  bounds: Bounds,
  raw: unknown,
  context: z.RefinementCtx,
): number {
  if (typeof raw !== 'string' && typeof raw !== 'number') {
    return wrongType(raw, `${kind} such as ${examples[kind]}`, context);
  }
  const text = String(raw);
  const reading = parseQuantity(kind, text);
  if (typeof reading !== 'number') {
    const { code, problem, at, width } = reading;
    const hint = hintFor(kind, reading);
    const span = { start: at, end: at + width };
    return complain(context, `${quote(text)} ${problem}`, { code, hint, span });
  }
  const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = bounds;
  if (reading >= least && reading <= most) return reading;
  return complain(context, `${quote(text)} ${bounds.problem}`, {
    code: 'impossible-value',
    hint: bounds.hint,
  });
}

/** What a text without a known unit was to be is not seen from the text. */
function hintFor(kind: QuantityKind, { code, hint }: UnitProblem): string {
  const isOpen = code === 'missing-unit' || code === 'unknown-unit';
  return isOpen ? `expected a ${kind}, such as ${examples[kind]}\n${hint}` : hint;
}

/** A value of the wrong shape is said in issues.ts, which knows the value; this gives what was expected. */
export function wrongType(raw: unknown, expected: string, context: z.RefinementCtx): never {
  const code = raw === undefined ? 'missing-key' : raw === null ? 'empty-value' : 'wrong-type';
  return complain(context, `a ${expected}`, { code });
}

export const duration = () => quantity('time');
export const positiveDuration = () =>
  quantity('time', { least: 1, problem: 'is no time at all', hint: 'write more than 0' });
export const anyDuration = () => quantity('time', { problem: '', hint: '' });
export const size = () =>
  quantity('size', { least: 1, problem: 'is no size at all', hint: 'write 1 B or more' });
export const rateBounds: Bounds = {
  least: 1,
  problem: 'lets nothing through',
  hint: 'write 1 bit/s or more; a link that carries nothing is `up: false`',
};
export const rate = () => quantity('rate', rateBounds);
export const ratioBounds: Bounds = {
  least: 0,
  most: 1,
  problem: 'is not between 0 % and 100 %',
  hint: 'a plain number is a part of one: write 5 % or 0.05',
};
export const ratio = () => quantity('ratio', ratioBounds);

/** A rate, or the word `unlimited`, which is Infinity. */
export function rateOrUnlimited() {
  return z
    .unknown()
    .transform((raw, context) =>
      raw === 'unlimited'
        ? Number.POSITIVE_INFINITY
        : readQuantity('rate', rateBounds, raw, context),
    )
    .meta({ ...quantityMeta('rate'), pattern: `${patterns.rate}|^unlimited$` });
}

/** A whole number within bounds. */
export function whole(least: number, most: number) {
  return z
    .unknown()
    .transform((raw, context): number => {
      if (typeof raw !== 'number') return wrongType(raw, 'whole number', context);
      if (!Number.isInteger(raw)) {
        const hint = `write a whole number ${rangeOf(least, most)}`;
        return complain(context, `${quote(raw)} is not a whole number`, {
          code: 'not-whole',
          hint,
        });
      }
      if (raw >= least && raw <= most) return raw;
      const hint = `write a number ${rangeOf(least, most)}`;
      return complain(context, `${quote(raw)} is out of range`, { code: 'impossible-value', hint });
    })
    .meta({ type: 'integer', minimum: least, maximum: most });
}

function rangeOf(least: number, most: number): string {
  return most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
}

const dayPattern = /^(\d{4})-(\d{2})-(\d{2})$/;
const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A day: `2027-01-01`. */
export function date() {
  return z
    .unknown()
    .transform((raw, context): string => {
      if (typeof raw !== 'string') return wrongType(raw, 'day such as 2027-01-01', context);
      if (isDay(raw)) return raw;
      const hint = 'write year, month and day: 2027-01-01';
      return complain(context, `${quote(raw)} is not a day`, { code: 'not-a-day', hint });
    })
    .meta({ type: 'string', pattern: String.raw`^\d{4}-\d{2}-\d{2}$`, shown: 'day' });
}

function isDay(text: string): boolean {
  const [, year, month, day] = (dayPattern.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return false;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && isLeap ? 29 : (daysInMonth[month - 1] ?? 0);
  return day >= 1 && day <= days;
}

const namePattern = /^[A-Za-z][A-Za-z0-9_-]*$/;
const longestName = 40;

/** Words of the expression language, and the one node name that records use for the lab itself. */
const reserved = ['and', 'or', 'not', 'via', 'toward', 'lab', 'default'];

/** Why a word cannot name a node, a link, a measure; undefined if it can. */
export function nameProblem(name: string): string | undefined {
  if (name.length > longestName) return `is longer than ${longestName} characters`;
  if (!namePattern.test(name)) return 'is not a name';
  if (reserved.includes(name) || name in {}) return 'has a meaning of its own and cannot be a name';
  return undefined;
}

/** A map from names that the writer chooses to values. */
export function named<Value extends z.ZodType>(value: Value) {
  const key = z.string().check((context) => {
    const problem = nameProblem(context.value);
    if (problem === undefined) return;
    context.issues.push({ code: 'custom', message: problem, input: context.value });
  });
  return z.record(key.meta({ pattern: namePattern.source, maxLength: longestName }), value);
}

/** A name that files and folders bear: it leads nowhere else. */
export const ownName = () =>
  z
    .string()
    .check((context) => {
      const problem = nameProblem(context.value);
      if (problem === undefined) return;
      const message = `${quote(context.value)} ${problem}`;
      const params = { code: 'bad-name', hint: 'write letters, digits, - and _, a letter first' };
      context.issues.push({ code: 'custom', message, params, input: context.value });
    })
    .meta({ pattern: namePattern.source, maxLength: longestName });

/** The name of something else in the file, perhaps one member of a group: `phone[3]`. */
export const reference = () => z.string();
