/** Every row of the result, with its whole reason. */
import { boundsNothing, formatInterval, type Interval } from '../../judge/interval.ts';
import type { Result, ResultRow } from '../../schema/result.ts';
import { type Child, element, type Markup } from './element.ts';
import { markVerdict } from './verdict-mark.ts';

export function showExpectations({ rows }: Result): Markup | undefined {
  if (rows.length === 0) return undefined;
  const differs = (value: (row: ResultRow) => string): boolean => new Set(rows.map(value)).size > 1;
  const columns: readonly Column[] = [
    { head: 'verdict', cell: (row) => markVerdict(row.shown) },
    { head: 'expectation', cell: (row) => row.expectation },
    ...(differs((row) => row.case) ? [{ head: 'case', cell: (row: ResultRow) => row.case }] : []),
    ...(differs((row) => row.variant)
      ? [{ head: 'variant', cell: (row: ResultRow) => row.variant }]
      : []),
    {
      head: 'measured',
      cell: ({ left, interval, n }) => [left, showInterval(interval, left, n)],
    },
    { head: 'bound', cell: (row) => row.right },
    { head: 'samples', cell: (row) => row.n },
    { head: 'why', cell: (row) => row.why },
  ];
  return element(
    'section',
    { 'aria-labelledby': 'expectations' },
    element('h2', { id: 'expectations' }, 'Expectations'),
    element(
      'div',
      { class: 'pan', tabindex: 0, role: 'region', 'aria-labelledby': 'expectations' },
      element(
        'table',
        { class: 'filtered' },
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            columns.map(({ head }) => element('th', { scope: 'col' }, head)),
          ),
        ),
        element(
          'tbody',
          {},
          rows.map((row) => showRow(row, columns)),
        ),
      ),
    ),
    showTexts(rows),
  );
}

function showInterval(interval: Interval | undefined, left: string, n: number): Child {
  if (boundsNothing(interval)) {
    return element('span', { class: 'key' }, ` (${n} samples bound no interval)`);
  }
  return interval?.[0] !== interval?.[1] && formatInterval(interval, left);
}

interface Column {
  readonly head: string;
  readonly cell: (row: ResultRow) => Child;
}

const classOf: Readonly<Record<string, string>> = {
  why: 'why',
  measured: 'number',
  bound: 'number',
  samples: 'number',
};

function showRow(row: ResultRow, columns: readonly Column[]): Markup {
  const cells = columns.map(({ head, cell }) =>
    head === 'expectation'
      ? element('th', { scope: 'row' }, cell(row))
      : element('td', { class: classOf[head] }, cell(row)),
  );
  return element('tr', {}, cells);
}

/** What each expects, in the scenario's words. */
function showTexts(rows: readonly ResultRow[]): Markup {
  const texts = new Map(rows.map((row) => [row.expectation, row]));
  return element(
    'dl',
    {},
    [...texts.values()].map(({ expectation, text, at, kind, because }) => [
      element('dt', {}, expectation),
      element(
        'dd',
        {},
        element('code', {}, text),
        ` at ${at}${kind === 'ceiling' ? ', a ceiling' : ''}`,
        because !== undefined && `, because ${because}`,
      ),
    ]),
  );
}
