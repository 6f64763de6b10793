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
    { head: 'why', cell: (row) => [row.why, showAgain(row)] },
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

/** Whatever the first screen has no room for can be run again from here. */
function showAgain({ verdict, again }: ResultRow): Child {
  if (verdict === 'pass' || again === undefined) return false;
  return element('p', { class: 'again' }, 'Again: ', element('code', {}, again));
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

/** What each expects, in the scenario's words; a variant or a case may expect something else by the same name. */
function showTexts(rows: readonly ResultRow[]): Markup {
  const named = Map.groupBy(rows, ({ expectation }) => expectation);
  return element(
    'dl',
    {},
    [...named].map(([expectation, own]) => {
      const wordings = [...Map.groupBy(own, wordingOf).values()];
      const places = wordings.length > 1 ? wordings.map((some) => placesOf(some, own)) : [];
      return [
        element('dt', {}, expectation),
        wordings.map(([row], at) => element('dd', {}, places[at], showText(row!))),
      ];
    }),
  );
}

function wordingOf({ text, at, kind, because }: ResultRow): string {
  return JSON.stringify([text, at, kind, because]);
}

function showText({ text, at, kind, because }: ResultRow): Child {
  return [
    element('code', {}, text),
    ` at ${at}${kind === 'ceiling' ? ', a ceiling' : ''}`,
    because !== undefined && `, because ${because}`,
  ];
}

/** By what these rows differ from the others of the expectation. */
function placesOf(some: readonly ResultRow[], all: readonly ResultRow[]): string {
  const variants = new Set(some.map(({ variant }) => variant));
  const isOfVariants = variants.size < new Set(all.map(({ variant }) => variant)).size;
  const places = isOfVariants ? [...variants] : [...new Set(some.map((row) => row.case))];
  const shown = places.slice(0, mostPlaces).join(', ');
  const left = places.length - mostPlaces;
  return `${left > 0 ? `${shown} and ${left} more` : shown}: `;
}

const mostPlaces = 3;
