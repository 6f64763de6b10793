import test from 'ava';
import { InputError } from '../base/errors.ts';
import { readRules } from './read-rules.ts';
import { linkOf, ruleFor, withRule } from './rules.ts';
import { writeRule } from './write-rules.ts';

const page = `# mine
firefox: wifi
backup: [lte, wifi]
game*: { links: [wifi, lte], when-lost: reset }
default: wifi
`;

test('a line is an application and its link, or its links in the order in which they are wanted', (t) => {
  t.deepEqual(readRules('links.yaml', page), [
    { name: 'firefox', links: ['wifi'], whenLost: 'move' },
    { name: 'backup', links: ['lte', 'wifi'], whenLost: 'move' },
    { name: 'game*', links: ['wifi', 'lte'], whenLost: 'reset' },
    { name: 'default', links: ['wifi'], whenLost: 'move' },
  ]);
  t.deepEqual(readRules('links.yaml', ''), []);
  t.deepEqual(readRules('links.yaml', '# nothing yet\n'), []);
});

test('the first rule that fits any of its names decides, and default fits all', (t) => {
  const rules = readRules('links.yaml', `node: lte\n${page}`);
  t.is(ruleFor(rules, ['server.js', 'node'])!.name, 'node');
  t.is(ruleFor(rules, ['gamepad'])!.name, 'game*');
  t.is(ruleFor(rules, ['a-game'])!.name, 'default');
  t.is(ruleFor(rules.slice(0, 2), ['curl']), undefined);
  for (const [pattern, name, fits] of [
    ['*fox', 'firefox', true],
    ['f*o*x', 'firefox', true],
    ['a*a', 'a', false],
    ['firefox', 'firefox-bin', false],
    ['*', '', true],
  ] as const) {
    const rule = { name: pattern, links: ['wifi'], whenLost: 'move' } as const;
    t.is(ruleFor([rule], [name]) !== undefined, fits, `${pattern} ${name}`);
  }
});

test('of the links of a rule the first that is live is taken', (t) => {
  const rule = { name: 'backup', links: ['lte', 'wifi'], whenLost: 'move' } as const;
  t.is(linkOf(rule, ['wifi', 'lte']), 'lte');
  t.is(linkOf(rule, ['wifi']), 'wifi');
  t.is(linkOf(rule, ['cable']), undefined);
});

test('an answer is kept before default, and comments stay', (t) => {
  const added = { name: 'curl', links: ['lte'], whenLost: 'move' } as const;
  const text = writeRule(page, added);
  t.true(text.startsWith('# mine\nfirefox: wifi\n'));
  t.deepEqual(readRules('links.yaml', text), withRule(readRules('links.yaml', page), added));
  const changed = { name: 'firefox', links: ['lte', 'wifi'], whenLost: 'reset' } as const;
  const again = writeRule(text, changed);
  t.deepEqual(readRules('f', again), withRule(readRules('f', text), changed));
  t.is(writeRule('', added), 'curl: lte\n');
});

for (const [text, at, what] of [
  ['firefox: wifi\nfirefox: lte\n', [2, 1], 'unique'],
  ['firefox:\n', [1, 1], 'no link'],
  ['firefox: []\n', [1, 10], 'no link'],
  ['firefox: [wifi, { a: b }]\n', [1, 17], 'no link'],
  ['- wifi\n', [1, 1], 'names with links'],
  ['default: wifi\ncurl: lte\n', [2, 1], 'behind default'],
  ['curl: { links: wifi, when-lost: cry }\n', [1, 33], '"cry"'],
  ['curl: { links: wifi, lost: reset }\n', [1, 22], 'no setting "lost"'],
  ['curl: { when-lost: reset }\n', [1, 7], 'no links'],
  ['curl: [wifi\n', [2, 1], 'YAML'],
  ['? [a, b]\n: wifi\n', [1, 3], 'not a name'],
] as const) {
  test(`bad rules are refused with their place: ${JSON.stringify(text)}`, (t) => {
    const error = t.throws<InputError>(() => readRules('links.yaml', text), {
      instanceOf: InputError,
    });
    t.is(error.code, 'bad-link-rule');
    t.true(error.message.includes(what), error.message);
    t.deepEqual([error.place!.line, error.place!.column], [...at]);
    t.is(error.place!.file, 'links.yaml');
    t.truthy(error.hint);
  });
}
