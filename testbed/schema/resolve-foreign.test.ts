import test from 'ava';
import { fitsLine, readPattern } from './line-pattern.ts';
import { loadText } from './loading.ts';
import type { ForeignModel, MeasureModel, Scenario } from './model.ts';

const load = (text: string): Scenario =>
  loadText(`
scenario: x
nodes: { phone: { kind: terminal }, server: { kind: host } }
links: { wifi: { between: [phone, server], delay: 1 ms } }
${text}`).resolve('default', 'default');

const foreignOf = (text: string): ForeignModel =>
  load(`programs: { web: { on: server, run: [./serve, --fast]${text} } }`).programs[0]!.foreign!;

test('a command of which nothing is said is a service that is ready once it runs', (t) => {
  t.deepEqual(foreignOf(''), {
    cwd: undefined,
    env: {},
    files: [],
    ready: { kind: 'started' },
    awaited: false,
    startNs: undefined,
    reads: undefined,
  });
});

test('a built-in program is no command', (t) => {
  const { programs } = load('programs: { web: { on: server, run: echo, with: { port: 7 } } }');
  t.false('foreign' in programs[0]!);
});

test('a command that is awaited starts when all that listens is ready, or so long after', (t) => {
  t.like(foreignOf(', awaited: true'), { awaited: true, startNs: 0 });
  t.like(foreignOf(', awaited: true, start: 2 s'), { startNs: 2_000_000_000 });
  t.like(foreignOf(', start: 2 s'), { awaited: false, startNs: 2_000_000_000 });
});

const readies: readonly (readonly [string, ForeignModel['ready']])[] = [
  ['{ line: listening }', { kind: 'line', pattern: { kind: 'part', text: 'listening' } }],
  [
    "{ line: '/port \\d+/i' }",
    { kind: 'line', pattern: { kind: 'regex', source: String.raw`port \d+`, flags: 'iu' } },
  ],
  ['{ port: 80 }', { kind: 'port', port: 80, protocol: 'tcp' }],
  ['{ port: 53, protocol: udp }', { kind: 'port', port: 53, protocol: 'udp' }],
];
for (const [text, ready] of readies) {
  test(`ready: ${text}`, (t) => t.deepEqual(foreignOf(`, ready: ${text}`).ready, ready));
}

test('what stands in an environment is text', (t) => {
  t.deepEqual(foreignOf(', env: { LEVEL: 3, QUIET: true, LANG: C }').env, {
    LEVEL: '3',
    QUIET: 'true',
    LANG: 'C',
  });
});

test('adapters', (t) => {
  t.deepEqual(foreignOf(', reads: iperf3-json').reads, { kind: 'iperf3-json' });
  t.deepEqual(foreignOf(', reads: exit-code').reads, { kind: 'exit-code' });
  const source = String.raw`time=(\d+)`;
  t.deepEqual(foreignOf(`, reads: { regex: '${source}' }`).reads, {
    kind: 'regex',
    source,
    flags: 'u',
  });
});

test('a line fits a part of it, or a regular expression, however often it is asked', (t) => {
  const fits = (text: string, line: string) => {
    const pattern = readPattern(text);
    return 'problem' in pattern ? undefined : [fitsLine(pattern, line), fitsLine(pattern, line)];
  };
  t.deepEqual(fits('a.c', 'xa.cx'), [true, true]);
  t.deepEqual(fits('a.c', 'abc'), [false, false]);
  t.deepEqual(fits('/^a.c$/g', 'abc'), [true, true]);
  t.deepEqual(fits('/^a.c$/', 'xabc'), [false, false]);
  t.deepEqual(fits('/LISTEN/i', 'listening'), [true, true]);
  t.deepEqual(fits('/srv', 'in /srv/www'), [true, true]);
});

const measureOf = (reads: string, text: string): MeasureModel =>
  load(
    `programs: { web: { on: server, run: [./serve], reads: ${reads} } }
measure: { m: { what: reported, of: web${text} } }`,
  ).measures[0]!;

test('a figure that is reported is in the unit that the measure says', (t) => {
  const unitOf = (unit: string) => measureOf('iperf3-json', `, field: rate, unit: ${unit}`).unit;
  t.deepEqual(unitOf('Mbit/s'), { dimension: 'rate', multiplier: 1_000_000, divisor: 1 });
  t.deepEqual(unitOf('min'), { dimension: 'time', multiplier: 60_000_000_000, divisor: 1 });
  t.deepEqual(unitOf('KiB'), { dimension: 'size', multiplier: 1_024, divisor: 1 });
  t.deepEqual(unitOf("'%'"), { dimension: 'plain', multiplier: 1, divisor: 100 });
  t.is(measureOf('exit-code', '').unit, undefined);
});

test('a flow is watched between two nodes, TCP unless it says otherwise', (t) => {
  const { watches } = load(`watch:
  page: { from: server, to: phone, port: 80 }
  voice: { from: phone, to: server, protocol: udp }`);
  t.deepEqual(watches, [
    { name: 'page', from: 'server', to: 'phone', protocol: 'tcp', port: 80 },
    { name: 'voice', from: 'phone', to: 'server', protocol: 'udp', port: undefined },
  ]);
});

test('a watched flow is measured, and is waited for by events, like traffic', (t) => {
  const text = `watch: { page: { from: server, to: phone, port: 80 } }
events: { cut: { after: page.bytes >= 1 MiB, link: wifi, do: down, for: 1 s } }
measure:
  gap: { what: delivery-gap, of: page, around: cut }
  rate: { what: goodput, of: page, window: [1 s, 2 s] }
  trip: { what: rtt, of: page, pick: p99 }
  lost: { what: loss, of: page }
  late: { what: one-way-delay, of: page }`;
  t.deepEqual(
    load(text).measures.map(({ what, of }) => [what, of]),
    [
      ['delivery-gap', 'page'],
      ['goodput', 'page'],
      ['rtt', 'page'],
      ['loss', 'page'],
      ['one-way-delay', 'page'],
    ],
  );
});
