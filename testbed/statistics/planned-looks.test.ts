import test from 'ava';
import { canPass, decideLook, planLooks } from './planned-looks.ts';

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
