/** A comparison with a reference as a row of a result, with its figures, old and new. */

import { quoteCommand } from '../../src/base/shell-words.ts';
import { type Comparison, medianOf, verdictFor } from '../baseline/compare-figures.ts';
import type { Reference } from '../baseline/lookup-reference.ts';
import { formatMetric } from '../report/metric-text.ts';
import type { Result, ResultRow } from '../schema/result.ts';

/** What has no reference, or one of something else, is said once and not of every metric. */
export function rowsOf(comparisons: readonly Comparison[], result: Result): ResultRow[] {
  const told = new Set<string>();
  return comparisons.flatMap((one) => {
    const row = rowOf(one, result);
    if (hasFigures(one)) return [row];
    const place = JSON.stringify([one.case, one.variant, one.standing]);
    if (told.has(place)) return [];
    told.add(place);
    return [{ ...row, expectation: allFigures, left: '–', right: '–' }];
  });
}

const allFigures = 'figures';

function hasFigures({ standing }: Comparison): boolean {
  return !['none', 'other-scenario', 'other-seed'].includes(standing);
}

function rowOf(comparison: Comparison, result: Result): ResultRow {
  const verdict = verdictFor[comparison.standing];
  const why = explain(comparison, result);
  const { now } = comparison;
  return {
    case: comparison.case,
    variant: comparison.variant,
    expectation: comparison.metric,
    text: `${comparison.metric} against the reference`,
    at: 'median',
    kind: 'bound',
    because: undefined,
    ...{ verdict, severity: 'fail', knownFailing: undefined, shown: verdict, why, brief: why },
    left: now === undefined ? '–' : median(now.values, comparison),
    right: `was ${thenText(comparison)}`,
    interval: undefined,
    n: now?.values.length ?? 0,
    look: 'first',
    again: verdict === 'fail' ? againFor(comparison, result) : undefined,
  };
}

function thenText(comparison: Comparison): string {
  const { found } = comparison;
  return found.kind === 'none' ? '–' : median(found.sortedValues, comparison);
}

function median(values: readonly number[], comparison: Comparison): string {
  return show(medianOf(values), comparison);
}

function show(value: number, { now, found }: Comparison): string {
  const dimension = now?.dimension ?? (found.kind === 'none' ? 'plain' : found.dimension);
  return formatMetric({ value, dimension });
}

function explain(comparison: Comparison, { file, seed }: Result): string {
  const { standing, found } = comparison;
  const saving = savingCommand({ file });
  if (found.kind === 'none') return `no reference yet: ${saving}`;
  const moved = describeMove(comparison, found);
  switch (standing) {
    case 'same':
      return `the figures of ${found.date}`;
    case 'within':
      return `${moved}, within the margin of ${marginOf(comparison)}`;
    case 'better':
      return `better: ${moved}`;
    case 'worse':
      return `worse: ${moved}${beyond(comparison)}`;
    case 'changed':
      return `${moved}; virtual time gives equal figures for equal scenarios${beyond(comparison)}`;
    case 'not-judged':
      return `${moved}; shown only: in real time it takes against: baseline and a margin`;
    case 'unsettled':
      return `${moved}; these samples do not tell what equal runs differ by on this machine: at least 11, on a quiet one`;
    case 'other-machine': {
      const machine = found.kind === 'other-machine' ? found.machine : '';
      return `${moved}; shown only: the reference is of another machine, ${machine}`;
    }
    case 'other-scenario':
      return `this reference is for another scenario: the file changed since ${found.date}; for a new one: ${saving}`;
    case 'other-seed':
      return `this reference is for seed ${found.seed}, and this is seed ${seed}`;
    case 'none':
      return `no reference yet: ${saving}`;
  }
}

export function savingCommand({ file }: Pick<Result, 'file'>): string {
  return quoteCommand(['ropewalk', 'baseline', 'save', file]);
}

/** `median 214 ms, was 96 ms: 2.23 times` */
function describeMove(comparison: Comparison, then: Reference): string {
  const { now, ratio } = comparison;
  if (now === undefined) return 'it has no value in any sample';
  const missing =
    now.missing > 0 ? `no value in ${now.missing} samples, was ${then.missing}; ` : '';
  const [is, was] = [now.values, then.sortedValues].map((values) => median(values, comparison));
  if (is === was)
    return `${missing}median ${is} as it was, from ${span(now.values, comparison)}, was ${span(then.sortedValues, comparison)}`;
  const times = ratio === undefined ? '' : `: ${Number(ratio.toPrecision(3))} times`;
  return `${missing}median ${is}, was ${was}${times}`;
}

function span(values: readonly number[], comparison: Comparison): string {
  return `${show(values[0]!, comparison)} to ${show(values.at(-1)!, comparison)}`;
}

function marginOf({ marginRatio }: Comparison): string {
  return `${Number(((marginRatio ?? 0) * 100).toPrecision(6))} %`;
}

function beyond(comparison: Comparison): string {
  return comparison.marginRatio === undefined
    ? ''
    : `, beyond the margin of ${marginOf(comparison)}`;
}

/** The seed is always said: the file may say another one by now. */
function againFor(comparison: Comparison, { file, lab, seed }: Result): string {
  const { case: caseId, variant, worstSample } = comparison;
  return quoteCommand([
    'ropewalk',
    'run',
    file,
    ...(lab === 'sim' ? [] : ['--lab', lab]),
    ...['--seed', String(seed)],
    ...(caseId === 'default' ? [] : ['--case', caseId]),
    ...(variant === 'default' ? [] : ['--variant', variant]),
    ...(worstSample === undefined ? [] : ['--sample', String(worstSample)]),
  ]);
}
