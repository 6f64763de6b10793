import test from 'ava';
import { locate } from './locate.ts';
import { readYaml } from './read-yaml.ts';
import { placeAt, toPlain } from './source.ts';

const plain = (text: string) => toPlain(readYaml('f.yaml', text).root!);

const read: readonly (readonly [string, string, unknown])[] = [
  ['YAML 1.2 words', 'on: yes\nno: off\n', { on: 'yes', no: 'off' }],
  [
    'truth values, nothing and numbers',
    'a: true\nb: ~\nc: 12\nd: 1.5\n',
    { a: true, b: null, c: 12, d: 1.5 },
  ],
  ['keys that are numbers', '1: x\n', { '1': 'x' }],
  ['no newline at the end', 'a: 1', { a: 1 }],
  ['lines that end as on Windows', 'a: 1\r\nb: 2\r\n', { a: 1, b: 2 }],
  ['a byte order mark', '\ufeffa: 1\n', { a: 1 }],
  ['aliases', 'a: &x [1, 2]\nb: *x\n', { a: [1, 2], b: [1, 2] }],
  ['folded text', 'a: >-\n  one\n  two\n', { a: 'one two' }],
  [
    'names that objects have by birth',
    'constructor: 1\ntoString: 2\n',
    { constructor: 1, toString: 2 },
  ],
];

for (const [what, text, value] of read) {
  test(`reads ${what}`, (t) => {
    t.deepEqual(plain(text), value);
  });
}

test('an alias of what it stands in is refused', (t) => {
  const { root, problems } = readYaml('f.yaml', 'a: &x [*x]\n');
  t.is(root, undefined);
  t.is(problems[0]!.code, 'unknown-alias');
});

test('many keys are read in linear time', (t) => {
  const text = Array.from({ length: 20_000 }, (_, at) => `k${at}: 1\n`).join('');
  t.is(Object.keys(plain(text) as object).length, 20_000);
});

const written: readonly (readonly [string, string])[] = [
  ['plain', 'that: gap <= 5 ms and loss == 0\n'],
  ['double quotes', 'that: "gap <= 5 ms and loss == 0"\n'],
  ['single quotes', "that: 'gap <= 5 ms and loss == 0'\n"],
  ['two plain lines', 'that: gap <= 5 ms\n  and loss == 0\n'],
  ['a folded block', 'that: >-\n    gap <= 5 ms\n    and loss == 0\n'],
  ['a literal block', 'that: |-\n    gap <= 5 ms and\n    loss == 0\n'],
];

for (const [what, text] of written) {
  test(`a span is found in ${what}`, (t) => {
    const root = readYaml('f.yaml', text).root!;
    const value = (toPlain(root) as { that: string }).that;
    const start = value.indexOf('loss');
    const place = placeAt(locate(root, ['that'], 'value', { start, end: start + 4 }));
    t.is(place.text.slice(place.column - 1, place.column - 1 + place.width), 'loss');
  });
}
