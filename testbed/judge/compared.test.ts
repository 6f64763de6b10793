import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import type { PlannedLooks } from '../schema/model.ts';
import type { Verdict } from '../schema/result.ts';
import { expect, gaps, judgeRunLook, plain, type Run } from './testing-samples.ts';

const looks: PlannedLooks = {
  samples: { first: 10, most: 20 },
  pairs: { first: 10, most: 20 },
};
const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

/** Pairs of which ours is so much of kernel's, give or take a little that cancels out. */
function compare(
  ratio: number,
  count: number,
  parts: Partial<Run> = {},
  that = 'gap <= kernel.gap',
) {
  const kernel = upTo(count).map((n) => 100 + 5 * (n % 4));
  const wobble = [0.99, 1.01, 1, 0.995, 1.005];
  const ours = kernel.map((ms, at) => ms * ratio * wobble[at % wobble.length]!);
  return judgeRunLook({
    expectations: [expect(that, { name: 'ahead', at: 'median' })],
    endings: { ours: gaps(...ours), kernel: gaps(...kernel) },
    lab: 'netns',
    looks,
    sampleNumbers: upTo(10),
    ...parts,
  });
}

const lines: readonly (readonly [that: string, ratio: number, verdict: Verdict])[] = [
  ['gap <= kernel.gap', 0.8, 'pass'],
  ['gap <= kernel.gap', 1, 'pass'],
  ['gap <= kernel.gap', 1.2, 'fail'],
  ['gap < kernel.gap', 0.8, 'pass'],
  // The same is not less.
  ['gap < kernel.gap', 1, 'fail'],
  ['gap < kernel.gap', 1.2, 'fail'],
  ['gap >= kernel.gap', 0.8, 'fail'],
  ['gap >= kernel.gap', 1, 'pass'],
  ['gap > kernel.gap', 1.2, 'pass'],
  ['gap == kernel.gap', 1, 'pass'],
  ['gap == kernel.gap', 1.2, 'fail'],
  ['gap != kernel.gap', 1.2, 'pass'],
  ['gap <= 0.5 * kernel.gap', 0.4, 'pass'],
  ['gap <= 0.5 * kernel.gap', 0.6, 'fail'],
];

for (const [that, ratio, verdict] of lines) {
  test(`${that} with ${ratio} of it in ten pairs: ${verdict}`, (t) => {
    const [row] = compare(ratio, 10, {}, that).rows;
    t.is(row!.verdict, verdict, row!.why);
  });
}

test('a comparison says the ratio, its interval, the margin and the chance', (t) => {
  const { rows, needs } = compare(1.2, 10);
  const [row] = rows;
  // Of ten pairs the smallest two-sided chance is 2 / 2^10; the ratio is 1.2 within its wobble of 1 %.
  t.regex(
    row!.why,
    /^gap is 1\.2 \[1\.19, 1\.21\] of kernel\.gap over 10 pairs, which breaks ≤ \(margin 5 %, never under this machine's A\/A floor of 7\.\d+ %, p 0\.00195\)$/,
  );
  t.like(row!, { variant: 'ours, kernel', left: '1.2 of it', right: '≤ kernel.gap', n: 10 });
  t.regex(row!.again!, /^again all \d+$/);
  t.deepEqual(needs, []);
});

test('noise as wide as the difference leaves it open, and asks for pairs of both', (t) => {
  const kernel = [100, 110, 105, 95, 100, 108, 97, 103, 99, 104];
  const ours = [160, 70, 150, 80, 155, 90, 140, 75, 150, 100];
  const { rows, needs } = compare(1, 10, {
    endings: { ours: gaps(...ours), kernel: gaps(...kernel) },
  });
  t.is(rows[0]!.verdict, 'inconclusive');
  t.deepEqual(needs, [
    { caseId: 'default', variant: 'ours', samples: 20 },
    { caseId: 'default', variant: 'kernel', samples: 20 },
  ]);
});

test('twenty pairs are the last word', (t) => {
  const kernel = upTo(20).map(() => 100);
  const ours = upTo(20).map((n) => (n % 2 === 0 ? 160 : 70) + n / 10);
  const { rows, needs } = compare(1, 20, {
    endings: { ours: gaps(...ours), kernel: gaps(...kernel) },
  });
  t.like(rows[0]!, { verdict: 'inconclusive', n: 20, look: 'second' });
  t.deepEqual(needs, []);
});

/** Ours is 8 % more in every pair, and a run differs from the one before by so much or as little. */
function compareNoisy(noiseRatio: number, marginRatio?: number, count = 10) {
  const kernel = upTo(count).map((n) => 100 * (n % 2 === 0 ? 1 + noiseRatio : 1));
  const ours = kernel.map((ms, at) => ms * 1.08 * (1 + at / 10_000));
  return compare(1, count, {
    expectations: [expect('gap <= kernel.gap', { at: 'median', marginRatio })],
    endings: { ours: gaps(...ours), kernel: gaps(...kernel) },
  }).rows[0]!;
}

test('the margin is what the scenario says, and never below what equal runs differ by', (t) => {
  t.is(compareNoisy(0.01).verdict, 'fail');
  t.is(compareNoisy(0.01, 0.12).verdict, 'pass');
  t.is(compareNoisy(0.01, 0.001).verdict, 'fail');
  // All equal pairs lie ln 1.12 apart: 3 * 1.4826 * ln 1.12 / sqrt(10) is ln 1.173.
  const noisy = compareNoisy(0.12, 0.01);
  t.is(noisy.verdict, 'pass');
  t.regex(noisy.why, /the same within 17\.3 %, margin 1 %, never under .* A\/A floor of 17\.3 %/);
  t.is(noisy.margin?.askedRatio, 0.01);
  t.true(Math.abs(noisy.margin!.noiseFloorRatio! - 0.1728) < 0.0005);
  t.is(noisy.margin?.ratio, noisy.margin?.noiseFloorRatio);
});

test('the floor shrinks with the number of pairs that are compared', (t) => {
  const [ten, twenty] = [10, 20].map((count) => compareNoisy(0.03, 0.2, count).margin);
  t.true(ten!.noiseFloorRatio! > 0);
  t.is(ten!.noiseFloorRatio, twenty!.noiseFloorRatio, 'what the first look settles stays settled');
});

test('on a machine whose equal runs differ by half nothing passes', (t) => {
  const row = compareNoisy(0.4);
  t.is(row.verdict, 'inconclusive');
  t.regex(row.why, /equal runs seem to differ by 60\.\d % on this machine.* or --repeat 14$/);
  t.is(row.margin, undefined);
});

test('a side that is the same in every run tells no noise', (t) => {
  // Ten runs of the one side that was measured are nine pairs; twenty are nineteen.
  const that = 'gap - kernel.gap <= 20 ms';
  const { rows, needs } = compare(1.2, 10, {}, that);
  t.is(rows[0]!.verdict, 'inconclusive');
  t.regex(rows[0]!.why, /: there are 9 of the 10 A\/A pairs .*, 1 are missing: --repeat 11$/);
  t.is(needs[0]?.samples, 20);
  const earlier = () => [0.001];
  t.notRegex(compare(1.2, 10, { noise: { earlier } }, that).rows[0]!.why, /missing/);
});

test('runs on two machines are no pair of equals', (t) => {
  const benchOf = (_caseId: string, sample: number) => `${sample % 5}`;
  const pairs = compare(1, 10, { noise: { benchOf } });
  t.regex(pairs.rows[0]!.why, /A\/A floor/);
  const apart = compare(1, 10, { noise: { benchOf: (_, sample) => `${sample}` } });
  t.regex(apart.rows[0]!.why, /there are 0 of the 10 A\/A pairs/);
  t.is(apart.rows[0]!.verdict, 'inconclusive');
});

test('the judge hands on what equal runs differed by', (t) => {
  const { noise } = compare(1.2, 10);
  t.deepEqual(
    noise!.map(({ variants, figure, distances }) => [variants, figure, distances.length]),
    [
      [['ours'], 'gap', 9],
      [['kernel'], 'kernel.gap', 9],
    ],
  );
  t.deepEqual(compare(1.2, 10, { lab: 'sim' }).noise, []);
});

test('the more comparisons there are, the more it takes to call one a difference', (t) => {
  const alone = expect('gap <= kernel.gap', { name: 'slower', at: 'median' });
  const verdictOf = (expectations: Run['expectations'], count: number) =>
    compare(1.2, count, { expectations }).rows.find((row) => row.expectation === 'slower')!.verdict;
  const others = upTo(8).map((n) =>
    expect('gap <= 1.2 * kernel.gap', { name: `like-${n}`, at: 'median' }),
  );
  t.is(verdictOf([alone], 10), 'fail');
  // Nine times 2 / 2^10 is beyond the 1 % of a first look, nine times 2 / 2^20 is not beyond 4 %.
  t.is(verdictOf([alone, ...others], 10), 'inconclusive');
  t.is(verdictOf([alone, ...others], 20), 'fail');
});

test('in sim equal seeds are compared as they are', (t) => {
  const { rows, needs } = compare(1.001, 10, { lab: 'sim' });
  t.like(rows[0]!, { verdict: 'fail', interval: undefined, n: 10 });
  t.deepEqual(needs, []);
});

test('pairs may take more samples than a bound', (t) => {
  const { rows, needs } = compare(1.2, 7, {
    looks: { samples: { first: 7, most: 15 }, pairs: looks.pairs },
    sampleNumbers: upTo(7),
  });
  t.is(rows[0]!.why, '7 pairs so far: they are looked at when there are 10');
  t.deepEqual(
    needs.map(({ samples }) => samples),
    [10, 10],
  );
});

test('a sample that failed fails the comparison, and one that is invalid spoils it', (t) => {
  const run = (kind: 'failed' | 'invalid') => {
    const bad = { kind, reason: 'starved' } as const;
    const nine = gaps(...upTo(9).map(() => 100));
    const kernel = gaps(...upTo(10).map((n) => (n % 2 === 0 ? 90 : 110)));
    return compare(1, 10, { endings: { ours: [...nine, bad], kernel } }).rows[0]!;
  };
  t.is(run('failed').verdict, 'fail');
  t.is(run('invalid').verdict, 'invalid');
});

test('figures that have no ratio are compared pair by pair', (t) => {
  const lost = (values: readonly number[]) =>
    values.map((value) => ({ 'download.lost': plain(value) }));
  const verdictOf = (ours: readonly number[]) =>
    compare(1, 10, {
      expectations: [expect('download.lost <= kernel.download.lost', { at: 'median' })],
      endings: { ours: lost(ours), kernel: lost(upTo(10).map(() => 5)) },
    }).rows[0]!.verdict;
  t.is(verdictOf(upTo(10).map(() => 0)), 'pass');
  t.is(verdictOf(upTo(10).map((n) => (n % 2 === 0 ? 0 : 9))), 'inconclusive');
});

test('whatever the noise, who wins does not hang on which side it is written', (t) => {
  const figures = fc.array(fc.integer({ min: 50, max: 200 }), { minLength: 10, maxLength: 10 });
  const property = fc.property(figures, figures, (ours, kernel) => {
    const endings = { ours: gaps(...ours), kernel: gaps(...kernel) };
    const verdictOf = (that: string) => compare(1, 10, { endings }, that).rows[0]!.verdict;
    t.is(verdictOf('gap <= kernel.gap'), verdictOf('kernel.gap >= gap'));
    t.is(verdictOf('gap < kernel.gap'), verdictOf('kernel.gap > gap'));
    if (verdictOf('gap < kernel.gap') === 'pass') t.is(verdictOf('gap <= kernel.gap'), 'pass');
    if (verdictOf('gap <= kernel.gap') === 'fail') t.is(verdictOf('gap < kernel.gap'), 'fail');
  });
  fc.assert(property, propertyRuns(60));
});
