import test from 'ava';
import type { Metric, Result, ResultRow, SampleResult } from '../schema/result.ts';
import { cellsTable, jainOf, shortCase } from './cells-table.ts';

const rate = (value: number): Metric => ({ kind: 'value', value, dimension: 'rate' });
const size = (value: number): Metric => ({ kind: 'value', value, dimension: 'size' });

function sample(number: number, metrics: Readonly<Record<string, Metric>>): SampleResult {
  const where = { case: 'links.wire.rate=1Mbit/s,links.wire.delay=5ms', variant: 'cubic' };
  const outcome = { kind: 'finished' } as const;
  return { ...where, sample: number, seed: 1, invalidBefore: 0, outcome, metrics, records: '' };
}

function row(expectation: string, shown: 'pass' | 'fail'): ResultRow {
  const where = { case: 'links.wire.rate=1Mbit/s,links.wire.delay=5ms', variant: 'cubic' };
  return { ...where, expectation, shown, left: '1 Mbit/s', right: '≥ 2 Mbit/s' } as ResultRow;
}

function tableOf(samples: SampleResult[], rows: ResultRow[] = []): string {
  return cellsTable({ samples, rows } as unknown as Result).join('\n');
}

test('a line has the median and the range, what was sent again, and each verdict', (t) => {
  const samples = [1, 2, 3].map((number) =>
    sample(number, {
      goodput: rate(number * 1e6),
      'download.goodput': rate(9e6),
      'download.bytes': size(1_000),
      'download.retransmitted': size(10 * number),
    }),
  );
  const table = tableOf(samples, [row('full', 'fail'), row('whole', 'pass')]);
  t.true(
    table.endsWith(
      '| rate 1Mbit/s, delay 5ms | cubic | 3 | 2 Mbit/s (1 Mbit/s to 3 Mbit/s) | 3.00 % | **full: fail**, 1 Mbit/s ≥ 2 Mbit/s; whole ✓ |',
    ),
    table,
  );
});

test('of two flows there is Jain’s index: of equals it is 1, of three to one 0.8', (t) => {
  t.is(jainOf(5, 5), 1);
  t.is(jainOf(3, 1), 0.8);
  t.is(jainOf(1, 0), 0.5);
  const table = tableOf([sample(1, { 'of-one': rate(3e6), 'of-two': rate(1e6) })]);
  t.true(table.includes('| 0.800 | not told |'), table);
});

test('a case is named by the last words of its paths', (t) => {
  t.is(shortCase('links.wire.toward.phone.loss=0.1%'), 'loss 0.1%');
});
