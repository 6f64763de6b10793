/**
 * Mistakes and what is said of them, word for word: `bad/x.yaml` beside `bad/x.txt`. A message is
 * part of the product: read the whole text, with its caret, before you commit a changed one. What
 * grows with every room stands there as `{record kinds}`.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { InputError } from '../../src/base/errors.ts';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { type ErrorCode, errorCodes } from './error-codes.ts';
import { loadScenario } from './load.ts';
import { complaintsOn, loadText, readFrom } from './loading.ts';
import { problemsOf } from './problems.ts';
import { recordKinds } from './record-kinds.ts';

const folder = join(import.meta.dirname, 'bad');
const names = globSync('*.yaml', { cwd: folder })
  .map((file) => file.replace(/\.yaml$/, ''))
  .toSorted();
const load = (name: string) =>
  loadScenario(`${name}.yaml`, (path) => readFileSync(join(folder, path)));

for (const name of names) {
  test(`says of ${name} what is wrong and what to write`, (t) => {
    const expected = readFileSync(join(folder, `${name}.txt`), 'utf8').replace(
      '{record kinds}',
      recordKinds.join(', '),
    );
    t.is(`${complaintsOn(() => load(name)).join('\n\n')}\n`, expected);
  });
}

test('there are at least a hundred mistakes, and each has a hint and a documented code', (t) => {
  t.true(names.length >= 100);
  for (const name of names) {
    const error = t.throws(() => load(name), { instanceOf: InputError });
    for (const problem of problemsOf(error)) {
      t.truthy(problem.hint, name);
      t.true(Object.hasOwn(errorCodes, problem.code), problem.code);
    }
  }
});

const first = (content: string | Uint8Array) =>
  complaintsOn(() => loadScenario('s.yaml', readFrom({ 's.yaml': content })));

test('a file that is not there is said without a place', (t) => {
  t.deepEqual(
    complaintsOn(() => loadScenario('no.yaml', readFrom({}))),
    ['no.yaml does not exist [unreadable-file]\n   look for the file with: ropewalk list'],
  );
});

test('a file of 10 MB is refused where it passes the limit', (t) => {
  const line = 'about: more of the same\n';
  t.deepEqual(first(line.repeat(10_000_000 / 24)), [
    [
      's.yaml:43691:17: the file is larger than 1 MiB, which it passes here [file-too-large]',
      '43691 | about: more of the same',
      '      |                 ^',
      '   no scenario is that long; is it the right file?',
    ].join('\n'),
  ]);
});

test('bytes that are not UTF-8 are shown where they stand', (t) => {
  t.deepEqual(first(Uint8Array.of(0x61, 0x0a, 0xc3, 0xa4, 0x62, 0xff, 0xfe)), [
    [
      's.yaml:2:3: this is not UTF-8 text [not-utf8]',
      '    2 | äb��',
      '      |   ^',
      '   save the file as UTF-8',
    ].join('\n'),
  ]);
});

test('a message cannot move the cursor of a terminal', (t) => {
  const [message] = complaintsOn(() =>
    loadText('scenario: x\nnodes: { a: { kind: "\\e[2J\u001b[31m" } }\n'),
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what must not be there.
  t.notRegex(message!, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

test('of very many mistakes some are shown, in a time that does not grow with their square', (t) => {
  const nodes = Array.from(
    { length: 3_000 },
    (_, at) => `  abcdefghij${at}: { kind: host }\n`,
  ).join('');
  const links = Array.from(
    { length: 3_000 },
    (_, at) => `  l${at}: { between: [abcdefghijk${at}, x] }\n`,
  ).join('');
  const complaints = complaintsOn(() => loadText(`scenario: x\nnodes:\n${nodes}links:\n${links}`));
  t.is(complaints.length, 101);
  t.is(
    complaints.at(-1),
    'there are more than 99 problems [too-many-problems]\n   mend these first',
  );
});

test('a very long line is shown around its caret', (t) => {
  const [message] = complaintsOn(() =>
    loadText(`scenario: x\nnodes: { ${'a: { kind: host }, '.repeat(500)}b: { kind: hots } }\n`),
  );
  t.true(message!.split('\n').every((line) => line.length < 130));
});

const good = `
scenario: good
repeat: 3
nodes:
  phone:  { kind: terminal, count: 2 }
  home:   { kind: nat, inside: [wifi], nat: { preset: symmetric, timers: { udp: 30 s } } }
  server: { kind: host, addresses: 2 }
links:
  wifi: { between: [phone, home], preset: wifi-bad, queue: { limit: 64 KiB, discipline: codel } }
  wan:
    between: [home, server]
    rate: 100 Mbit/s
    delay: 5 ms
    loss: { model: gilbert-elliott, good-to-bad: 0.5 %, bad-to-good: 20 % }
programs:
  echoes: { on: server, run: echo, with: { port: 7 } }
traffic:
  talk: { run: stream, from: 'phone[1]', to: server, rate: 1 Mbit/s, count: 100 }
events:
  silence: { after: talk.received >= 5, link: wan, set: { loss: 100 % }, for: 1 s }
matrix:
  links.wan.delay: [5 ms, 10 ms]
variants:
  ours: {}
  theirs: { nodes.home.nat.preset: cgnat }
measure:
  gap: { what: delivery-gap, of: talk, around: silence }
expect:
  short: { that: gap <= 2 * rtt(wan) + 1 s, at: median }
`;

test('the file that is mutated below is in order', (t) => {
  t.deepEqual(
    complaintsOn(() => loadText(good)),
    [],
  );
});

const cut = fc.record({
  at: fc.nat(good.length),
  length: fc.nat(20),
  insert: fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ' ',
      '\n',
      '\t',
      '"',
      '-',
      '&a ',
      '*a',
      '1e999',
      '~',
      '? ',
      '<<: ',
      '__proto__: ',
      '\u0000',
    ),
  ),
});

function mutate(
  text: string,
  cuts: readonly { at: number; length: number; insert: string }[],
): string {
  return cuts.reduce(
    (before, { at, length, insert }) => before.slice(0, at) + insert + before.slice(at + length),
    text,
  );
}

test('whatever is done to a file, it loads or is refused with places that exist', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.array(cut, { minLength: 1, maxLength: 4 }), (cuts) => {
        const text = mutate(good, cuts);
        const lines = text.split('\n');
        try {
          loadText(text);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          for (const { place, code } of problemsOf(error)) {
            if (!Object.hasOwn(errorCodes, code)) throw new Error(code);
            if (place === undefined) continue;
            const line = lines[place.line - 1]?.replace(/\r$/, '');
            if (line !== place.text || place.column < 1) throw new Error(JSON.stringify(place));
          }
        }
      }),
      propertyRuns(1_000),
    ),
  );
});

test('every code is given by some mistake', (t) => {
  const given = new Set(
    names.flatMap((name) =>
      problemsOf(t.throws(() => load(name), { instanceOf: InputError })).map(({ code }) => code),
    ),
  );
  const elsewhere: readonly ErrorCode[] = [
    'file-too-large',
    'too-many-problems',
    'not-utf8',
    'unknown-case',
    'unknown-variant',
  ];
  const missing = Object.keys(errorCodes).filter(
    (code) => !given.has(code) && !elsewhere.includes(code as ErrorCode),
  );
  t.deepEqual(missing, []);
});
