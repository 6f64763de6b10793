import test from 'ava';
import { listFindings } from './findings.ts';
import { groupFailures, partsOf } from './group-failures.ts';
import { resultOf, rowOf } from './testing-result.ts';

function groupsOf(rows: ReturnType<typeof rowOf>[]) {
  const result = resultOf({ rows, samples: [] });
  return groupFailures(listFindings([result], undefined), rows);
}

const at = (delay: string, loss: string, verdict: 'pass' | 'fail', expectation = 'short-gap') =>
  rowOf({ case: `links.lte.delay=${delay},links.lte.loss=${loss}`, verdict, expectation });

test('what all broken cases have and no other has is named', (t) => {
  const [group, ...others] = groupsOf([
    at('15ms', '0%', 'pass'),
    at('15ms', '1%', 'fail'),
    at('60ms', '0%', 'pass'),
    at('60ms', '1%', 'fail'),
  ]);
  t.is(others.length, 0);
  t.is(
    group!.cause,
    'In 2 of 4 cases and variants: all that have links.lte.loss=1%, and no other.',
  );
});

test('expectations that break in the same places stand together, others apart', (t) => {
  const places = ['15ms', '60ms'] as const;
  const groups = groupsOf([
    ...places.map((delay) => at(delay, '0%', delay === '60ms' ? 'fail' : 'pass')),
    ...places.map((delay) => at(delay, '0%', delay === '60ms' ? 'fail' : 'pass', 'nothing-lost')),
    ...places.map((delay) => at(delay, '0%', delay === '15ms' ? 'fail' : 'pass', 'possible')),
  ]);
  t.deepEqual(groups.map(({ title }) => title).toSorted(), ['possible', 'short-gap, nothing-lost']);
});

test('samples that failed for one reason are one group, whatever figures it has', (t) => {
  const failed = (sample: number) =>
    rowOf({
      verdict: 'fail',
      cause: { kind: 'samples', outcome: 'failed', reason: `server crashed after ${sample} s` },
    });
  const groups = groupsOf([failed(1), { ...failed(3), expectation: 'nothing-lost' }]);
  t.is(groups.length, 1);
  t.is(groups[0]!.cause, 'Samples did not finish: server crashed after … s (2 rows)');
});

test('rows that lack one figure for one reason are one group, wherever they are', (t) => {
  const lacks = (place: string, of: string, expectation: string) => {
    const cause = { kind: 'no-value', of, reason: 'no delivery before the end at 30 s' } as const;
    return rowOf({ case: place, verdict: 'fail', expectation, cause });
  };
  const groups = groupsOf([
    lacks('near', 'gap', 'short'),
    lacks('far', 'gap', 'whole'),
    lacks('far', 'rtt', 'soon'),
  ]);
  t.deepEqual(
    groups.map(({ title, cause }) => [title, cause]),
    [
      ['short, whole', 'gap has no value: no delivery before the end at … s (2 rows)'],
      ['soon', 'rtt has no value: no delivery before the end at … s (1 row)'],
    ],
  );
});

test('a sentence that only looks as if a sample had failed is no cause', (t) => {
  const why = 'sample 1 of 7 failed: server crashed after 3 s';
  const groups = groupsOf([
    rowOf({ case: 'near', verdict: 'fail', why }),
    rowOf({ case: 'far', verdict: 'fail', why, expectation: 'other' }),
  ]);
  t.is(groups.length, 2);
});

test('what a machine lacks is told once', (t) => {
  const lacks = (expectation: string) =>
    rowOf({ expectation, verdict: 'unsupported', why: 'kernel: no MPTCP; load it' });
  const groups = groupsOf([lacks('a'), lacks('b'), rowOf({ verdict: 'fail' })]);
  t.deepEqual(
    groups.map(({ verdict, findings }) => [verdict, findings.length]),
    [
      ['fail', 1],
      ['unsupported', 2],
    ],
  );
});

test('the parts of a case are its settings, commas in values included', (t) => {
  const place = { case: 'links.a.rate=5Mbit/s,nodes.b.nat=x,y,links.a.delay=1ms', variant: 'ours' };
  t.deepEqual(partsOf(place), [
    'links.a.rate=5Mbit/s',
    'nodes.b.nat=x,y',
    'links.a.delay=1ms',
    'variant ours',
  ]);
});
