import test from 'ava';
import { InputError } from '../../src/base/errors.ts';
import { formatBaseline } from './format-baseline.ts';
import { readBaseline } from './read-baseline.ts';
import { saveReferences } from './save-references.ts';
import { hash, otherHash, resultOf, sampleOf, savingOf, timesMs } from './testing-baseline.ts';

const first = saveReferences(undefined, savingOf(resultOf()));

test('a reference has all figures, least first, and where they are from', (t) => {
  t.deepEqual(first.baseline, {
    version: 1,
    scenario: 'failover',
    file: 'scenarios/failover.yaml',
    machines: {},
    references: [
      {
        ...{ case: 'default', variant: 'default', lab: 'sim', machine: 'any', hash, seed: 7 },
        ...{ samples: 3, version: '0.1.0', date: '2026-01-02' },
        metrics: { gap: { dimension: 'time', missing: 0, values: [96e6, 97e6, 98e6] } },
      },
    ],
  });
  t.deepEqual(
    first.changes.map(({ kind }) => kind),
    ['added'],
  );
});

test('what has not changed keeps its day: the file stays byte for byte', (t) => {
  const later = resultOf();
  const run = { ...later.run, version: '0.2.0', fingerprint: 'm2' };
  const again = saveReferences(first.baseline, savingOf({ ...later, run }, '2026-05-05'));
  t.is(formatBaseline(again.baseline), formatBaseline(first.baseline));
  t.deepEqual(
    again.changes.map(({ kind }) => kind),
    ['same'],
  );
});

test('what changed is named, and only its lines differ', (t) => {
  const samples = [1, 2, 3].map((n) =>
    sampleOf(n, {
      gap: { kind: 'value', value: n, dimension: 'time' },
      lost: { kind: 'value', value: 0, dimension: 'plain' },
    }),
  );
  const slower = samples.map((one) => ({
    ...one,
    metrics: { ...one.metrics, gap: { kind: 'value', value: 9, dimension: 'time' } as const },
  }));
  const before = saveReferences(undefined, savingOf(resultOf({ samples }))).baseline;
  const { baseline, changes } = saveReferences(before, savingOf(resultOf({ samples: slower })));
  const [change] = changes;
  t.deepEqual(change?.kind === 'changed' && change.metrics, ['gap']);
  const [old, now] = [before, baseline].map((one) => formatBaseline(one).split('\n'));
  t.deepEqual(
    now!.filter((line) => !old!.includes(line)),
    ['        "gap": {"dimension":"time","missing":0,"values":[9,9,9]},'],
  );
});

test('another scenario replaces, and says so; what is not spoken of is kept', (t) => {
  const samples = [
    ...timesMs(1, 2),
    sampleOf(1, { gap: { kind: 'value', value: 5, dimension: 'time' } }, { case: 'slow' }),
  ];
  const both = saveReferences(undefined, savingOf(resultOf({ samples }))).baseline;
  t.is(both.references.length, 2);
  const hashes = [{ case: 'default', variant: 'default', hash: otherHash }];
  const { baseline, changes } = saveReferences(both, savingOf(resultOf({ hashes })));
  t.deepEqual(
    changes.map(({ kind, reference }) => [kind, reference.case]),
    [
      ['other-scenario', 'default'],
      ['kept', 'slow'],
    ],
  );
  t.deepEqual(
    baseline.references.map((one) => [one.case, one.hash]),
    [
      ['default', otherHash],
      ['slow', hash],
    ],
  );
});

test('real machines stand beside each other, with what their fingerprints mean', (t) => {
  const here = resultOf({ lab: 'netns' });
  const there = { ...here, run: { ...here.run, fingerprint: 'm2', machine: 'Two' } };
  const one = saveReferences(undefined, savingOf(here)).baseline;
  const { baseline } = saveReferences(one, savingOf(there));
  t.deepEqual(
    baseline.references.map(({ machine }) => machine),
    ['m1', 'm2'],
  );
  t.deepEqual(baseline.machines, { m1: 'One', m2: 'Two' });
});

test('the order in which cases were run and saved does not show', (t) => {
  const value = { kind: 'value', value: 5, dimension: 'time' } as const;
  const samples = ['b', 'a', 'ä', 'B'].map((name) => sampleOf(1, { gap: value }, { case: name }));
  const [one, other] = [samples, samples.toReversed()].map((list) =>
    formatBaseline(saveReferences(undefined, savingOf(resultOf({ samples: list }))).baseline),
  );
  t.is(one, other);
  t.deepEqual(
    readBaseline('x.json', one!).references.map((reference) => reference.case),
    ['B', 'a', 'b', 'ä'],
  );
});

const unusable: readonly [string, Parameters<typeof resultOf>[0], RegExp][] = [
  [
    'a sample that failed',
    { samples: [{ ...timesMs(1)[0]!, outcome: { kind: 'failed', reason: 'unfinished' } }] },
    /sample 1 of default that is failed: unfinished$/,
  ],
  [
    'an interruption',
    { run: { ...resultOf().run, interrupted: true } },
    /was interrupted, or ran no sample$/,
  ],
  ['no sample', { samples: [] }, /was interrupted, or ran no sample$/],
  ['no hashes', { hashes: [] }, /does not say which scenario it is of/],
];

for (const [what, parts, message] of unusable) {
  test(`no reference is made of a result with ${what}`, (t) => {
    const error = t.throws(() => saveReferences(undefined, savingOf(resultOf(parts))), {
      instanceOf: InputError,
    });
    t.is(error.code, 'unusable-result');
    t.regex(error.message, message);
    t.regex(error.hint!, /^run it (whole first|again): ropewalk run scenarios\/failover\.yaml$/);
  });
}

test('a sample in which a metric is missing is counted, and what nobody measured is left out', (t) => {
  const { references } = saveReferences(
    undefined,
    savingOf(resultOf({ samples: timesMs(5, undefined, 3) })),
  ).baseline;
  t.deepEqual(references[0]!.metrics, {
    gap: { dimension: 'time', missing: 1, values: [3e6, 5e6] },
  });
  const none = saveReferences(undefined, savingOf(resultOf({ samples: timesMs(undefined) })));
  t.deepEqual(none.baseline.references[0]!.metrics, {});
});
