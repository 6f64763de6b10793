import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../../src/base/property-runs.conformance.ts';
import { readXml } from './testing-xml.ts';
import { formatXml } from './xml.ts';

const broken: readonly [string, string][] = [
  ['no end', '<a>'],
  ['a wrong end', '<a></b>'],
  ['two roots', '<a/><b/>'],
  ['a bare ampersand', '<a>b & c</a>'],
  ['an unknown entity', '<a>&nbsp;</a>'],
  ['a bare angle bracket', '<a>b < c</a>'],
  ['an angle bracket in a value', '<a b="<"/>'],
  ['a quote in a value', '<a b="""/>'],
  ['an attribute twice', '<a b="1" b="2"/>'],
  ['a control character', '<a>\u0001</a>'],
  ['a reference to a control character', '<a>&#1;</a>'],
  ['text outside', '<a/>b'],
  ['a late declaration', '<a/><?xml version="1.0" encoding="UTF-8"?>'],
];

for (const [what, text] of broken) {
  test(`the reader of these tests refuses ${what}`, (t) => {
    t.throws(() => readXml(text));
  });
}

/** What XML can hold comes back as it was; anything else as U+FFFD. */
function legal(text: string): string {
  return [...text.toWellFormed()]
    .map((character) =>
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML forbids.
      /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(character) ? '\ufffd' : character,
    )
    .join('');
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('<', '>', '&', '"', "'", '\n', '\r', '\t', '\0', ']]>', '\ud800'),
  }),
);

test('whatever a text holds, it reads back from an attribute and from an element', (t) => {
  fc.assert(
    fc.property(anyText, anyText, (value, content) => {
      const child = { name: 'inner', attributes: { value }, content };
      const read = readXml(formatXml({ name: 'outer', attributes: {}, content: [child] }));
      t.is(read.children[0]!.attributes['value'], legal(value));
      t.is(read.children[0]!.text, legal(content));
    }),
    propertyRuns(300),
  );
});
