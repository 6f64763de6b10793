import test from 'ava';
import type { SampleOutcome, Verdict } from '../schema/result.ts';
import { exitCodeOf, verdictOf, worstExit } from './exit-code.ts';
import { rowOf, sampleOf } from './testing-result.ts';

const exits: readonly [Verdict[], number][] = [
  [[], 0],
  [['pass'], 0],
  [['pass', 'fail', 'invalid', 'inconclusive'], 1],
  [['pass', 'inconclusive', 'invalid'], 4],
  [['unsupported', 'inconclusive', 'pass'], 3],
  [['unsupported', 'unsupported'], 5],
  [['unsupported', 'pass'], 0],
  [['unsupported', 'fail'], 1],
];

for (const [verdicts, code] of exits) {
  test(`verdicts ${verdicts.join(', ') || '(none)'} exit with ${code}`, (t) => {
    t.is(exitCodeOf(verdicts), code);
  });
}

test('a fault is worse than a wrong file, which is worse than a failure', (t) => {
  t.is(worstExit([0, 5, 3, 4, 1, 2, 70]), 70);
  t.is(worstExit([0, 5, 3, 4, 1, 2]), 2);
  t.is(worstExit([0, 5, 3, 4, 1]), 1);
});

const failed: SampleOutcome = { kind: 'failed', reason: 'unfinished: 41 of 64 MiB' };
const invalid: SampleOutcome = { kind: 'invalid', reason: 'event cut never began' };

test('a scenario that expects nothing passes when its samples finish, and else does not', (t) => {
  const samples = [sampleOf(), sampleOf({ sample: 2 })];
  t.is(verdictOf({ rows: [], samples }), 'pass');
  t.is(verdictOf({ rows: [], samples: [...samples, sampleOf({ outcome: invalid })] }), 'invalid');
  t.is(verdictOf({ rows: [], samples: [...samples, sampleOf({ outcome: failed })] }), 'fail');
});

test('the worst row is the verdict', (t) => {
  const rows = [rowOf(), rowOf({ verdict: 'inconclusive' }), rowOf({ verdict: 'unsupported' })];
  t.is(verdictOf({ rows, samples: [sampleOf()] }), 'inconclusive');
});

test('a sample that failed outweighs rows that pass', (t) => {
  t.is(verdictOf({ rows: [rowOf()], samples: [sampleOf({ outcome: failed })] }), 'fail');
});
