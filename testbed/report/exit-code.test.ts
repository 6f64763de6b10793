import test from 'ava';
import type { SampleOutcome, Verdict } from '../schema/result.ts';
import { exitCodeOf, gatedExitOf, verdictOf, worstExit } from './exit-code.ts';
import type { Gate } from './gate.ts';
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

const all: readonly Verdict[] = ['pass', 'fail', 'inconclusive', 'invalid', 'unsupported'];
/** What each gate makes of one verdict beside a pass, in the order of `all`. */
const gated: readonly [Gate | undefined, readonly number[]][] = [
  [undefined, [0, 1, 3, 4, 0]],
  ['fail', [0, 1, 0, 0, 0]],
  ['nightly', [0, 1, 0, 4, 0]],
  ['strict', [0, 1, 3, 4, 5]],
];

for (const [gate, codes] of gated) {
  test(`--gate ${gate ?? '(none)'}: ${all.join(', ')} exit with ${codes.join(', ')}`, (t) => {
    t.deepEqual(
      all.map((verdict) => gatedExitOf(['pass', verdict], gate)),
      codes,
    );
  });
}

test('of what a gate lets through, the worst counts', (t) => {
  t.is(gatedExitOf(all, 'strict'), 1);
  t.is(gatedExitOf(['inconclusive', 'invalid', 'unsupported'], 'strict'), 4);
  t.is(gatedExitOf(['inconclusive', 'invalid'], 'nightly'), 4);
  t.is(gatedExitOf(['unsupported'], 'fail'), 0);
  t.is(gatedExitOf(['unsupported'], undefined), 5);
});

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
