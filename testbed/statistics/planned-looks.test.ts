import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { canPass, decideLook, type PlannedLook, planLooks } from './planned-looks.ts';

test('a median passes at once if all of 7 hold, and at 15 if 12 do', (t) => {
  const [first, second] = planLooks('median');
  t.is(decideLook(first!, 7), 'pass');
  t.is(decideLook(first!, 6), 'go-on');
  t.is(decideLook(first!, 1), 'go-on');
  t.is(decideLook(first!, 0), 'fail');
  t.is(decideLook(second!, 12), 'pass');
  t.is(decideLook(second!, 11), 'inconclusive');
  t.is(decideLook(second!, 4), 'inconclusive');
  t.is(decideLook(second!, 3), 'fail');
});

test('a single look is the ordinary test at the whole error', (t) => {
  t.is(planLooks('median', [5])[0]!.passRank, 5);
  t.is(planLooks('p90', [29])[0]!.passRank, 29);
  t.is(planLooks('p90', [46])[0]!.passRank, 45);
  t.is(planLooks('p99', [299])[0]!.passRank, 299);
  t.false(canPass(planLooks('p99', [298])));
});

test('every sample must hold, and the first look decides', (t) => {
  const [look] = planLooks('every');
  t.is(decideLook(look!, 7), 'pass');
  t.is(decideLook(look!, 6), 'fail');
});

/** All ways in which samples may hold, each followed from look to look: how often it ends so. */
function followEveryPath(looks: readonly PlannedLook[], held: number) {
  const count = looks.at(-1)!.samples;
  const ends = { pass: 0, fail: 0, inconclusive: 0 };
  for (let path = 0; path < 2 ** count; path++) {
    const holdingAmong = (samples: number) =>
      (path & (2 ** samples - 1)).toString(2).replaceAll('0', '').length;
    const decisions = looks.map((look) => decideLook(look, holdingAmong(look.samples)));
    const end = decisions.find((decision) => decision !== 'go-on');
    const holding = holdingAmong(count);
    const chance = held ** holding * (1 - held) ** (count - holding);
    ends[end!] += chance;
  }
  return ends;
}

for (const [statistic, held] of [
  ['median', 0.5],
  ['p90', 0.9],
] as const) {
  test(`the chances to decide a ${statistic} wrongly are those of following every path`, (t) => {
    for (const counts of [[7, 15], [5], [4, 8, 12], [11, 14]]) {
      const looks = planLooks(statistic, counts);
      const ends = followEveryPath(looks, held);
      t.true(Math.abs(ends.pass - looks.at(-1)!.wrongPassChance) < 1e-12);
      t.true(Math.abs(ends.fail - looks.at(-1)!.wrongFailChance) < 1e-12);
      t.true(ends.pass <= 0.05 && ends.fail <= 0.05);
    }
  });
}

test('the whole error at every look would be too much: it must be split', (t) => {
  const counts = [8, 11, 14];
  const alone = counts.map((count) => planLooks('median', [count])[0]!);
  const unsplit = alone.map((look, at) => ({ ...look, isLast: at === 2 }));
  t.true(followEveryPath(unsplit, 0.5).pass > 0.05);
  t.true(followEveryPath(planLooks('median', counts), 0.5).pass <= 0.05);
});

test('a bound that is clearly kept passes, one that is clearly broken fails', (t) => {
  const looks = planLooks('median');
  t.true(followEveryPath(looks, 0.97).pass > 0.99);
  t.true(followEveryPath(looks, 0.03).fail > 0.99);
});

test('no plan errs more than asked, and no look passes and fails at once', (t) => {
  const steps = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 });
  const statistics = fc.constantFrom('median', 'p90', 'p99');
  const confidences = fc.double({ min: 0.8, max: 0.999, noNaN: true });
  fc.assert(
    fc.property(steps, statistics, confidences, (some, statistic, confidence) => {
      const counts = some.map((_, at) => some.slice(0, at + 1).reduce((a, b) => a + b, 0));
      for (const look of planLooks(statistic, counts, confidence)) {
        t.true(look.wrongPassChance <= 1 - confidence + 1e-12);
        t.true(look.wrongFailChance <= 1 - confidence + 1e-12);
        t.true((look.failRank ?? 0) <= (look.passRank ?? Infinity));
      }
    }),
    propertyRuns(100),
  );
});
