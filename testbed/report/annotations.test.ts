import test from 'ava';
import type { SampleOutcome, Verdict } from '../schema/result.ts';
import { formatGatedOff, formatWorkflowCommand } from './annotations.ts';
import { listFindings } from './findings.ts';
import type { Gate } from './gate.ts';
import { failingRow, resultOf, rowOf, sampleOf } from './testing-result.ts';

const broken = { ...failingRow, line: 31 };

function commandsOf(rows: Parameters<typeof rowOf>[0][], gate?: Gate): string[] {
  const result = resultOf({ rows: rows.map((row) => rowOf(row)) });
  return listFindings([result], gate).map(formatWorkflowCommand);
}

test('a failing row is an error on the line of its expectation, with the command', (t) => {
  t.deepEqual(commandsOf([{}, broken]), [
    '::error file=scenarios/failover.yaml,line=31,title=fail%3A failover short-gap::' +
      'gap 214 ms breaks ≤ 110 ms in sample 3 of 7%0A' +
      'ropewalk run scenarios/failover.yaml --sample 3\n',
  ]);
});

test('what would end a property or a line is escaped', (t) => {
  const row = { ...broken, case: 'a,b:c', why: '5 % more\r\nthan ::error::' };
  const [command] = commandsOf([row]);
  t.is(command!.split('\n').length, 2);
  t.true(command!.includes('title=fail%3A failover short-gap%2C case a%2Cb%3Ac::'));
  t.true(command!.includes('5 %25 more%0D%0Athan ::error::'));
});

/** Errors and warnings for fail, inconclusive, invalid, unsupported. */
const levels: readonly [Gate | undefined, readonly boolean[]][] = [
  [undefined, [true, true, true, false]],
  ['fail', [true, false, false, false]],
  ['nightly', [true, false, true, false]],
  ['strict', [true, true, true, true]],
];
const verdicts: readonly Verdict[] = ['fail', 'inconclusive', 'invalid', 'unsupported'];

for (const [gate, isError] of levels) {
  test(`with --gate ${gate ?? '(none)'} what is gated off is a warning`, (t) => {
    const found = verdicts.flatMap((verdict) => commandsOf([{ verdict }], gate));
    t.deepEqual(
      found.map((command) => command.startsWith('::error ')),
      isError,
    );
    t.true(found.every((command) => /^::(error|warning) /.test(command)));
  });
}

test('the worst comes first, and what is gated off comes last', (t) => {
  const rows = [...verdicts].map((verdict) => rowOf({ verdict }));
  const order = (gate?: Gate) =>
    listFindings([resultOf({ rows: rows.toReversed() })], gate).map(({ verdict }) => verdict);
  t.deepEqual(order(), ['fail', 'invalid', 'inconclusive', 'unsupported']);
  t.deepEqual(order('nightly'), ['fail', 'invalid', 'inconclusive', 'unsupported']);
  t.deepEqual(order('fail'), ['fail', 'invalid', 'inconclusive', 'unsupported']);
});

test('a sample that failed where nothing is expected is found, without a line', (t) => {
  const outcome: SampleOutcome = { kind: 'failed', reason: 'server crashed' };
  const result = resultOf({ rows: [], samples: [sampleOf(), sampleOf({ sample: 2, outcome })] });
  t.deepEqual(listFindings([result], undefined).map(formatWorkflowCommand), [
    '::error file=scenarios/failover.yaml,title=fail%3A failover sample 2::server crashed\n',
  ]);
});

test('elsewhere what is gated off is a line that an editor can follow', (t) => {
  const row = rowOf({
    verdict: 'inconclusive',
    line: 8,
    case: 'slow',
    why: 'the interval\nstraddles',
  });
  const [finding] = listFindings([resultOf({ rows: [row] })], 'fail');
  t.is(
    formatGatedOff(finding!),
    'scenarios/failover.yaml:8: warning: inconclusive (not gated): failover short-gap, case slow: the interval straddles\n',
  );
});

test('what is known to fail is a notice, what only warns a warning, whatever the gate', (t) => {
  t.regex(commandsOf([{ ...broken, shown: 'known' }], 'strict')[0]!, /^::notice .*title=known%3A /);
  t.regex(commandsOf([{ ...broken, shown: 'warn' }], 'strict')[0]!, /^::warning .*title=warn%3A /);
});
