import { stripVTControlCharacters } from 'node:util';
import test from 'ava';
import { formatTable, formatTotal } from './table.ts';
import { failingRow, resultOf, rowOf, sampleOf } from './testing-result.ts';

const wide = { colour: false, columns: 100 };
const narrow = { colour: false, columns: 60 };

test('a passing scenario is four short blocks', (t) => {
  t.is(
    formatTable(resultOf(), 'reports/runs/failover', wide),
    `failover  lab sim, seed 7, 1 sample
The Wi-Fi goes silent; LTE carries on.

verdict  expectation  measured  bound     why
pass     short-gap    96 ms     ≤ 110 ms  median gap 96 ms keeps ≤ 110 ms over 7 samples

1 pass
1 of 1 sample finished in 1.23 s; records in reports/runs/failover
`,
  );
});

test('a failing row brings the command that runs its worst sample again', (t) => {
  const rows = [failingRow, rowOf({ ...failingRow, expectation: 'quick' }), rowOf()];
  const text = formatTable(resultOf({ rows }), undefined, wide);
  t.true(
    text.includes(`again, the worst sample alone:
  ropewalk run scenarios/failover.yaml --sample 3  # short-gap, quick
`),
  );
  t.regex(text, /^1 pass, 2 fail$/m);
});

test('case and variant are shown only where they differ', (t) => {
  const head = (rows: Parameters<typeof resultOf>[0]) =>
    formatTable(resultOf(rows), undefined, wide).split('\n')[3]!.split(/ +/);
  t.deepEqual(head({ rows: [rowOf(), rowOf({ expectation: 'quick' })] }), [
    'verdict',
    'expectation',
    'measured',
    'bound',
    'why',
  ]);
  t.deepEqual(
    head({ rows: [rowOf(), rowOf({ case: 'a' }), rowOf({ variant: 'b' })] }).slice(0, 4),
    ['verdict', 'expectation', 'case', 'variant'],
  );
});

test('the reason of a pass is cut to its line, that of a failure is not', (t) => {
  const why = 'so long a reason that it takes two lines of the table where it is shown in full';
  const passing = formatTable(resultOf({ rows: [rowOf({ why })] }), undefined, wide);
  t.regex(passing, /so long a reason that it takes two lines of the table w…\n\n/);
  const failing = formatTable(resultOf({ rows: [{ ...failingRow, brief: why }] }), undefined, wide);
  t.regex(failing, /shown\n? +in full/);
});

test('on a narrow terminal the reason stands under its row', (t) => {
  const text = formatTable(resultOf({ rows: [failingRow] }), undefined, narrow);
  t.true(
    text.includes(`verdict  expectation  measured  bound
fail     short-gap    214 ms    ≤ 110 ms
         gap 214 ms breaks ≤ 110 ms in sample 3 of 7
`),
    text,
  );
});

test('what is too wide for one table becomes one for each case and variant', (t) => {
  const rows = ['15ms', '60ms'].map((delay) =>
    rowOf({ case: `links.lte.delay=${delay},links.wifi.delay=${delay}` }),
  );
  const text = formatTable(resultOf({ rows }), undefined, narrow);
  t.regex(text, /^links\.lte\.delay=15ms,links\.wifi\.delay=15ms\nverdict /m);
  t.regex(text, /^links\.lte\.delay=60ms,links\.wifi\.delay=60ms\nverdict /m);
  for (const line of text.split('\n')) t.true(line.length <= 60, line);
});

test('colour adds nothing but colour', (t) => {
  const result = resultOf({ rows: [failingRow, rowOf()] });
  const painted = formatTable(result, 'out', { ...wide, colour: true });
  t.true(painted.includes('\u001b['));
  t.is(stripVTControlCharacters(painted), formatTable(result, 'out', wide));
});

test('without expectations the samples that did not finish are named', (t) => {
  const outcome = { kind: 'failed', reason: 'unfinished: 41 of 64 MiB' } as const;
  const samples = [sampleOf(), sampleOf({ sample: 2, outcome })];
  const text = formatTable(resultOf({ rows: [], samples, verdict: 'fail' }), undefined, wide);
  t.regex(text, /^failed {2}sample 2: unfinished: 41 of 64 MiB$/m);
  t.regex(text, /^fail\n1 of 2 samples finished/m);
});

test('an interrupted run says so', (t) => {
  const result = resultOf();
  const run = { ...result.run, interrupted: true };
  t.regex(formatTable({ ...result, run }, undefined, wide), /^interrupted: this is what/m);
});

test('several scenarios end in one line of totals', (t) => {
  const results = [resultOf(), resultOf({ verdict: 'fail' }), resultOf()];
  t.is(formatTotal(results, wide), '3 scenarios: 2 pass, 1 fail\n');
});
