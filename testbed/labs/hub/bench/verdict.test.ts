import test from 'ava';
import { exitCodeOf, type Judged, verdictOf } from './verdict.ts';

const late: Judged = { holds: false, isOfTime: true };
const slow: Judged = { holds: false };
const fine: Judged = { holds: true, isOfTime: true };
const beside: Judged = { holds: undefined };

for (const [title, row, isQuiet, verdict, exitCode] of [
  ['a figure in milliseconds counts on a quiet machine', late, true, 'no', 1],
  ['a busy machine is forgiven a figure in milliseconds', late, false, 'no: busy machine', 0],
  ['a busy machine is forgiven no ratio, rate or loss', slow, false, 'no', 1],
  ['what holds, holds on a busy machine too', fine, false, 'yes', 0],
  ['what has no bar misses none', beside, true, '–', 0],
] as const) {
  test(title, (t) => {
    t.is(verdictOf(row, isQuiet), verdict);
    t.is(exitCodeOf([fine, row, beside], { isQuiet }), exitCode);
  });
}

test('an anchor that is missing is no success, and a bar that is missed comes first', (t) => {
  const circumstances = { isQuiet: true, lacks: 'Mininet is not here' };
  t.is(exitCodeOf([fine, beside], circumstances), 5);
  t.is(exitCodeOf([fine, slow], circumstances), 1);
});
