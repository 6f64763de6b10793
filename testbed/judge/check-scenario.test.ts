import test from 'ava';
import { InputError } from '../../src/base/errors.ts';
import { measureSample } from '../measure/measure-sample.ts';
import { progressNames } from '../measure/progress.ts';
import {
  answeredAt,
  askedAt,
  beganAt,
  contextOf,
  measureOf,
  openedAt,
  receivedAt,
  recordAt,
  sentAt,
} from '../measure/testing-records.ts';
import { trafficProperties } from '../measure/traffic-metrics.ts';
import { planScenario } from '../plan/plan-scenario.ts';
import { formatError } from '../schema/format-error.ts';
import { loadScenario } from '../schema/load.ts';
import {
  measureDimensions,
  type TrafficPropertyModel,
  trafficPropertyTable,
} from '../schema/metric-table.ts';
import { measureKinds } from '../schema/model.ts';
import { checkScenario } from './check-scenario.ts';

const head = `scenario: silence
links:
  wifi: { between: [phone, server], rate: 50 Mbit/s, delay: 10 ms }
nodes:
  phone: { kind: terminal }
  server: { kind: host }
traffic:
  download: { run: stream, from: server, to: phone, opened-by: phone, bytes: 64 MiB, rate: 10 Mbit/s }
measure:
  gap: { what: delivery-gap, of: download, around: silence }
`;

function problemsOf(rest: string): string[] {
  const loaded = loadScenario('silence.yaml', () => head + rest);
  const scenario = loaded.resolve('default', loaded.variants[0]!);
  const problems = checkScenario(scenario, loaded.variants, planScenario(scenario));
  return problems.map(({ path, span, code, message, hint }) =>
    formatError(new InputError({ code, message, hint, place: loaded.placeOf(path, span) })),
  );
}

test('every expression of a file is checked, and each mistake stands under its caret', (t) => {
  const rest = `events:
  silence: { after: download.lost >= 8 MiB, link: wifi, set: { loss: 100 % }, for: 6 s }
expect:
  short-gap:
    that: gap <= rtt(wfi) + 50 ms
  complete: { that: "download.lost == 0" }
  quick: { that: gap + download.goodput <= 1 s }
`;
  const expected = [
    `silence.yaml:12:21: events.silence.after: download.lost is known only after the run [not-live]
   12 |   silence: { after: download.lost >= 8 MiB, link: wifi, set: { loss: 100 % }, for: 6 s }
      |                     ^^^^^^^^^^^^^`,
    `silence.yaml:15:22: expect.short-gap.that: there is no link wfi [bad-fact]
   15 |     that: gap <= rtt(wfi) + 50 ms
      |                      ^^^`,
    `silence.yaml:17:18: expect.quick.that: cannot add a time and a rate [mixed-dimensions]
   17 |   quick: { that: gap + download.goodput <= 1 s }
      |                  ^^^^^^^^^^^^^^^^^^^^^^`,
  ];
  t.deepEqual(
    problemsOf(rest).map((text) => text.split('\n').slice(0, 3).join('\n')),
    expected,
  );
});

const refusals: readonly (readonly [expectation: string, problem: string])[] = [
  [
    'that: gap <= 1 s, at: p90',
    `silence.yaml:12:31: expect.it.at: 15 samples cannot decide a p90 [too-few-repeats]
   12 |   it: { that: gap <= 1 s, at: p90 }
      |                               ^^^
   write repeat: 14, for 29 or more at the second look, or repeat: { first: 29, most: 29 }`,
  ],
  [
    'that: gap <= 1 s, against: baseline',
    `silence.yaml:12:15: expect.it.that: a reference is of one measured value [not-a-measure]
   12 |   it: { that: gap <= 1 s, against: baseline }
      |               ^^^^^^^^^^
   write its name alone: that: gap`,
  ],
  [
    'that: gapp, against: baseline',
    `silence.yaml:12:15: expect.it.that: there is nothing called gapp [unknown-name]
   12 |   it: { that: gapp, against: baseline }
      |               ^^^^
   did you mean gap?`,
  ],
  [
    'that: download.sent, against: baseline',
    `silence.yaml:12:15: expect.it.that: whether more of download.sent is better or worse is not known [no-direction]
   12 |   it: { that: download.sent, against: baseline }
      |               ^^^^^^^^^^^^^
   write better: higher, or better: lower`,
  ],
  [
    'that: gap <= 1 s, margin: 10 %',
    `silence.yaml:12:35: expect.it.margin: a margin is for what is compared with a reference or with another variant [no-comparison]
   12 |   it: { that: gap <= 1 s, margin: 10 % }
      |                                   ^^^^
   put it into the bound: gap <= 1.1 * 100 ms, or leave it out`,
  ],
];

const silence = 'events:\n  silence: { at: 1 s, link: wifi, set: { loss: 100 % }, for: 6 s }\n';

for (const [expectation, problem] of refusals) {
  test(`refuses ${expectation}`, (t) => {
    const rest = `expect:\n  it: { ${expectation} }\n${silence}`;
    t.deepEqual(problemsOf(rest), [problem]);
  });
}

test('a quantile is refused where its last look could not show it', (t) => {
  const refused = (repeat: string, at: string) =>
    problemsOf(`repeat: ${repeat}\nexpect: { it: { that: gap <= 1 s, at: ${at} } }\n${silence}`)
      .length;
  t.deepEqual([refused('1', 'median'), refused('2', 'median')], [1, 0]);
  t.deepEqual([refused('13', 'p90'), refused('14', 'p90')], [1, 0]);
  t.deepEqual([refused('148', 'p99'), refused('149', 'p99')], [1, 0]);
  t.deepEqual(
    [28, 29].map((count) => refused(`{ first: ${count}, most: ${count} }`, 'p90')),
    [1, 0],
  );
  t.is(refused('1', 'every'), 0);
});

test('values and margins that can be judged are let through', (t) => {
  const rest = `expect:
  as-before: { that: gap, against: baseline, margin: 10 % }
  as-many: { that: download.sent, against: baseline, better: higher }
  ahead: { that: ours.gap <= kernel.gap, margin: 10 % }
variants: { ours: {}, kernel: { links.wifi.delay: 20 ms } }
${silence}`;
  t.deepEqual(problemsOf(rest), []);
});

test('a scenario without fault has no problems', (t) => {
  const rest = `events:
  silence: { after: download.bytes >= 8 MiB, link: wifi, set: { loss: 100 % }, for: 6 s }
expect:
  short-gap: { that: gap <= 2 * rtt(wifi) + queueing(wifi) }
  complete: { that: download.lost == 0 }
`;
  t.deepEqual(problemsOf(rest), []);
});

test('who measures and who judges know the same properties of the same dimensions', (t) => {
  const table: Readonly<Record<string, TrafficPropertyModel>> = trafficPropertyTable;
  t.deepEqual([...trafficProperties].sort(), Object.keys(table).sort());
  const live = Object.keys(table).filter((name) => table[name]!.live);
  t.deepEqual([...progressNames].sort(), live.sort());
  const metrics = measureSample([], busyContext);
  for (const [name, metric] of Object.entries(metrics)) {
    const { dimension } = table[name.slice(name.indexOf('.') + 1)]!;
    t.is(metric.kind === 'value' ? metric.dimension : dimension, dimension, name);
  }
  t.is(metrics['download.goodput']?.kind, 'value');
});

test('who measures and who judges agree on what each measure is', (t) => {
  // What a program reports is in the unit that the measure says.
  for (const what of measureKinds.filter((kind) => kind !== 'reported')) {
    const of = what === 'rtt' ? 'ping' : 'download';
    const after = what === 'time-to-rate' ? { around: 'silence', rateBps: 0 } : {};
    const parts = { of, kind: 'flow.opened', ...after };
    const { m } = measureSample([measureOf(what, parts)], busyContext);
    t.is(m?.kind === 'value' ? m.dimension : m?.reason, measureDimensions[what], what);
  }
});

const busyContext = contextOf(
  openedAt(0),
  openedAt(0, 'ping'),
  sentAt(1, 2),
  receivedAt([1, 10], [2, 20]),
  askedAt(1),
  answeredAt([1, 10, 10]),
  beganAt(5),
  ['relay.first-in', 'punch.established', 'relay.stopped', 'subscriber.first-in'].map((kind) =>
    recordAt(6, 'phone', kind, { program: 'download', afterNs: 1 }),
  ),
);
