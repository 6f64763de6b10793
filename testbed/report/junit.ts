/**
 * `junit.xml`: a suite for a scenario, a case for each expectation in each case of each variant. The
 * format has no official text: https://github.com/testmoapp/junitxml lists what readers understand.
 */
import {
  countsIn,
  type Result,
  type ResultRow,
  type SampleResult,
  type Shown,
  type Verdict,
  verdictOfOutcome,
} from '../schema/result.ts';
import { type Gate, reddens } from './gate.ts';
import { unspokenSamples } from './unspoken-samples.ts';
import { type Element, formatXml } from './xml.ts';

export function formatJunit(result: Result, gate: Gate | undefined): string {
  const cases = [
    ...result.rows.map((row) => rowCase(result, row, gate)),
    ...unspokenSamples(result).map((samples) => sampleCase(result, samples, gate)),
  ];
  const counts = countCases(cases);
  const timeSeconds = (result.run.wallMs / 1_000).toFixed(3);
  const suite: Element = {
    name: 'testsuite',
    attributes: {
      name: result.scenario,
      ...counts,
      time: timeSeconds,
      timestamp: result.run.startedAt,
      hostname: result.run.host,
      file: result.file,
    },
    content: [suiteProperties(result, gate), ...cases],
  };
  const attributes = { name: 'ropewalk', ...counts, time: timeSeconds };
  return formatXml({ name: 'testsuites', attributes, content: [suite] });
}

function suiteProperties({ seed, lab, verdict, run }: Result, gate: Gate | undefined): Element {
  return propertiesOf({
    seed,
    lab,
    verdict,
    gate,
    version: run.version,
    fingerprint: run.fingerprint,
    command: run.command.join(' '),
    interrupted: run.interrupted ? 'true' : undefined,
  });
}

function rowCase(result: Result, row: ResultRow, gate: Gate | undefined): Element {
  const { verdict, shown, why, again } = row;
  return {
    name: 'testcase',
    attributes: {
      name: row.expectation,
      classname: classOf(result, row),
      file: result.file,
      line: row.line,
    },
    content: [
      propertiesOf({
        verdict: shown,
        case: row.case,
        variant: row.variant,
        expects: row.text,
        at: row.at,
        measured: row.left,
        bound: row.right,
        why,
        again,
      }),
      ...outcomeOf({ verdict, shown, why, again }, gate),
    ],
  };
}

/** Of samples that no row speaks of: else a run could be red and its file green. */
function sampleCase(
  result: Result,
  samples: readonly SampleResult[],
  gate: Gate | undefined,
): Element {
  const bad = samples.find(({ outcome }) => 'reason' in outcome);
  const { outcome } = bad ?? samples[0]!;
  const verdict = 'reason' in outcome ? verdictOfOutcome(outcome) : 'pass';
  const why = 'reason' in outcome ? `sample ${bad!.sample}: ${outcome.reason}` : '';
  return {
    name: 'testcase',
    attributes: {
      name: 'samples-finish',
      classname: classOf(result, samples[0]!),
      file: result.file,
    },
    content: [
      propertiesOf({ verdict, samples: samples.length }),
      ...outcomeOf({ verdict, shown: verdict, why, again: undefined }, gate),
    ],
  };
}

function classOf(result: Result, place: { readonly case: string; readonly variant: string }) {
  return [result.scenario, place.case, place.variant].join('.');
}

interface Judgement {
  readonly verdict: Verdict;
  readonly shown: Shown;
  readonly why: string;
  readonly again: string | undefined;
}

/** A pass has no child: readers take any `failure` for one, repeated or not. */
function outcomeOf(judgement: Judgement, gate: Gate | undefined): Element[] {
  const { verdict, shown, why, again } = judgement;
  if (verdict === 'pass') return [];
  const kind = countsIn(judgement) ? childOf(verdict, gate) : 'skipped';
  const isGatedOff = kind === 'skipped' && countsIn(judgement) && verdict !== 'unsupported';
  const message = `${shown}${isGatedOff ? `, not gated by ${gate}` : ''}: ${why}`;
  if (kind === 'skipped') return [{ name: kind, attributes: { message }, content: '' }];
  const content = [why, ...(again === undefined ? [] : ['', 'again:', again])].join('\n');
  return [{ name: kind, attributes: { message, type: verdict }, content }];
}

/** What a gate lets pass is skipped; what the lab lacks is skipped unless `strict` asks for it. */
function childOf(
  verdict: Exclude<Verdict, 'pass'>,
  gate: Gate | undefined,
): 'failure' | 'error' | 'skipped' {
  if (!reddens(verdict, gate)) return 'skipped';
  if (verdict === 'unsupported' && gate === undefined) return 'skipped';
  return verdict === 'fail' || verdict === 'inconclusive' ? 'failure' : 'error';
}

function propertiesOf(values: Readonly<Record<string, string | number | undefined>>): Element {
  const content = Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({ name: 'property', attributes: { name, value }, content: '' }));
  return { name: 'properties', attributes: {}, content };
}

function countCases(cases: readonly Element[]) {
  const having = (kind: string): number =>
    cases.filter(
      ({ content }) => typeof content !== 'string' && content.some((one) => one.name === kind),
    ).length;
  return {
    tests: cases.length,
    failures: having('failure'),
    errors: having('error'),
    skipped: having('skipped'),
  };
}
