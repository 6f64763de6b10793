import { readFileSync } from 'node:fs';
import test from 'ava';
import { type FigureSeen, judgeEqualSides, mostAlarms, promisedAlarmRatio } from './equal-sides.ts';

const figure = (parts: Partial<FigureSeen> = {}): FigureSeen => ({
  ...{ round: 1, scenario: 'equal-delay', metric: 'typical', decision: 'same' },
  ...{ ratio: 1, pairs: 10 },
  ...parts,
});
const asked = { figures: 80, leastPairs: 10, alarmRatio: 0.01 };
const rounds = (alarms: number) =>
  Array.from({ length: 80 }, (_, at) => figure({ decision: at < alarms ? 'worse' : 'same' }));

test('the committed table promises an alarm in a hundred at most', (t) => {
  t.is(promisedAlarmRatio(readFileSync('reports/proof/error-rates.md', 'utf8')), 0.01);
  t.throws(() => promisedAlarmRatio('| nothing differs | 2 % | | | | | ≤ 1 % | does not hold |'), {
    message: 'the table of error rates promises nothing that holds',
  });
});

/** 0.99^80 is 0.4475; with one alarm 0.8092, with two 0.9534: the first that nineteen of twenty stay within. */
test('as many alarms are allowed as chance makes in nineteen cases of twenty', (t) => {
  t.is(mostAlarms(80, 0.01), 2);
  t.is(mostAlarms(4, 0.01), 0);
  t.true(judgeEqualSides(rounds(2), asked).holds);
  t.false(judgeEqualSides(rounds(3), asked).holds);
});

test('a figure that differs neither way is an alarm as well', (t) => {
  const three = rounds(3).map((one) =>
    one.decision === 'worse' ? { ...one, decision: 'differs' } : one,
  );
  t.false(judgeEqualSides(three, asked).holds);
});

test('comparisons that are lacking, or have too few pairs, prove nothing', (t) => {
  t.false(judgeEqualSides([], asked).holds);
  t.false(judgeEqualSides(rounds(0).slice(1), asked).holds);
  const short = [...rounds(0).slice(1), figure({ pairs: 3, decision: 'undecided' })];
  const { holds, seen } = judgeEqualSides(short, asked);
  t.false(holds);
  t.is(
    seen,
    '0 of 80 figures called worse or better, 2 allowed; 79 same, 1 undecided; b / a from 1.00 to 1.00; 1 of 80 figures lack 10 pairs',
  );
});

test('each alarm is named with its round', (t) => {
  const seen = [...rounds(0).slice(1), figure({ decision: 'better', ratio: 0.93, round: 7 })];
  t.true(
    judgeEqualSides(seen, asked).seen.endsWith('round 7: equal-delay typical better, b / a 0.930'),
  );
});
