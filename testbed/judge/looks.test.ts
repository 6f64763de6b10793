import test from 'ava';
import { looksOf } from '../schema/looks.ts';
import type { PlannedLooks } from '../schema/model.ts';
import { type Ending, expect, figure, gaps, judgeRunLook, plain } from './testing-samples.ts';

const usual: PlannedLooks = {
  samples: { first: 7, most: 15 },
  pairs: { first: 10, most: 20 },
};
const firstSeven = [1, 2, 3, 4, 5, 6, 7];
const short = expect('gap <= 110 ms', { name: 'short' });

function judge(
  endings: readonly Ending[],
  parts: Partial<Parameters<typeof judgeRunLook>[0]> = {},
) {
  return judgeRunLook({
    expectations: [short],
    endings: { default: endings },
    lab: 'netns',
    looks: usual,
    sampleNumbers: firstSeven,
    ...parts,
  });
}

/** So many that keep 110 ms, then so many that break it; no two alike. */
function mixed(keeping: number, breaking: number): Ending[] {
  const keep = Array.from({ length: keeping }, (_, at) => 90 + at);
  const broken = Array.from({ length: breaking }, (_, at) => 120 + at);
  return gaps(...keep, ...broken);
}

test('seven that all keep a bound pass at the first look, and nothing more is needed', (t) => {
  const { rows, needs } = judge(mixed(7, 0));
  t.like(rows[0]!, { verdict: 'pass', n: 7, look: 'first', at: 'median' });
  t.deepEqual(rows[0]!.interval, ['90 ms', '96 ms']);
  t.deepEqual(needs, []);
});

test('seven that all break it fail at the first look', (t) => {
  const { rows, needs } = judge(mixed(0, 7));
  t.like(rows[0]!, { verdict: 'fail', n: 7, look: 'first', again: 'again default 7' });
  t.deepEqual(needs, []);
});

test('a wider spread leaves it open, and asks for the second look', (t) => {
  const { rows, needs } = judge(mixed(6, 1));
  t.like(rows[0]!, { verdict: 'inconclusive', n: 7, look: 'first' });
  t.deepEqual(needs, [{ caseId: 'default', variant: 'default', samples: 15 }]);
});

// Of 15 the paths that are still open count: 12 that hold are enough, 11 are not (planned-looks.ts).
const seconds = [
  [12, 3, 'pass'],
  [11, 4, 'inconclusive'],
  [4, 11, 'inconclusive'],
  [3, 12, 'fail'],
] as const;

for (const [keeping, breaking, verdict] of seconds) {
  test(`${keeping} of 15 keep it, not all of the first seven: ${verdict}, and that is the last word`, (t) => {
    const [first, ...others] = mixed(keeping, breaking).toReversed();
    const { rows, needs } = judge([...others, first!].toSorted(alternating));
    t.like(rows[0]!, { verdict, n: 15, look: 'second' });
    t.deepEqual(needs, []);
  });
}

/** Good and bad ones among the first seven. */
function alternating(a: Ending, b: Ending): number {
  return keyOf(a) - keyOf(b);
}

function keyOf(ending: Ending): number {
  const { gap } = ending as ReturnType<typeof gaps>[number];
  return gap?.kind === 'value' ? (gap.value / 1e6) % 30 : 0;
}

test('what the first look settled stays settled when others need more', (t) => {
  const { rows } = judge([...mixed(7, 0), ...mixed(0, 8)]);
  t.like(rows[0]!, { verdict: 'pass', n: 7, look: 'first' });
});

test('a bound for every sample looks at all there are', (t) => {
  const none = expect('download.lost == 0', { name: 'none' });
  const lossy = { ...gaps(300)[0], 'download.lost': plain(2) };
  const fine = gaps(...Array.from({ length: 14 }, (_, at) => 90 + at)).map((one) => ({
    ...one,
    'download.lost': plain(0),
  }));
  const { rows } = judge([...fine, lossy], { expectations: [none] });
  t.like(rows[0]!, { verdict: 'fail', n: 15, look: 'second', again: 'again default 15' });
  t.is(rows[0]!.interval, undefined);
});

test('a second look that was interrupted is no look', (t) => {
  const { rows, needs } = judge([...mixed(6, 1), ...mixed(3, 0)]);
  t.like(rows[0]!, { verdict: 'inconclusive', n: 15 });
  t.is(rows[0]!.why, 'nothing broken in 10 of 15 samples: the others were not run');
  t.deepEqual(needs, []);
});

test('a failure after the first look fails all the same', (t) => {
  const failed: Ending = { kind: 'failed', reason: 'sink on phone ended with 1' };
  const { rows } = judge([...mixed(7, 0), failed]);
  t.like(rows[0]!, { verdict: 'fail', why: 'sample 8 of 15 failed: sink on phone ended with 1' });
});

test('in virtual time a figure that is the same from every seed is decided by its value', (t) => {
  const same = (ms: number, lab: string) =>
    judge(gaps(ms, ms, ms), { lab, looks: looksOf(3), sampleNumbers: [1, 2, 3] });
  t.like(same(90, 'sim').rows[0]!, { verdict: 'pass', at: 'median', n: 3 });
  t.like(same(120, 'sim').rows[0]!, { verdict: 'fail', n: 3 });
  t.deepEqual(same(90, 'sim').needs, []);
  // In real time three that are the same are three.
  t.is(same(90, 'netns').rows[0]!.verdict, 'inconclusive');
  t.is(same(90, 'netns').needs[0]!.samples, 7);
  const nearly = gaps(90, 90).concat([{ gap: figure(90e6 + 1, 'time') }]);
  const drawn = judge(nearly, { lab: 'sim', looks: looksOf(3), sampleNumbers: [1, 2, 3] });
  t.is(drawn.needs[0]!.samples, 7);
});

test('with fewer samples than ever show a median each must hold', (t) => {
  const once = { samples: { first: 4, most: 4 }, pairs: { first: 4, most: 4 } };
  const four = judge(mixed(3, 1), { looks: once, sampleNumbers: [1, 2, 3, 4] });
  t.like(four.rows[0]!, { at: 'every', verdict: 'fail' });
  const asked = judge(mixed(4, 0), {
    expectations: [expect('gap <= 110 ms', { at: 'median' })],
    looks: once,
    sampleNumbers: [1, 2, 3, 4],
  });
  t.like(asked.rows[0]!, {
    verdict: 'inconclusive',
    why: '4 samples cannot show a median: it takes 5',
  });
});

test('each case and variant is asked for what its own rows need', (t) => {
  const { needs } = judgeRunLook({
    expectations: [short],
    endings: { ours: mixed(7, 0), kernel: mixed(5, 2) },
    lab: 'netns',
    looks: usual,
    sampleNumbers: firstSeven,
  });
  t.deepEqual(needs, [{ caseId: 'default', variant: 'kernel', samples: 15 }]);
});

const both = (at?: 'median') => expect('gap >= 100 ms and gap <= 110 ms', { name: 'both', at });
const twelve = Array.from({ length: 12 }, (_, at) => at + 1);
const once: PlannedLooks = { samples: { first: 12, most: 12 }, pairs: { first: 12, most: 12 } };
const judgeBoth = (expectation: ReturnType<typeof both>, ...values: readonly number[]) =>
  judge(gaps(...values), { expectations: [expectation], looks: once, sampleNumbers: twelve })
    .rows[0]!;

test('between two bounds the median lies where its two-sided interval does', (t) => {
  // Of 12 the 3rd and the 10th hold the median with 96.1 %: 2 (1 + 12 + 66) / 4096 are missed.
  const inside = judgeBoth(
    both('median'),
    90,
    91,
    101,
    102,
    103,
    104,
    105,
    106,
    107,
    108,
    120,
    121,
  );
  t.is(inside.verdict, 'pass');
  t.deepEqual(inside.interval, ['101 ms', '108 ms']);
  const open = judgeBoth(both('median'), 90, 91, 99, 102, 103, 104, 105, 106, 107, 108, 120, 121);
  t.is(open.verdict, 'inconclusive');
  t.deepEqual(open.interval, ['99 ms', '108 ms']);
  const above = judgeBoth(both('median'), 90, 91, 111, 112, 113, 114, 115, 116, 117, 118, 120, 121);
  t.is(above.verdict, 'fail');
  // Nearly all lie outside, half on each side: their median may yet lie between.
  const apart = judgeBoth(both('median'), 90, 91, 92, 93, 94, 95, 120, 121, 122, 123, 124, 125);
  t.is(apart.verdict, 'inconclusive');
});

test('joined conditions are for every sample, if nothing is said', (t) => {
  t.like(judgeBoth(both(), 90, 91, 101, 102, 103, 104, 105, 106, 107, 108, 120, 121), {
    at: 'every',
    verdict: 'fail',
  });
});

test('a bound that is reckoned is told, whole and short', (t) => {
  const that = 'gap <= 2 * rtt(phone, gateway via wifi) + 50 ms';
  const { why, brief } = judge(mixed(7, 0), { expectations: [expect(that)] }).rows[0]!;
  const said = 'median gap 93 ms [90, 96] keeps ≤ 110 ms = 2 * rtt';
  const over = ' + 50 ms over 7 samples (worst 96 ms in sample 7)';
  t.is(why, `${said}(phone, gateway via wifi)${over}`);
  t.is(brief, `${said}(…)${over}`);
});
