import test from 'ava';
import type { Verdict } from '../schema/result.ts';
import { formatStepSummary, stepSummaryLimitBytes } from './step-summary.ts';
import { failingRow, resultOf, rowOf } from './testing-result.ts';

const verdicts: readonly Verdict[] = ['pass', 'unsupported', 'inconclusive', 'invalid', 'fail'];

function manyRows(count: number) {
  return Array.from({ length: count }, (_, at) =>
    rowOf({
      verdict: verdicts[at % verdicts.length]!,
      case: `links.lte.delay=${at}ms`,
      why: `gap ${at} ms ≤ 110 ms | ${'€'.repeat(200)}`,
      again: `ropewalk run scenarios/failover.yaml --case links.lte.delay=${at}ms --sample 3`,
    }),
  );
}

function verdictsIn(text: string): string[] {
  return [...text.matchAll(/^\| \*\*(\w+)\*\* \|/gm)].map((match) => match[1]!);
}

test('10 000 rows stay under the limit, the worst of them first, the rest counted', (t) => {
  const text = formatStepSummary(
    [resultOf({ rows: manyRows(10_000) })],
    'strict',
    stepSummaryLimitBytes,
  );
  const size = Buffer.byteLength(text);
  t.true(size <= stepSummaryLimitBytes);
  t.true(size > stepSummaryLimitBytes - 3_000, 'the room is used');
  const shown = verdictsIn(text);
  const left = Number(/^And (\d+) more that are no worse/m.exec(text)![1]);
  t.is(shown.length + left, 8_000);
  t.deepEqual(
    shown,
    shown.toSorted((a, b) => worst.indexOf(a) - worst.indexOf(b)),
  );
  t.true(text.includes('2000 pass, 2000 fail, 2000 inconclusive, 2000 invalid, 2000 unsupported'));
});

const worst = ['fail', 'invalid', 'inconclusive', 'unsupported'];

test('of several results the worst rows come first, whatever their order', (t) => {
  const fine = resultOf({ scenario: 'fine', rows: [rowOf()] });
  const vague = resultOf({ scenario: 'vague', rows: [rowOf({ verdict: 'inconclusive' })] });
  const bad = resultOf({ scenario: 'bad', rows: [failingRow] });
  const text = formatStepSummary([fine, vague, bad], 'fail', stepSummaryLimitBytes);
  const rows = text.split('\n').filter((line) => / (bad|vague|fine) /.test(line));
  t.regex(rows[0]!, /^\| \*\*fail\*\* \| bad \|/);
  t.regex(rows[1]!, /^\| inconclusive \(not gated\) \| vague \|/);
  t.is(rows.length, 2);
});

test('a pass takes a line and no table', (t) => {
  t.is(
    formatStepSummary([resultOf()], undefined, stepSummaryLimitBytes),
    '### Ropewalk: failover pass\n\n1 pass\n\n',
  );
});

test('where earlier steps left no room nothing is written, since GitHub would refuse all of it', (t) => {
  t.is(formatStepSummary([resultOf()], undefined, 100), '');
  t.is(formatStepSummary([resultOf()], undefined, -5), '');
});
