import test from 'ava';
import { expect, gaps, judgeRun, missing } from './testing-samples.ts';

const ahead = expect('gap <= 0.5 * kernel.gap', { name: 'ahead' });
const short = expect('gap <= 110 ms', { name: 'short' });

test('each variant is judged by itself, and a comparison once a case', (t) => {
  const rows = judgeRun({
    expectations: [short, ahead],
    endings: { ours: gaps(90, 100), kernel: gaps(210, 220) },
  });
  t.deepEqual(
    rows.map((row) => [row.variant, row.expectation, row.verdict]),
    [
      ['ours', 'short', 'pass'],
      ['ours, kernel', 'ahead', 'pass'],
      ['kernel', 'short', 'fail'],
    ],
  );
});

test('samples of the same number are compared with each other', (t) => {
  // Alone each median would pass: 90 against half of 200. Paired, two of three break it.
  const [row] = judgeRun({
    expectations: [ahead],
    endings: { ours: gaps(90, 50, 130), kernel: gaps(100, 200, 200) },
  });
  t.is(row!.verdict, 'fail');
  t.is(row!.left, '130 ms');
  t.is(row!.right, '≤ 100 ms');
  t.is(
    row!.why,
    'median gap 130 ms breaks ≤ 100 ms = 0.5 * kernel.gap over 3 samples (worst 90 ms against 50 ms in sample 1)',
  );
});

test('the plain name is that of the first variant that is not named', (t) => {
  const verdictOf = (that: string) => {
    const rows = judgeRun({
      expectations: [expect(that, { name: 'it' })],
      endings: { base: gaps(300), ours: gaps(90), kernel: gaps(200) },
    });
    return rows.map((row) => `${row.variant} ${row.left} ${row.right}`);
  };
  t.deepEqual(verdictOf('gap <= 0.5 * kernel.gap'), ['base, kernel 300 ms ≤ 100 ms']);
  t.deepEqual(verdictOf('gap <= base.gap'), ['ours, base 90 ms ≤ 300 ms']);
  t.deepEqual(verdictOf('ours.gap <= kernel.gap'), ['ours, kernel 90 ms ≤ 200 ms']);
  t.deepEqual(verdictOf('ours.gap <= kernel.gap + base.gap'), [
    'base, ours, kernel 90 ms ≤ 500 ms',
  ]);
});

test('a comparison fails with a sample of either side', (t) => {
  const run = (ending: Parameters<typeof judgeRun>[0]['endings'][string][number]) =>
    judgeRun({
      expectations: [ahead],
      endings: { ours: gaps(90, 90), kernel: [...gaps(200), ending] },
    })[0]!;
  const failed = run({ kind: 'failed', reason: 'mptcp on phone failed: no route' });
  t.is(failed.verdict, 'fail');
  t.is(failed.why, 'sample 2 of 2 of kernel failed: mptcp on phone failed: no route');
  const invalid = run({ kind: 'invalid', reason: 'event silence never began' });
  t.is(invalid.verdict, 'invalid');
  t.is(invalid.why, 'sample 2 of 2 of kernel is invalid: event silence never began');
  const missed = run({ gap: missing('no delivery before the end') });
  t.is(missed.verdict, 'fail');
  t.is(missed.why, 'kernel.gap has no value in sample 2 of 2: no delivery before the end');
});

test('of two bad ends in one sample the failure counts', (t) => {
  const [row] = judgeRun({
    expectations: [ahead],
    endings: {
      ours: [{ kind: 'invalid', reason: 'event silence never began' }],
      kernel: [{ kind: 'failed', reason: 'mptcp on phone failed: no route' }],
    },
  });
  t.is(row!.why, 'sample 1 of kernel failed: mptcp on phone failed: no route');
});

test('a comparison is repeated with all that it compares', (t) => {
  const rows = judgeRun({
    expectations: [short, ahead],
    endings: { ours: gaps(130), kernel: gaps(200) },
  });
  t.deepEqual(
    rows.map((row) => row.again),
    ['again ours 1', 'again all 1', 'again kernel 1'],
  );
});

test('a variant that the lab cannot run leaves rows that say so', (t) => {
  const rows = judgeRun({
    expectations: [short, ahead],
    endings: { ours: gaps(90), kernel: [] },
    lacks: { kernel: 'uplink runs ./mptcp, a program of its own' },
  });
  t.deepEqual(
    rows.map((row) => [row.variant, row.expectation, row.verdict, row.why]),
    [
      ['ours', 'short', 'pass', 'gap 90 ms keeps ≤ 110 ms in sample 1'],
      ['ours, kernel', 'ahead', 'unsupported', 'kernel: uplink runs ./mptcp, a program of its own'],
      ['kernel', 'short', 'unsupported', 'uplink runs ./mptcp, a program of its own'],
    ],
  );
});

test('a variant whose program says that it cannot be run leaves the same rows', (t) => {
  const reason = 'uplink on phone cannot be run: ./mptcp exited with code 127';
  const rows = judgeRun({
    expectations: [short, ahead],
    endings: { ours: gaps(90, 90), kernel: [{ kind: 'unsupported', reason }] },
  });
  t.deepEqual(
    rows.map((row) => [row.variant, row.expectation, row.verdict, row.why]),
    [
      ['ours', 'short', 'pass', 'gap 90 ms keeps ≤ 110 ms in all 2 samples'],
      ['ours, kernel', 'ahead', 'unsupported', `kernel: ${reason}`],
      ['kernel', 'short', 'unsupported', reason],
    ],
  );
});

test('a variant run alone is compared with nothing', (t) => {
  const only = (variant: string) =>
    judgeRun({
      expectations: [short, ahead],
      endings: { [variant]: gaps(90) },
      variants: ['ours', 'kernel'],
    }).map((row) => row.expectation);
  t.deepEqual(only('ours'), ['short']);
  t.deepEqual(only('kernel'), ['short']);
});

test('a ceiling that compares variants makes all of them doubtful', (t) => {
  const ceiling = expect('gap >= 0.1 * kernel.gap', { name: 'real', kind: 'ceiling' });
  const rows = judgeRun({
    expectations: [short, ceiling],
    endings: { ours: gaps(1), kernel: gaps(100) },
  });
  t.deepEqual(
    rows.map((row) => [row.variant, row.expectation, row.verdict]),
    [
      ['ours', 'short', 'invalid'],
      ['ours, kernel', 'real', 'invalid'],
      ['kernel', 'short', 'invalid'],
    ],
  );
});

test('an expectation whose names are all of one variant is a row of that variant', (t) => {
  const theirs = expect('kernel.gap <= 210 ms', { name: 'theirs' });
  const rowsOf = (endings: Parameters<typeof judgeRun>[0]['endings']) =>
    judgeRun({ expectations: [theirs], endings, variants: ['ours', 'kernel'] }).map((row) => [
      row.variant,
      row.verdict,
    ]);
  t.deepEqual(rowsOf({ ours: gaps(900), kernel: gaps(200) }), [['kernel', 'pass']]);
  t.deepEqual(rowsOf({ kernel: gaps(220) }), [['kernel', 'fail']]);
  t.deepEqual(rowsOf({ ours: gaps(90) }), []);
});
