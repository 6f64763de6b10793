import test from 'ava';
import fc from 'fast-check';
import { InputError } from '../../src/base/errors.ts';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { formatBaseline } from './format-baseline.ts';
import { readBaseline } from './read-baseline.ts';
import { saveReferences } from './save-references.ts';
import { resultOf, sampleOf, savingOf } from './testing-baseline.ts';

const whole = saveReferences(undefined, savingOf(resultOf())).baseline;
const text = formatBaseline(whole);

test('what is written reads back, whatever names and figures it holds', (t) => {
  const name = fc.string({ minLength: 1 }).filter((one) => one !== '__proto__');
  const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 });
  fc.assert(
    fc.property(name, name, values, (caseId, metric, figures) => {
      const samples = figures.map((value, at) =>
        sampleOf(
          at + 1,
          { [metric]: { kind: 'value', value, dimension: 'plain' } },
          { case: caseId },
        ),
      );
      const { baseline } = saveReferences(undefined, savingOf(resultOf({ samples })));
      const read = readBaseline('x.json', formatBaseline(baseline));
      t.is(formatBaseline(read), formatBaseline(baseline));
      t.is(read.references[0]!.case, caseId);
      t.deepEqual(Object.keys(read.references[0]!.metrics), [metric]);
    }),
    propertyRuns(100),
  );
});

function lineOf(part: string): number {
  return text.slice(0, text.indexOf(part)).split('\n').length;
}

/** What is done to the file, and where its error should stand. */
const damages: readonly [string, string, number, RegExp][] = [
  ['cut off', text.slice(0, -20), lineOf('"metrics"') + 2, /it ends too early|no JSON at/],
  ['empty', '', 1, /it ends too early/],
  [
    'a conflict of git',
    text.replace('    {', '<<<<<<< HEAD\n    {'),
    lineOf('    {'),
    /no JSON at "<<<<<<< HEAD"/,
  ],
  [
    'a comma too many',
    text.replace('"seed": 7,', '"seed": 7,,'),
    lineOf('"seed"'),
    /no JSON at ","/,
  ],
  [
    'a word for a figure',
    text.replace('96000000', '"fast"'),
    lineOf('"gap"'),
    /metrics\.gap\.values\.0/,
  ],
  [
    'no hash',
    text.replace(/"hash": "\w+"/, '"hash": "x"'),
    lineOf('"hash"'),
    /references\.0\.hash/,
  ],
  ['another version', text.replace('"version": 1', '"version": 2'), lineOf('"version"'), /version/],
];

for (const [what, damaged, line, message] of damages) {
  test(`a file with ${what} names its place`, (t) => {
    const error = t.throws(() => readBaseline('reports/baselines/failover.json', damaged), {
      instanceOf: InputError,
    });
    t.is(error.code, 'broken-baseline');
    t.regex(error.message, message);
    t.is(error.place?.file, 'reports/baselines/failover.json');
    t.is(error.place?.line, line);
    t.regex(error.hint!, /git checkout/);
  });
}
