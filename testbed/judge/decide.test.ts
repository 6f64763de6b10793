import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import type { Quantifier } from '../schema/model.ts';
import type { Verdict } from '../schema/result.ts';
import { leastSamples, rankOf } from './order-statistic.ts';
import { type Ending, expect, gaps, judgeOne, judgeRun } from './testing-samples.ts';

const quantifiers = fc.constantFrom<Quantifier>('every', 'median', 'p90', 'p99');
const someGaps = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 40 });
const bound = 20;

/** Up to 20 ms is good; or, turned round, from 20 ms on. */
function judge(at: Quantifier, endings: readonly Ending[], sign: '<=' | '>=' = '<='): Verdict {
  return judgeOne(expect(`gap ${sign} ${bound} ms`, { at }), endings).verdict;
}

/** In real time figures that are the same may be so by chance. */
function judgeReal(at: Quantifier, endings: readonly Ending[], sign: '<=' | '>=' = '<='): Verdict {
  const expectations = [expect(`gap ${sign} ${bound} ms`, { at })];
  return judgeRun({ expectations, endings: { default: endings }, lab: 'netns' })[0]!.verdict;
}

test('ranks: the worst, the worse middle, nine of ten, 99 of 100', (t) => {
  const ranks = (count: number) =>
    (['every', 'median', 'p90', 'p99'] as const).map((at) => rankOf(at, count));
  t.deepEqual(ranks(1), [1, 1, 1, 1]);
  t.deepEqual(ranks(2), [2, 2, 2, 2]);
  t.deepEqual(ranks(7), [7, 4, 7, 7]);
  t.deepEqual(ranks(10), [10, 6, 9, 10]);
  t.deepEqual(ranks(100), [100, 51, 90, 99]);
});

test('the least samples are those that 95 % asks for', (t) => {
  t.deepEqual((['every', 'median', 'p90', 'p99'] as const).map(leastSamples), [1, 5, 29, 299]);
});

test('what holds in every sample holds at every statistic', (t) => {
  const property = fc.property(quantifiers, someGaps, (at, values) => {
    if (judge('every', gaps(...values)) === 'pass') t.not(judge(at, gaps(...values)), 'fail');
    if (judge(at, gaps(...values)) === 'fail') t.is(judge('every', gaps(...values)), 'fail');
  });
  fc.assert(property, propertyRuns(300));
});

/** In whole numbers: 20 times the chance of at most `most` of `count` is no more than certain. */
function isRare(count: number, most: number, part: bigint, whole: bigint): boolean {
  let choices = 1n;
  let sum = 0n;
  for (let k = 0; k <= most; k++) {
    sum += choices * part ** BigInt(k) * (whole - part) ** BigInt(count - k);
    choices = (choices * BigInt(count - k)) / BigInt(k + 1);
  }
  return 20n * sum <= whole ** BigInt(count);
}

test('a look says what counting in whole numbers says', (t) => {
  const share = { median: [1n, 2n], p90: [1n, 10n], p99: [1n, 100n] } as const;
  const statistic = fc.constantFrom('median', 'p90', 'p99');
  const property = fc.property(statistic, someGaps, (at, values) => {
    const bad = values.filter((gap) => gap > bound).length;
    const good = values.length - bad;
    const [part, whole] = share[at];
    const verdict = isRare(values.length, bad, part, whole)
      ? 'pass'
      : isRare(values.length, good, whole - part, whole)
        ? 'fail'
        : 'inconclusive';
    t.is(judgeReal(at, gaps(...values)), verdict);
  });
  fc.assert(property, propertyRuns(300));
});

test('one more bad sample leaves a fail, and one more good one a pass', (t) => {
  const signs = fc.constantFrom('<=', '>=' as const);
  const property = fc.property(quantifiers, signs, someGaps, (at, sign, values) => {
    const [worse, better] = sign === '<=' ? [1_000, 0] : [0, 1_000];
    const verdict = judgeReal(at, gaps(...values), sign);
    if (verdict === 'fail') t.is(judgeReal(at, gaps(...values, worse), sign), 'fail');
    if (verdict === 'pass') t.is(judgeReal(at, gaps(...values, better), sign), 'pass');
  });
  fc.assert(property, propertyRuns(300));
});

test('the order of the samples changes no verdict', (t) => {
  const property = fc.property(quantifiers, someGaps, (at, values) => {
    t.is(judge(at, gaps(...values.toReversed())), judge(at, gaps(...values)));
  });
  fc.assert(property, propertyRuns(100));
});

test('an opposite fails wherever the other passes in every sample', (t) => {
  const property = fc.property(someGaps, (values) => {
    const verdictOf = (text: string) =>
      judgeOne(expect(text, { at: 'every' }), gaps(...values)).verdict;
    t.is(verdictOf('gap <= 20 ms'), verdictOf('not gap > 20 ms'));
    t.is(verdictOf('gap <= 20 ms and gap >= 5 ms'), verdictOf('not (gap > 20 ms or gap < 5 ms)'));
    if (verdictOf('gap <= 20 ms') === 'pass') t.is(verdictOf('gap > 20 ms'), 'fail');
  });
  fc.assert(property, propertyRuns(200));
});

test('an invalid sample or one that was not run never makes a pass, nor a fail of what could hold', (t) => {
  const spoiled = fc.constantFrom<Ending>(
    { kind: 'invalid', reason: 'starved' },
    { kind: 'interrupted' },
  );
  const property = fc.property(quantifiers, someGaps, spoiled, (at, values, ending) => {
    const verdict = judge(at, [...gaps(...values), ending]);
    t.not(verdict, 'pass');
    if (verdict === 'fail') t.is(judge(at, gaps(...values, 1)), 'fail');
  });
  fc.assert(property, propertyRuns(200));
});
