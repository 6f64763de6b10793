import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import type { Argument, Expression } from './expression.ts';
import { parseExpression } from './parse-expression.ts';

/** The tree as text with every bracket. */
function show(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return `${expression.value}:${expression.dimension}`;
    case 'name':
      return expression.path.join('.');
    case 'call':
      return `${expression.name}(${expression.arguments.map(showArgument).join(', ')})`;
    case 'negate':
      return `-${show(expression.operand)}`;
    case 'not':
      return `not ${show(expression.operand)}`;
    case 'binary':
      return `(${show(expression.left)} ${expression.operator} ${show(expression.right)})`;
  }
}

function showArgument(argument: Argument): string {
  if (argument.kind === 'value') return show(argument.expression);
  const via = argument.via === undefined ? '' : ` via ${argument.via}`;
  const toward = argument.toward === undefined ? '' : ` toward ${argument.toward}`;
  return `<${argument.name}${via}${toward}>`;
}

const understood: readonly (readonly [string, string])[] = [
  ['gap <= 110 ms', '(gap <= 110000000:time)'],
  ['download.lost == 0', '(download.lost == 0:plain)'],
  ['gap <= 0.5 * kernel.gap', '(gap <= (0.5:plain * kernel.gap))'],
  ['rtt(wifi)', 'rtt(<wifi>)'],
  ['rtt(phone, gateway via wifi)', 'rtt(<phone>, <gateway via wifi>)'],
  ['capacity(wifi toward phone)', 'capacity(<wifi toward phone>)'],
  ['transmission(wifi toward phone, 1200 B)', 'transmission(<wifi toward phone>, 1200:size)'],
  ['rtt(phone[3], server)', 'rtt(<phone[3]>, <server>)'],
  ['never(gap)', 'never(gap)'],
  ['min(gap, other-gap) < 1 s', '(min(gap, other-gap) < 1000000000:time)'],
  ['min(rtt(wifi), gap - 1 ms)', 'min(rtt(<wifi>), (gap - 1000000:time))'],
  ['a - b - c', '((a - b) - c)'],
  ['a + b * c', '(a + (b * c))'],
  ['(a + b) * c', '((a + b) * c)'],
  ['a-b', 'a-b'],
  ['-5 ms + a', '(-5000000:time + a)'],
  ['a * -2', '(a * -2:plain)'],
  ['a < 1 and b > 2 or not c == 3', '(((a < 1:plain) and (b > 2:plain)) or not (c == 3:plain))'],
  ['loss <= 1 %', '(loss <= 0.01:plain)'],
  ['goodput >= 8 Mbit/s', '(goodput >= 8000000:rate)'],
  ['1 MiB/2 s', '(1048576:size / 2000000000:time)'],
  ['2 MiB / gap', '(2097152:size / gap)'],
  ['50ms<gap', '(50000000:time < gap)'],
  ['2 * rtt(a, b via x)\n  + 50 ms', '((2:plain * rtt(<a>, <b via x>)) + 50000000:time)'],
];

for (const [text, tree] of understood) {
  test(`reads ${text.replaceAll(/\s+/g, ' ')}`, (t) => {
    const reading = parseExpression(text);
    t.is(reading.kind === 'expression' ? show(reading.expression) : reading.problem.message, tree);
  });
}

const refused: readonly (readonly [string, string, string])[] = [
  ['gap -5 ms', 'a minus needs a space on both sides', '-'],
  ['gap- 5 ms', '"gap-" ends in a hyphen', 'gap-'],
  ['gap <= 50 msec', '"50 msec" has the unknown unit "msec"', 'msec'],
  ['rate >= 8 MB/s', '"8 MB/s" counts bytes; a rate is in bits a second', 'MB/s'],
  ['gap = 5 ms', '"=" has no meaning here', '='],
  ['gap < 1 s && loss == 0', '"&&" has no meaning here', '&&'],
  ['gap ≤ 1 s', '"≤" has no meaning here', '≤'],
  ['(gap < 1 s', 'this bracket is not closed', '('],
  ['rtt(wifi', 'this bracket is not closed', '('],
  ['gap < 1 s)', 'this bracket closes nothing', ')'],
  ['gap <', 'a value is missing at the end', '<'],
  ['* 2', 'a value is expected before "*"', '*'],
  ['gap 5 ms', '"5 ms" follows a complete expression', '5 ms'],
  ['1 < gap < 3', 'comparisons do not chain', '<'],
  ['rtt(a, b via)', 'a link must follow "via"', ')'],
  ['capacity(wifi toward 3)', 'a node must follow "toward"', '3'],
  ['a.b(c)', '"a.b" is not a function', 'a.b'],
  ['rtt(a b)', 'a comma or ")" is expected here', 'b'],
  ['gap < 0.1 ns', '"0.1 ns" is less than 1 ns', '0.1 ns'],
];

for (const [text, message, underlined] of refused) {
  test(`refuses ${text}`, (t) => {
    const reading = parseExpression(text);
    if (reading.kind !== 'problem') return t.fail(show(reading.expression));
    t.is(reading.problem.message, message);
    t.is(text.slice(reading.problem.span.start, reading.problem.span.end), underlined);
  });
}

test('an empty expression and a very deep one are refused', (t) => {
  for (const text of [
    '',
    '   ',
    '('.repeat(60),
    '-'.repeat(400),
    'not '.repeat(100),
    'x'.repeat(3_000),
  ]) {
    t.is(parseExpression(text).kind, 'problem', text.slice(0, 10));
  }
});

test('spans cover what they name', (t) => {
  const text = 'gap <= 2 * rtt(phone, gateway via wifi)';
  const reading = parseExpression(text);
  if (reading.kind !== 'expression' || reading.expression.kind !== 'binary') return t.fail();
  const { left, right } = reading.expression;
  t.is(text.slice(left.span.start, left.span.end), 'gap');
  t.is(text.slice(right.span.start, right.span.end), '2 * rtt(phone, gateway via wifi)');
});

test('no text makes the parser throw, and a refusal points into the text', (t) => {
  const parts = fc.constantFrom(
    'gap',
    '5',
    ' ms',
    'rtt',
    '(',
    ')',
    ',',
    ' via ',
    ' - ',
    '<=',
    ' and ',
    '.',
    '%',
    ' ',
  );
  const texts = fc.oneof(
    fc.string(),
    fc.array(parts).map((list) => list.join('')),
  );
  t.notThrows(() =>
    fc.assert(
      fc.property(texts, (text) => {
        const reading = parseExpression(text);
        if (reading.kind === 'expression') return true;
        const { start, end } = reading.problem.span;
        return start >= 0 && end > start && end <= Math.max(1, text.length);
      }),
      propertyRuns(3_000),
    ),
  );
});
