import test from 'ava';
import type { Result, SampleOutcome, Verdict } from '../schema/result.ts';
import type { Gate } from './gate.ts';
import { formatJunit } from './junit.ts';
import { failingRow, resultOf, rowOf, sampleOf } from './testing-result.ts';
import { type ReadElement, readXml } from './testing-xml.ts';

function suiteOf(parts: Partial<Result>, gate?: Gate): ReadElement {
  return readXml(formatJunit(resultOf(parts), gate)).children[0]!;
}

function casesOf(suite: ReadElement): ReadElement[] {
  return suite.children.filter(({ name }) => name === 'testcase');
}

function outcomesOf(one: ReadElement): ReadElement[] {
  return one.children.filter(({ name }) => name !== 'properties');
}

function propertiesOf(element: ReadElement): Record<string, string> {
  const [properties] = element.children.filter(({ name }) => name === 'properties');
  return Object.fromEntries(
    properties!.children.map(({ attributes }) => [attributes['name'], attributes['value']]),
  );
}

test('a failing expectation is a failure at its line, with the sentence and the command', (t) => {
  const row = { ...failingRow, case: 'links.lte.delay=60ms', variant: 'ours', line: 31 };
  const suite = suiteOf({ verdict: 'fail', rows: [row] });
  const [one] = casesOf(suite);
  t.is(one!.attributes['name'], 'short-gap');
  t.is(one!.attributes['classname'], 'failover.links.lte.delay=60ms.ours');
  t.is(one!.attributes['file'], 'scenarios/failover.yaml');
  t.is(one!.attributes['line'], '31');
  const [failure] = outcomesOf(one!);
  t.is(failure!.name, 'failure');
  t.is(failure!.attributes['message'], `fail: ${row.why}`);
  t.true(failure!.text.includes('ropewalk run scenarios/failover.yaml --sample 3'));
  const { seed, lab, verdict } = propertiesOf(suite);
  t.deepEqual([seed, lab, verdict], ['7', 'sim', 'fail']);
});

test('a pass has no child but its properties, repeated samples or not', (t) => {
  const samples = [sampleOf({ invalidBefore: 2 })];
  const [one] = casesOf(suiteOf({ samples }));
  t.deepEqual(outcomesOf(one!), []);
  t.is(propertiesOf(one!)['verdict'], 'pass');
});

/** By gate: fail, inconclusive, invalid, unsupported. */
const children: readonly [Gate | undefined, readonly string[]][] = [
  [undefined, ['failure', 'failure', 'error', 'skipped']],
  ['fail', ['failure', 'skipped', 'skipped', 'skipped']],
  ['nightly', ['failure', 'skipped', 'error', 'skipped']],
  ['strict', ['failure', 'failure', 'error', 'error']],
];

for (const [gate, expected] of children) {
  test(`with --gate ${gate ?? '(none)'} verdicts are ${expected.join(', ')}`, (t) => {
    const verdicts: readonly Verdict[] = ['fail', 'inconclusive', 'invalid', 'unsupported'];
    const rows = [rowOf(), ...verdicts.map((verdict) => rowOf({ verdict }))];
    const suite = suiteOf({ rows }, gate);
    const found = casesOf(suite).flatMap((one) => outcomesOf(one).map(({ name }) => name));
    t.deepEqual(found, expected);
    const count = (name: string): string => String(found.filter((one) => one === name).length);
    const { tests, failures, errors, skipped } = suite.attributes;
    t.deepEqual(
      [tests, failures, errors, skipped],
      ['5', count('failure'), count('error'), count('skipped')],
    );
  });
}

const failed: SampleOutcome = { kind: 'failed', reason: 'unfinished: 41 of 64 MiB' };

test('a scenario that expects nothing has a case for its samples', (t) => {
  const [fine] = casesOf(suiteOf({ rows: [] }));
  t.is(fine!.attributes['name'], 'samples-finish');
  t.deepEqual(outcomesOf(fine!), []);
  const samples = [sampleOf(), sampleOf({ sample: 2, outcome: failed })];
  const [broken] = casesOf(suiteOf({ rows: [], samples }));
  const [failure] = outcomesOf(broken!);
  t.is(failure!.name, 'failure');
  t.is(failure!.attributes['message'], 'fail: sample 2: unfinished: 41 of 64 MiB');
});

test('a sample that failed behind rows that pass is a failure of its own', (t) => {
  const samples = [sampleOf({ outcome: failed })];
  t.deepEqual(
    casesOf(suiteOf({ samples })).map((one) => one.attributes['name']),
    ['short-gap', 'samples-finish'],
  );
  t.is(casesOf(suiteOf({ samples, rows: [failingRow] })).length, 1);
});

test('names that hold markup, quotes and line breaks stay what they are', (t) => {
  const nasty = 'a "b" <c> & \'d\'\n]]>\u0001';
  const suite = suiteOf({
    scenario: nasty,
    rows: [rowOf({ expectation: nasty, case: nasty, verdict: 'fail', why: nasty })],
  });
  const shown = nasty.replace('\u0001', '\ufffd');
  const [one] = casesOf(suite);
  t.is(suite.attributes['name'], shown);
  t.is(one!.attributes['name'], shown);
  t.is(one!.attributes['classname'], `${shown}.${shown}.default`);
  t.is(outcomesOf(one!)[0]!.text, shown);
});

test('what is known to fail and what only warns is skipped, with its reason', (t) => {
  const rows = (['known', 'warn'] as const).map((shown) => ({ ...failingRow, shown }));
  const found = casesOf(suiteOf({ rows })).flatMap(outcomesOf);
  t.deepEqual(
    found.map(({ name, attributes }) => [name, attributes['message']]),
    rows.map(({ shown, why }) => ['skipped', `${shown}: ${why}`]),
  );
});
