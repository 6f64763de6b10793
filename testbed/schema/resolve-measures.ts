/** Measures and expectations: what they refer to, and whether so few samples can say it. */
import type { SourcePath } from './loaded.ts';
import type { ExpectationModel, MeasureModel, Quantifier } from './model.ts';
import { quote } from './quote.ts';
import { readExpression } from './read-expression.ts';
import { checkName, type References } from './references.ts';
import type { RawExpectation, RawMeasure } from './scenario.ts';

export function resolveMeasures(
  raw: Readonly<Record<string, RawMeasure>>,
  references: References,
): MeasureModel[] {
  return Object.entries(raw).map(([name, measure]) => {
    const path = ['measure', name];
    checkSubject(measure, path, references);
    checkKeys(measure, path, references);
    const [fromNs, toNs] = measure.window ?? [];
    const window = fromNs === undefined || toNs === undefined ? undefined : { fromNs, toNs };
    if (window !== undefined && window.fromNs >= window.toNs) {
      const message = 'the window ends before it begins';
      const hint = 'write the earlier time first: [5 s, 25 s]';
      references.report({
        code: 'impossible-value',
        path: [...path, 'window'],
        aim: 'key',
        message,
        hint,
      });
    }
    const { what, of, around, kind } = measure;
    return {
      name,
      what,
      of,
      around,
      window,
      pick: measure.pick ?? 'median',
      kind,
      where: measure.where ?? {},
    };
  });
}

function checkSubject(raw: RawMeasure, path: SourcePath, references: References): void {
  const { programs, traffic, events, report } = references;
  const known = raw.what === 'count' ? countable(references) : traffic;
  const isProgram = programs.includes(raw.of) && !known.includes(raw.of);
  if (isProgram) {
    const message = `${quote(raw.of)} is a program, and ${raw.what} is measured on traffic`;
    const hint = 'name a traffic, or write what: count';
    report({ code: 'unknown-traffic', path: [...path, 'of'], message, hint });
  } else checkName(raw.of, known, 'traffic', [...path, 'of'], report);
  if (raw.around !== undefined) checkName(raw.around, events, 'event', [...path, 'around'], report);
}

/** Records are counted by whose they are, or by the link that they speak of. */
function countable({ traffic, programs, nodes, links }: References): string[] {
  const members = [nodes, links].flatMap(({ groups }) =>
    [...groups.values()].flatMap((group) => group.members),
  );
  return [...traffic, ...programs, ...members];
}

function checkKeys(raw: RawMeasure, path: SourcePath, { report }: References): void {
  const misplaced = (key: string, owner: string) => {
    const message = `${raw.what} has no ${key}`;
    const hint = `it belongs to ${owner}`;
    report({ code: 'misplaced-key', path: [...path, key], aim: 'key', message, hint });
  };
  if (raw.kind !== undefined && raw.what !== 'count') misplaced('kind', 'count');
  if (raw.where !== undefined && raw.what !== 'count') misplaced('where', 'count');
  if (raw.around !== undefined && raw.what !== 'delivery-gap') misplaced('around', 'delivery-gap');
  if (raw.kind !== undefined || raw.what !== 'count') return;
  const message = 'it is not said which records are counted';
  const hint = 'write kind: datagram.received';
  report({ code: 'missing-key', path, aim: 'key', message, hint });
}

/**
 * One-sided, at 95 %: the least n for which the nth order statistic bounds the quantile, where none
 * and where one sample may exceed: 0.9^29 < 0.05; 0.99^299 < 0.05.
 */
const leastRepeats: Readonly<Partial<Record<Quantifier, readonly [number, number]>>> = {
  p90: [29, 46],
  p99: [299, 473],
};

export function resolveExpectations(
  raw: Readonly<Record<string, RawExpectation>>,
  repeat: number,
  references: References,
): ExpectationModel[] {
  return Object.entries(raw).flatMap(([name, expectation]) => {
    const path = ['expect', name];
    checkRepeats(expectation, repeat, path, references);
    const that = readExpression(expectation.that, [...path, 'that'], references.report);
    if (that === undefined) return [];
    const { at, because, kind } = expectation;
    return [{ name, that, text: expectation.that, at, because, kind: kind ?? 'bound' }];
  });
}

function checkRepeats(
  { at }: RawExpectation,
  repeat: number,
  path: SourcePath,
  { report }: References,
): void {
  const least = at === undefined ? undefined : leastRepeats[at];
  if (least === undefined || repeat >= least[0]) return;
  const message = `${repeat} samples cannot decide a ${at}`;
  const hint = `write repeat: ${least[0]}, where none may exceed, or ${least[1]}, where one may`;
  report({ code: 'too-few-repeats', path: [...path, 'at'], message, hint });
}
