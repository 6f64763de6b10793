import test from 'ava';
import { formatPlainTable } from './plain-table.ts';

test('columns are as wide as what is in them, and a cell may have lines', (t) => {
  t.is(
    formatPlainTable(
      ['node', 'addresses'],
      [
        ['phone', 'one\nanother'],
        ['x', ''],
      ],
    ),
    'node   addresses\nphone  one\n       another\nx\n',
  );
});

test('a long table has its headings once, and columns that stay', (t) => {
  const rows = Array.from({ length: 300 }, (_, at) => [`${10 ** (at % 5)}`, `row ${at}`]);
  const lines = formatPlainTable(['number', 'name'], rows).trimEnd().split('\n');
  t.is(lines.length, 301);
  t.true(lines.slice(1).every((line, at) => line.slice(8) === `row ${at}`));
});
