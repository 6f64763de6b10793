import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { parseMahimahi } from './link-trace.ts';
import { parseTraceCsv } from './link-trace-csv.ts';
import { isTraceProblem, type TraceReading } from './link-trace-lines.ts';

const ms = 1_000_000;
const s = 1_000_000_000;

test('a mahimahi trace is its times; the same time twice is two opportunities', (t) => {
  t.deepEqual(parseMahimahi('0\n3\n3\n17\n'), {
    kind: 'mahimahi',
    opportunitiesNs: [0, 3 * ms, 3 * ms, 17 * ms],
    loop: true,
    offsetNs: 0,
  });
});

test('line ends of other systems, blank lines and a byte order mark do no harm', (t) => {
  t.deepEqual(parseMahimahi('\uFEFF1\r\n2\r\n\r\n'), parseMahimahi('1\n2'));
});

test('CSV with units in its values', (t) => {
  const text = 'time,rate,delay,loss\n0 s,12 Mbit/s,30 ms,0.5 %\n500 ms,unlimited,0 ms,0\n';
  t.deepEqual(parseTraceCsv(text), {
    kind: 'steps',
    steps: [
      { timeNs: 0, rateBps: 12e6, delayNs: 30 * ms, lossRatio: 0.005 },
      { timeNs: 500 * ms, rateBps: Number.POSITIVE_INFINITY, delayNs: 0, lossRatio: 0 },
    ],
    periodNs: s,
    loop: true,
    offsetNs: 0,
  });
});

test('CSV with units in its header, in another order, with comments', (t) => {
  const text = '# from a tram\nloss [%], time (s), rate (kbit/s)\n2, 0, 100\n 0, 1.5 ,2 Mbit/s\n';
  t.deepEqual(parseTraceCsv(text), {
    kind: 'steps',
    steps: [
      { timeNs: 0, rateBps: 1e5, delayNs: undefined, lossRatio: 0.02 },
      { timeNs: 1.5 * s, rateBps: 2e6, delayNs: undefined, lossRatio: 0 },
    ],
    periodNs: 3 * s,
    loop: true,
    offsetNs: 0,
  });
});

test('an empty cell leaves the value to the link', (t) => {
  const trace = parseTraceCsv('time,rate,delay\n0 s,,5 ms\n2 s,1 Mbit/s,\n');
  t.true(!isTraceProblem(trace) && trace.kind === 'steps');
  if (isTraceProblem(trace) || trace.kind !== 'steps') return;
  t.deepEqual(
    trace.steps.map(({ rateBps, delayNs }) => [rateBps, delayNs]),
    [
      [undefined, 5 * ms],
      [1e6, undefined],
    ],
  );
});

test('the last row lasts as long as the one before it, a lone one a second', (t) => {
  const periodOf = (text: string) => {
    const trace = parseTraceCsv(text);
    return isTraceProblem(trace) || trace.kind !== 'steps' ? undefined : trace.periodNs;
  };
  t.is(periodOf('time,loss\n0 s,0\n1 s,1\n3 s,0\n'), 5 * s);
  t.is(periodOf('time,loss\n0 s,0.5\n'), s);
});

type Mistake = readonly [
  title: string,
  text: string,
  at: readonly [line: number, column: number, width: number],
  problem: string,
  hint: RegExp,
];

const mahimahiMistakes: readonly Mistake[] = [
  [
    'a word',
    '1\nfast\n',
    [2, 1, 4],
    '"fast" is not a whole number of milliseconds',
    /one time a line/,
  ],
  ['a fraction', '1\n 2.5\n', [2, 2, 3], '"2.5" is not a whole number of milliseconds', /one time/],
  ['a negative time', '-1\n', [1, 1, 2], '"-1" is not a whole number of milliseconds', /one time/],
  ['a time that falls', '5\n9\n\n7\n', [4, 1, 1], '7 ms is before the line above it', /sort/],
  ['an empty file', '\n', [1, 1, 1], 'the trace is empty', /length/],
  ['no length', '0\n0\n', [1, 1, 1], 'all its times are 0: it has no length', /last time/],
];

const csvMistakes: readonly Mistake[] = [
  ['an empty file', '# nothing\n', [1, 1, 1], 'the trace is empty', /begin with: time/],
  ['no header', '0 s,1 Mbit/s\n', [1, 1, 3], '"0 s" is not a column of a trace', /columns: time/],
  [
    'another separator',
    'time;rate\n',
    [1, 1, 9],
    '"time;rate" is not a column of a trace',
    /commas/,
  ],
  [
    'an unknown column',
    'time, bandwidth\n',
    [1, 7, 9],
    '"bandwidth" is not a column of a trace',
    /rate/,
  ],
  ['a column twice', 'time,rate,rate\n', [1, 11, 4], '"rate" is there twice', /remove one/],
  ['no time', 'rate,delay\n', [1, 1, 10], 'a trace needs a time and one column more', /begin with/],
  [
    'nothing but time',
    'time\n0 s\n',
    [1, 1, 4],
    'a trace needs a time and one column more',
    /begin/,
  ],
  ['no rows', 'time,rate\n', [1, 1, 1], 'the trace has a header and no rows', /0 s,12 Mbit/],
  ['too few values', 'time,rate\n0 s\n', [2, 1, 3], '1 of 2 values', /empty/],
  ['no unit', 'time,rate\n0 s, 12\n', [2, 6, 2], '"12" has no unit', /12 Mbit/],
  [
    'no time in a row',
    'time,rate\n,1 Mbit/s\n',
    [2, 1, 1],
    '"" is not a time',
    /number and a unit/,
  ],
  [
    'a wrong unit',
    'time,rate\n0 s,12 ms\n',
    [2, 5, 5],
    '"12 ms" is a time, not a rate',
    /write a rate/,
  ],
  [
    'an unknown unit',
    'time,rate (Mbot/s)\n0 s,12\n',
    [2, 5, 2],
    '"12" has the unknown unit "Mbot/s"',
    /Mbit/,
  ],
  ['a negative delay', 'time,delay\n0 s,-3 ms\n', [2, 5, 5], '-3 ms is below 0', /0 or more/],
  ['more loss than all', 'time,loss\n0 s,120 %\n', [2, 5, 5], '"120 %" is more than all', /100 %/],
  ['a late beginning', 'time,loss\n5 s,0\n', [2, 1, 3], 'the first row is at "5 s"', /subtract/],
  [
    'a time that stays',
    'time,loss\n0 s,0\n1 s,0\n1 s,1\n',
    [4, 1, 3],
    '"1 s" is not after the row above it',
    /sort/,
  ],
];

function testMistakes(
  format: string,
  parse: (text: string) => TraceReading,
  mistakes: readonly Mistake[],
) {
  for (const [title, text, at, problem, hint] of mistakes) {
    test(`${format}, ${title}: ${problem}`, (t) => {
      const found = parse(text);
      t.true(isTraceProblem(found));
      if (!isTraceProblem(found)) return;
      t.is(found.problem, problem);
      t.regex(found.hint, hint);
      t.deepEqual([found.line, found.column, found.width], [...at]);
      t.is(found.text, text.split('\n')[at[0] - 1] ?? '');
    });
  }
}

testMistakes('mahimahi', parseMahimahi, mahimahiMistakes);
testMistakes('csv', parseTraceCsv, csvMistakes);

test('no text makes the parsers throw', (t) => {
  const piece = fc.constantFrom(
    'time',
    'rate',
    ',',
    '\n',
    '0 s',
    '1 s',
    '5',
    ' ',
    '%',
    '(',
    ')',
    '#',
    '-',
    '"',
    'x',
  );
  const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.oneof(text, fc.string()), (any) => {
        parseMahimahi(any);
        parseTraceCsv(any);
        parseTraceCsv(`time,rate,delay,loss\n0 s,1 Mbit/s,1 ms,0\n${any}`);
      }),
      propertyRuns(2_000),
    ),
  );
});

test('what is written is read back', (t) => {
  const row = fc.tuple(
    fc.integer({ min: 1, max: 1e9 }),
    fc.integer({ min: 0, max: 1e9 }),
    fc.integer({ min: 0, max: 1e9 }),
  );
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (rows) => {
      let timeNs = 0;
      const steps = rows.map(([gapNs, rateBps, delayNs], at) => {
        timeNs += at === 0 ? 0 : gapNs;
        return { timeNs, rateBps, delayNs, lossRatio: undefined };
      });
      const lines = steps.map((step) => `${step.timeNs},${step.rateBps} bit/s,${step.delayNs}`);
      const trace = parseTraceCsv(`time (ns),rate,delay (ns)\n${lines.join('\n')}`);
      t.deepEqual(isTraceProblem(trace) ? trace : trace.kind === 'steps' && trace.steps, steps);
    }),
    propertyRuns(200),
  );
});
