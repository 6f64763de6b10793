/** Measures and expectations, and what they refer to. */
import { nearestWord } from '../../src/base/nearest.ts';
import type { SourcePath } from './loaded.ts';
import { isOfSort, isWatched, measureSubjects, type TrafficSource } from './metric-table.ts';
import type { ExpectationModel, MeasureKind, MeasureModel } from './model.ts';
import { listSome, quote } from './quote.ts';
import { readExpression } from './read-expression.ts';
import { recordKinds } from './record-kinds.ts';
import { checkName, type References } from './references.ts';
import { checkReported, refuseReportedKeys, resolveUnit } from './resolve-reported.ts';
import type { RawExpectation, RawMeasure } from './scenario.ts';

export function resolveMeasures(
  raw: Readonly<Record<string, RawMeasure>>,
  references: References,
): MeasureModel[] {
  return Object.entries(raw).map(([name, measure]) => {
    const path = ['measure', name];
    checkSubject(measure, path, references);
    checkKeys(measure, path, references);
    checkFit(measure, path, references);
    checkKind(measure, path, references);
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
    const { what, of, around, kind, rate } = measure;
    return {
      name,
      what,
      of,
      around,
      window,
      pick: measure.pick ?? 'median',
      kind,
      where: measure.where ?? {},
      field: measure.field,
      unit: resolveUnit(measure.unit),
      ...(rate !== undefined && { rateBps: rate }),
    };
  });
}

function checkSubject(raw: RawMeasure, path: SourcePath, references: References): void {
  const { programs, events, report } = references;
  if (raw.what === 'reported') {
    checkReported(raw, path, references);
    return;
  }
  const known = subjectsOf(raw.what, references);
  const isProgram = programs.includes(raw.of) && !known.includes(raw.of);
  if (isProgram) {
    const message = `${quote(raw.of)} is a program, and ${raw.what} is measured on traffic`;
    const hint = 'name a traffic, or write what: success or what: count';
    report({ code: 'unknown-traffic', path: [...path, 'of'], message, hint });
  } else
    checkName(
      raw.of,
      known,
      isOfProgram(raw.what) ? 'program' : 'traffic',
      [...path, 'of'],
      report,
    );
  if (raw.around !== undefined) checkName(raw.around, events, 'event', [...path, 'around'], report);
}

/** What a peer says of its paths, and a subscriber of its groups. */
const programMeasures: readonly MeasureKind[] = [
  'relay-first-byte',
  'direct-after',
  'switched-after',
  'first-datagram-after',
];

function isOfProgram(what: MeasureKind): boolean {
  return programMeasures.includes(what);
}

function subjectsOf(what: RawMeasure['what'], references: References): readonly string[] {
  if (what === 'count') return countable(references);
  if (isOfProgram(what)) return references.programs;
  return what === 'success' ? [...references.traffic, ...references.programs] : references.traffic;
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
  refuseReportedKeys(raw, misplaced);
  if (raw.kind !== undefined && raw.what !== 'count') misplaced('kind', 'count');
  if (raw.where !== undefined && raw.what !== 'count') misplaced('where', 'count');
  checkAround(raw, path, report, misplaced);
  if (raw.kind !== undefined || raw.what !== 'count') return;
  const message = 'it is not said which records are counted';
  const hint = 'write kind: datagram.received';
  report({ code: 'missing-key', path, aim: 'key', message, hint });
}

function checkAround(
  raw: RawMeasure,
  path: SourcePath,
  report: References['report'],
  misplaced: (key: string, owner: string) => void,
): void {
  const isToRate = raw.what === 'time-to-rate';
  if (raw.around !== undefined && raw.what !== 'delivery-gap' && !isToRate)
    misplaced('around', 'delivery-gap and time-to-rate');
  if (raw.rate !== undefined && !isToRate) misplaced('rate', 'time-to-rate');
  if (!isToRate) return;
  if (raw.window !== undefined) misplaced('window', 'measures of a span that is known before');
  if (raw.around !== undefined && raw.rate !== undefined) return;
  const message = 'it is not said after which event, or which rate is waited for';
  const hint = 'write around: silence, rate: 4.5 Mbit/s';
  report({ code: 'missing-key', path, aim: 'key', message, hint });
}

/** A measure that is missing in every run would only be found out after all of them. */
function checkFit({ what, of }: RawMeasure, path: SourcePath, references: References): void {
  const source = references.sources.get(of);
  if (source === undefined || isOfSort(source, measureSubjects[what])) return;
  const { is, wanted, other } = explainMisfit(what, source);
  const message = `${quote(of)} is ${is}, and ${what} is measured on ${wanted}`;
  const instead = isWatched(source) ? undefined : alternatives[what];
  const hint = instead === undefined ? other : `write what: ${instead}, or ${other}`;
  references.report({ code: 'unfit-measure', path: [...path, 'what'], message, hint });
}

function explainMisfit(what: MeasureKind, source: TrafficSource) {
  const other = (run: string) => `name a traffic with run: ${run}`;
  if (what === 'success') {
    const is = 'a watched flow, which nobody knows the end of';
    return { is, wanted: 'programs and traffic', other: 'name the program that makes it' };
  }
  if (measureSubjects[what] === 'streams') {
    return { is: source, wanted: 'streams', other: other('stream') };
  }
  const is = isWatched(source) ? 'watched UDP, where nothing tells an answer' : 'a stream';
  return { is, wanted: 'request-response', other: other('request-response') };
}

const alternatives: Readonly<Partial<Record<MeasureKind, MeasureKind>>> = {
  rtt: 'one-way-delay',
  'one-way-delay': 'rtt',
};

function checkKind({ what, kind }: RawMeasure, path: SourcePath, references: References): void {
  const { runsCommands, report } = references;
  if (what !== 'count' || kind === undefined || runsCommands) return;
  const known: readonly string[] = recordKinds;
  if (known.includes(kind)) return;
  const nearest = nearestWord(kind, known);
  const hint =
    nearest === undefined
      ? `kinds of records: ${listSome(known, known.length)}`
      : `did you mean "${nearest}"?`;
  const message = `${quote(kind)} is not a kind of record`;
  report({ code: 'unknown-word', path: [...path, 'kind'], message, hint });
}

export function resolveExpectations(
  raw: Readonly<Record<string, RawExpectation>>,
  references: References,
): ExpectationModel[] {
  return Object.entries(raw).flatMap(([name, expectation]) => {
    const path = ['expect', name];
    checkComparison(expectation, path, references);
    const that = readExpression(expectation.that, [...path, 'that'], references.report);
    if (that === undefined) return [];
    const { at, because, kind, severity, against, margin, better } = expectation;
    return [
      {
        name,
        that,
        text: expectation.that,
        at,
        because,
        kind: kind ?? 'bound',
        severity: severity ?? 'fail',
        knownFailing: expectation['known-failing'],
        against,
        marginRatio: margin,
        better,
      },
    ];
  });
}

function checkComparison(
  { against, better, kind }: RawExpectation,
  path: SourcePath,
  { report }: References,
): void {
  if (better !== undefined && against === undefined) {
    const message = 'only a value that is held against a reference has a direction';
    const hint = 'write against: baseline, or leave better: out';
    report({ code: 'misplaced-key', path: [...path, 'better'], aim: 'key', message, hint });
  }
  if (against !== undefined && kind === 'ceiling') {
    const message = 'a reference is no ceiling: more than it had is not impossible';
    const hint = 'leave kind: out, or write the ceiling as an expectation of its own';
    report({ code: 'conflicting-keys', path: [...path, 'kind'], aim: 'key', message, hint });
  }
}
