import test from 'ava';
import { entryOf } from '../../history/entry.ts';
import type { LinkStory, SampleStory } from '../../measure/story.ts';
import type { Metric, ResultRow } from '../../schema/result.ts';
import { failingRow, resultOf, rowOf, sampleOf } from '../testing-result.ts';
import { formatPage } from './page.ts';
import type { ReportMaterial } from './report-material.ts';
import { withoutRun } from './run-part.ts';
import { story } from './testing-story.ts';

function pageOf(parts: Parameters<typeof resultOf>[0], more: Partial<ReportMaterial> = {}): string {
  const result = resultOf(parts);
  const history = [entryOf(result)];
  return formatPage({
    result,
    gate: undefined,
    stories: new Map(),
    has: () => true,
    history,
    elsewhere: [],
    ...more,
  });
}

const gap = (value: number): Record<string, Metric> => ({
  gap: { kind: 'value', value, dimension: 'time' },
});

function numberIn(tag: string, name: string): number {
  return Number(new RegExp(` ${name}="([\\d.]+)"`).exec(tag)?.[1]);
}

test('a page is one file: it asks for nothing from anywhere', (t) => {
  const page = pageOf({ rows: [failingRow] });
  t.notRegex(page, /<(?:link|img|iframe|script src)|url\(|@import|https?:\/\//);
});

test('what a variant expects by the same name in other words stands beside the others', (t) => {
  const texts = (rows: readonly ResultRow[]) => {
    const page = pageOf({ rows });
    const [, list] = /<dl>(.*?)<\/dl>/.exec(page)!;
    return [...list!.matchAll(/<dd>(.*?)<\/dd>/g)].map(([, text]) => text);
  };
  const ours = rowOf({ variant: 'ours' });
  const theirs = rowOf({ variant: 'theirs', text: 'gap >= 1 s' });
  t.deepEqual(texts([ours, theirs]), [
    'ours: <code>gap &lt;= 110 ms</code> at median',
    'theirs: <code>gap &gt;= 1 s</code> at median',
  ]);
  t.deepEqual(texts([ours, { ...ours, variant: 'theirs' }]), [
    '<code>gap &lt;= 110 ms</code> at median',
  ]);
  t.deepEqual(texts([ours, { ...theirs, variant: 'ours', case: 'far' }]), [
    'default: <code>gap &lt;= 110 ms</code> at median',
    'far: <code>gap &gt;= 1 s</code> at median',
  ]);
});

test('the first screen says what broke, why, and how to see it again', (t) => {
  const page = pageOf({ verdict: 'fail', rows: [failingRow] });
  const header = page.slice(page.indexOf('<header>'), page.indexOf('</header>'));
  t.true(header.includes('What broke'));
  t.true(header.includes('gap 214 ms breaks ≤ 110 ms in sample 3 of 7'));
  t.true(header.includes('ropewalk run scenarios/failover.yaml --sample 3'));
});

test('the first screen says since when, what changed, and how to find the commit', (t) => {
  const bad = resultOf({ verdict: 'fail', rows: [failingRow] });
  const revision = (letter: string) => ({ commit: letter.repeat(40), isDirty: false });
  const before = entryOf(
    resultOf({
      run: {
        ...bad.run,
        startedAt: '2026-01-01T00:00:00.000Z',
        node: '25.9.0',
        revision: revision('a'),
      },
    }),
  );
  const now = { ...bad, run: { ...bad.run, revision: revision('b') } };
  const page = pageOf(now, { history: [before, entryOf(now)] });
  t.regex(page, /Last good: <code>a{12}<\/code>.*First bad: <code>b{12}<\/code>/);
  t.true(page.includes('Node (25.9.0 to 26.0.0)'));
  t.true(
    page.includes(
      'ropewalk bisect aaaaaaaaaaaa..bbbbbbbbbbbb scenarios/failover.yaml --expect short-gap',
    ),
  );
});

/** Runs one after the other, each of a commit of its own, and the page of the last. */
function pageAfter(runs: readonly (Parameters<typeof resultOf>[0] & { isDirty?: boolean })[]) {
  const results = runs.map(({ isDirty = false, ...parts }, at) => {
    const revision = { commit: 'abcdef'[at]!.repeat(40), isDirty };
    const startedAt = `2026-01-0${at + 1}T00:00:00.000Z`;
    return resultOf({ ...parts, run: { ...resultOf().run, startedAt, revision } });
  });
  return pageOf(results.at(-1)!, { history: results.map(entryOf) });
}

test('each expectation of a group has its own since, and is searched for by its name', (t) => {
  const [gapHeld, gapBroke] = [rowOf({}), failingRow];
  const lost = { expectation: 'nothing-lost' };
  const [lostHeld, lostBroke] = [rowOf(lost), { ...failingRow, ...lost }];
  const page = pageAfter([
    { rows: [gapHeld, lostHeld] },
    { verdict: 'fail', rows: [gapHeld, lostBroke] },
    { verdict: 'fail', rows: [gapBroke, lostBroke] },
  ]);
  t.is([...page.matchAll(/<article class="group">/g)].length, 1);
  t.regex(page, /<strong>short-gap<\/strong>: Last good: <code>b{12}/);
  t.regex(page, /<strong>nothing-lost<\/strong>: Last good: <code>a{12}/);
  const file = 'scenarios/failover.yaml';
  t.true(page.includes(`ropewalk bisect bbbbbbbbbbbb..cccccccccccc ${file} --expect short-gap`));
  t.true(page.includes(`ropewalk bisect aaaaaaaaaaaa..bbbbbbbbbbbb ${file} --expect nothing-lost`));
});

test('expectations that broke together are told of once', (t) => {
  const names = ['short-gap', 'nothing-lost'];
  const page = pageAfter([
    { rows: names.map((expectation) => rowOf({ expectation })) },
    { verdict: 'fail', rows: names.map((expectation) => ({ ...failingRow, expectation })) },
  ]);
  t.is([...page.matchAll(/Last good: /g)].length, 1);
  for (const name of names) t.true(page.includes(`--expect ${name}`), name);
});

test('of uncommitted changes no commit is searched for, and the page says why', (t) => {
  for (const [first, second] of [
    [true, false],
    [false, true],
  ]) {
    const page = pageAfter([
      { isDirty: first!, rows: [rowOf()] },
      { isDirty: second!, verdict: 'fail', rows: [failingRow] },
    ]);
    t.false(page.includes('ropewalk bisect'));
    t.true(page.includes('What ran had uncommitted changes'));
  }
});

test('every broken row has its command, beside it where the first screen has no room', (t) => {
  const commands = Array.from({ length: 40 }, (_, at) => `ropewalk run x.yaml --case at=${at}ms`);
  const rows = commands.map((again, at) => ({ ...failingRow, case: `at=${at}ms`, again }));
  const page = pageOf({
    verdict: 'fail',
    rows: [...rows, rowOf({ case: 'at=40ms', again: 'no' })],
  });
  const table = page.slice(page.indexOf('class="filtered"'));
  for (const command of commands) t.true(table.includes(`<code>${command}</code>`), command);
  t.is([...table.matchAll(/class="again"/g)].length, 40, 'what holds needs none');
  t.true(page.includes('… and 37 more commands'));
});

test('what a group has in common is said once', (t) => {
  const why = 'x runs ./x, a program of its own; add --lab netns';
  const row = (at: number) => rowOf({ verdict: 'unsupported', why, case: `at=${at}ms` });
  const page = pageOf({ rows: Array.from({ length: 6 }, (_, at) => row(at)) });
  const header = page.slice(page.indexOf('<header>'), page.indexOf('</header>'));
  t.is([...header.matchAll(/a program of its own/g)].length, 1);
  t.true(header.includes('(case at=0ms; case at=1ms; case at=2ms and 3 more)'));
  const same = [0, 1].map((at) => ({ ...failingRow, case: `at=${at}ms` }));
  const broken = pageOf({ verdict: 'fail', rows: same });
  const screen = broken.slice(0, broken.indexOf('</header>'));
  t.is([...screen.matchAll(/gap 214 ms breaks/g)].length, 1);
});

test('what is undecided, invalid or unsupported comes with what to do', (t) => {
  const row = (verdict: 'inconclusive' | 'invalid' | 'unsupported') => rowOf({ verdict });
  t.true(pageOf({ rows: [row('inconclusive')] }).includes('--repeat 21'));
  t.true(pageOf({ lab: 'netns', rows: [row('invalid')] }).includes('ropewalk doctor'));
  const onKernel = {
    ...row('unsupported'),
    why: 'x runs ./x; the netns lab runs it: add --lab netns',
  };
  const noTun = { ...row('unsupported'), why: 'the netns lab needs /dev/net/tun; modprobe tun' };
  const page = pageOf({ rows: [onKernel, { ...noTun, expectation: 'other' }] });
  t.true(page.includes('ropewalk run scenarios/failover.yaml --lab netns'));
  t.true(page.includes('ropewalk doctor'), 'steps of the second group stand there too');
  t.false(pageOf({ rows: [onKernel] }).includes('ropewalk doctor'));
});

test('samples become marks, with median, bound and the figures in a table', (t) => {
  const samples = [10, 20, 30].map((ms, at) =>
    sampleOf({ sample: at + 1, metrics: gap(ms * 1e6) }),
  );
  const bound = { metric: 'gap', operator: '<=', value: 25e6 } as const;
  const page = pageOf({ samples, rows: [rowOf({ bounds: [bound] })] });
  t.regex(page, /<path class="dots" d="(?:M[\d.]+ [\d.]+h0){3}">/);
  t.true(page.includes('class="bound"'));
  t.regex(page, /<td class="number">20 ms<\/td>/);
});

test('a band is the interval of the median, of six samples that differ and not of five', (t) => {
  const bandOf = (values: readonly number[]) => {
    const samples = values.map((ms, at) => sampleOf({ sample: at + 1, metrics: gap(ms * 1e6) }));
    const page = pageOf({ samples });
    const [, from, to] = /<path class="interval" d="M([\d.]+) [\d.]+H([\d.]+)"/.exec(page) ?? [];
    const [, dots] = /<path class="dots" d="([^"]*)"/.exec(page) ?? [];
    const at = [...dots!.matchAll(/M([\d.]+)/g)].map(([, x]) => x);
    return { ends: [from, to], extremes: [at[0], at.at(-1)] };
  };
  // 1 - 2 / 2^6 is 97 %, 1 - 2 / 2^5 is 94 %: of six the least and the most bound the median.
  const six = bandOf([10, 20, 30, 40, 50, 60]);
  t.deepEqual(six.ends, six.extremes);
  t.deepEqual(bandOf([10, 20, 30, 40, 50]).ends, [undefined, undefined]);
});

test('the diamond stands where the committed reference is, and where none is there is none', (t) => {
  const samples = [10, 20, 30].map((ms, at) =>
    sampleOf({ sample: at + 1, metrics: gap(ms * 1e6) }),
  );
  const reference = {
    case: 'default',
    variant: 'default',
    metric: 'gap',
    median: 20e6,
    date: '2026-01-01',
  };
  const place = (page: string, mark: string) =>
    new RegExp(`<path class="${mark}" d="M([\\d.]+) `).exec(page)?.[1];
  const page = pageOf({ samples, references: [reference] });
  t.truthy(place(page, 'reference'));
  t.is(place(page, 'reference'), place(page, 'median'));
  t.is(place(pageOf({ samples }), 'reference'), undefined);
});

test('five samples that differ have a distribution; equal ones have none', (t) => {
  const samplesOf = (values: number[]) =>
    values.map((value, at) => sampleOf({ sample: at + 1, metrics: gap(value) }));
  t.true(pageOf({ samples: samplesOf([1, 2, 3, 4, 5]) }).includes('id="cdf-gap"'));
  t.false(pageOf({ samples: samplesOf([2, 2, 2, 2, 2]) }).includes('id="cdf-gap"'));
});

test('two axes of a matrix are a grid with a figure in each cell', (t) => {
  const samples = ['a', 'b'].flatMap((home) =>
    ['a', 'b'].map((far, at) =>
      sampleOf({
        case: `nodes.home.nat=${home},nodes.far.nat=${far}`,
        metrics: gap((at + 1) * 1e6),
      }),
    ),
  );
  const page = pageOf({ samples, metrics: { gap: { better: 'lower', marginRatio: undefined } } });
  t.true(page.includes('nodes.home.nat \\ nodes.far.nat'));
  t.regex(page, /<td class="number h0">1 ms<\/td><td class="number h4">2 ms<\/td>/);
});

test('what is expected of a case makes no axis of its own', (t) => {
  const samples = ['a', 'b'].flatMap((home) =>
    ['a', 'b'].map((far, at) => {
      const also = home === far ? ',expect.short-gap.that=gap<=rtt(home,far)' : '';
      const id = `nodes.home.nat=${home},nodes.far.nat=${far}${also}`;
      return sampleOf({ case: id, metrics: gap((at + 1) * 1e6) });
    }),
  );
  const page = pageOf({ samples });
  t.is([...page.matchAll(/class="heat"/g)].length, 1);
  t.is([...page.matchAll(/<td class="none">/g)].length, 0);
});

test('three samples bound no interval, and the page says so', (t) => {
  const page = pageOf({ rows: [rowOf({ n: 3, interval: ['−∞', '∞'] })] });
  t.true(page.includes('96 ms<span class="key"> (3 samples bound no interval)</span>'));
  t.false(page.includes('∞'));
  t.true(pageOf({ rows: [rowOf({ interval: ['90 ms', '∞'] })] }).includes('96 ms [90, ∞]'));
});

test('the same figure stands beside itself in other labs', (t) => {
  const ownResult = resultOf({ samples: [sampleOf({ metrics: gap(20e6) })] });
  const there = resultOf({ lab: 'netns', samples: [sampleOf({ metrics: gap(30e6) })] });
  const elsewhere = [entryOf(there)];
  const page = pageOf(ownResult, { history: [entryOf(ownResult)], elsewhere });
  t.regex(
    page,
    /<th scope="row">gap<\/th><td class="number h0">20 ms<\/td><td class="number h4">30 ms/,
  );
  t.regex(page, /netns: pass, 2026-01-02/);
  t.false(pageOf(ownResult).includes('id="labs"'));
});

test('what calibration found stands with what was asked for', (t) => {
  const { run } = resultOf();
  const row = { setting: '50 Mbit/s, 10 ms', what: 'delay', asked: '10 ms', seen: '10.06 ms' };
  const calibration = [{ ...row, within: '± 0.5 ms', standing: 'within' as const }];
  const page = pageOf({ lab: 'netns', run: { ...run, calibration } });
  t.regex(page, /Calibration.*50 Mbit\/s, 10 ms.*10\.06 ms.*± 0\.5 ms.*within/s);
});

test('variants stand side by side, with how many times the first each is', (t) => {
  const samples = ['ours', 'kernel'].map((variant, at) =>
    sampleOf({ variant, metrics: gap((at + 1) * 1e6) }),
  );
  t.true(pageOf({ samples }).includes('2 ms (×2)'));
});

test('the silence of a flow and each event are bands as long as they lasted', (t) => {
  const samples = [sampleOf()];
  const drawn = (parts: Partial<SampleStory> = {}) =>
    pageOf({ samples }, { stories: new Map([[samples[0]!.records, { ...story, ...parts }]]) });
  const band = (page: string, kind: string) => {
    const own = [...page.matchAll(/<rect [^>]*>/g)].filter(([tag]) =>
      tag.includes(`class="${kind}"`),
    );
    return own.map(([tag]) => ['x', 'width'].map((name) => numberIn(tag, name)));
  };
  const [[silence], [event]] = [band(drawn(), 'gap'), band(drawn(), 'event')];
  // Of four seconds: one from the first on, the other a fifth longer.
  t.is(silence![0], event![0]);
  t.true(Math.abs(silence![1]! / event![1]! - 1.2) < 0.01);
  const quiet = drawn({ events: [], flows: [{ ...story.flows[0]!, gaps: [] }] });
  t.deepEqual([band(quiet, 'gap'), band(quiet, 'event')], [[], []]);
});

test('each long silence of a flow is shaded, and its usual pace is not', (t) => {
  const samples = [sampleOf()];
  const spans = [
    { fromNs: 1e9, toNs: 2.2e9 },
    { fromNs: 3e9, toNs: 3.5e9 },
    { fromNs: 2.5e9, toNs: 2.6e9 },
  ];
  const flows = [{ ...story.flows[0]!, gaps: spans }];
  const page = pageOf(
    { samples },
    { stories: new Map([[samples[0]!.records, { ...story, flows }]]) },
  );
  t.is([...page.matchAll(/class="gap"/g)].length, 2);
  t.true(page.includes('gap 1.2 s') && page.includes('gap 500 ms'));
  t.false(page.includes('gap 100 ms'));
});

test('links of a topology are labelled with their settings, and its nodes with their kinds', (t) => {
  const labels = ['50 Mbit/s, 10 ms one way, queue 63 kB (default)'];
  const sketch = {
    nodes: [
      { name: 'phone', kind: 'terminal', count: 1, labels: [] },
      { name: 'server', kind: 'host', count: 1, labels: [] },
    ],
    links: [{ name: 'wire', between: ['phone', 'server'] as const, count: 1, labels }],
  };
  const page = pageOf({ sketch });
  const picture = page.slice(page.indexOf('id="topology"'));
  for (const part of ['>wire</text>', '>50 Mbit/s, 10 ms<', '>terminal</text>', '>host</text>'])
    t.true(picture.includes(part), part);
  t.false(pageOf({}).includes('id="topology"'));
});

test('where a figure changed its level is marked at the run from which on it has it', (t) => {
  const entries = [90, 92, 91, 93, 130, 131, 129, 132].map((value, at) =>
    entryOf(
      resultOf({
        samples: [sampleOf({ metrics: gap(value * 1e6) })],
        run: { ...resultOf().run, startedAt: `2026-06-0${at + 1}T09:00:00.000Z` },
      }),
    ),
  );
  const rows = (history: ReportMaterial['history']) => [
    ...pageOf({}, { history }).matchAll(/<tr><th scope="row">(2026-06[^<]*).*?<\/tr>/g),
  ];
  const marked = rows(entries).filter(([row]) => row.includes('gap: 91.5 ms to 130.5 ms'));
  t.deepEqual(
    marked.map(([, startedAt]) => startedAt),
    ['2026-06-05T09:00:00.000Z'],
  );
  t.false(
    rows(entries.slice(0, 6)).some(([row]) => row.includes('gap:')),
    'two are a spike',
  );
});

test('the page says what it ran on, in which versions, and how far from virtual time it was', (t) => {
  const { run } = resultOf();
  const revision = { commit: 'a'.repeat(40), isDirty: true };
  const facts = { metric: 'gap', case: 'default', variant: 'default', n: 7 };
  const realityGap = [{ ...facts, dimension: 'time' as const, virtual: 20e6, real: 30e6 }];
  const page = pageOf({ lab: 'netns', seed: 77, realityGap, run: { ...run, revision } });
  const told = page.slice(page.indexOf('id="trust"'));
  for (const part of [
    '<dd>Abacus 3000, 2 cores, linux 6.8.0, Node 26.0.0</dd>',
    '<code>0123456789ab</code>',
    '<dt>Node</dt><dd>26.0.0</dd>',
    '<dt>Ropewalk</dt><dd>0.1.0</dd>',
    `<dd>${'a'.repeat(40)} with uncommitted changes</dd>`,
    '<dt>seed</dt><dd>77</dd>',
  ])
    t.true(told.includes(part), part);
  t.regex(told, /Reality gap.*20 ms<\/td><td[^>]*>30 ms<\/td><td[^>]*>1\.5<\/td>/s);
  t.false(pageOf({}).includes('Reality gap'));
});

test('a path that stands by has its place in the lane of its node', (t) => {
  const samples = [sampleOf()];
  const [wifi, lte] = story.links as [LinkStory, LinkStory];
  const idle = { ...lte, deliveredBytes: { stepNs: 1e9, values: [0, 0, 0, 0] } };
  const pageWith = (links: readonly LinkStory[]) =>
    pageOf({ samples }, { stories: new Map([[samples[0]!.records, { ...story, links }]]) });
  t.regex(pageWith([wifi, idle]), /path at phone.*?<title>wifi: 0 ns to 1 s<\/title>/);
  t.false(pageWith([wifi]).includes('path at phone'));
});

test('a run is drawn with its events, gaps, paths and packets', (t) => {
  const samples = [sampleOf()];
  const page = pageOf({ samples }, { stories: new Map([[samples[0]!.records, story]]) });
  for (const part of [
    'gap 1.2 s',
    'path at phone',
    'download 8 lost',
    'up to 2 queued',
    '3 under way',
    'address-dependent',
  ]) {
    t.true(page.includes(part), part);
  }
});

test('links lead to what is there, with what names hold escaped, and to nothing else', (t) => {
  const samples = [sampleOf({ records: 'records/50%2FMbit/default/sample-1.ndjson' })];
  const has = (file: string): boolean => file.endsWith('.ndjson');
  const page = pageOf({ samples }, { has });
  t.true(page.includes('href="records/50%252FMbit/default/sample-1.ndjson"'));
  t.false(page.includes('pcapng"'));
});

test('what programs say can be no markup', (t) => {
  const page = pageOf({ about: '<script>alert(1)</script>', scenario: 'a"b' });
  t.false(page.includes('<script>alert'));
  t.true(page.includes('&lt;script&gt;alert(1)'));
});

test('two runs of the same thing differ in what is marked as of the run, and nowhere else', (t) => {
  const { run } = resultOf();
  const later = {
    ...run,
    startedAt: '2027-01-01T00:00:00.000Z',
    host: 'other',
    wallMs: 1,
    command: ['x'],
  };
  const [one, other] = [pageOf({}), pageOf({ run: later })];
  t.not(one, other);
  t.is(withoutRun(one), withoutRun(other));
});

test('four hundred cases of seven samples stay under 5 MB', (t) => {
  const samples = Array.from({ length: 400 }, (_, at) =>
    Array.from({ length: 7 }, (_, n) =>
      sampleOf({
        case: `links.wire.delay=${at}ms,links.wire.loss=${at % 7}%`,
        sample: n + 1,
        metrics: Object.fromEntries(
          [
            'gap',
            'rtt',
            'a.lost',
            'a.goodput',
            'a.bytes',
            'a.sent',
            'a.received',
            'a.duration',
          ].map((name, m) => [
            name,
            { kind: 'value', value: at * 1e5 + n * 1e4 + m, dimension: 'time' },
          ]),
        ),
      }),
    ),
  ).flat();
  const rows = samples
    .filter(({ sample }) => sample === 1)
    .flatMap((one) =>
      ['short', 'whole', 'near'].map((expectation) => rowOf({ case: one.case, expectation })),
    );
  t.true(pageOf({ samples, rows }).length < 5_000_000);
});
