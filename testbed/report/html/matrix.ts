/** Cases as a grid with a figure in each cell: two axes of the matrix, or cases and figures. */
import type { Result, Verdict } from '../../schema/result.ts';
import { formatMetric } from '../metric-text.ts';
import { type Child, element, type Markup } from './element.ts';
import { dimensionOf, medianOf, metricNames, type Place, placesIn, valuesOf } from './places.ts';
import { markVerdict } from './verdict-mark.ts';

interface Axis {
  readonly name: string;
  readonly values: readonly string[];
}

type Parts = ReadonlyMap<string, string>;

const mostMetrics = 8;
const mostCells = 1_200;

export function showMatrices(result: Result): Markup | undefined {
  const cases = [...new Set(result.samples.map((one) => one.case))];
  if (cases.length < 2 || cases.length > mostCells) return undefined;
  const parts = new Map(cases.map((id) => [id, partsOf(id)]));
  const axes = axesOf([...parts.values()]);
  const grids = axes.length >= 2 ? showGrids(result, axes, parts) : showCases(result, cases);
  if (grids.length === 0) return undefined;
  return element(
    'section',
    { 'aria-labelledby': 'matrix' },
    element('h2', { id: 'matrix' }, 'Matrix'),
    element(
      'p',
      {},
      'Medians. The deeper the colour, the worse; a sign says what did not pass there.',
    ),
    grids,
  );
}

/** `links.lte.delay=60ms,links.wifi.loss=1%` as a map; a case with a name of its own has none. */
function partsOf(caseId: string): Parts {
  const pairs = caseId.split(/,(?=[^,=]+=)/).map((part) => part.split('='));
  return new Map(
    pairs.filter(({ length }) => length > 1).map(([key, ...rest]) => [key!, rest.join('=')]),
  );
}

function axesOf(cases: readonly Parts[]): Axis[] {
  const names = [...new Set(cases.flatMap((parts) => [...parts.keys()]))];
  return names
    .map((name) => ({
      name,
      values: [...new Set(cases.flatMap((parts) => parts.get(name) ?? []))],
    }))
    .filter(({ values }) => values.length > 1);
}

/** A grid of the first two axes for each metric, variant and setting of the others. */
function showGrids(
  result: Result,
  axes: readonly Axis[],
  parts: ReadonlyMap<string, Parts>,
): Markup[] {
  const [down, across, ...others] = axes as [Axis, Axis, ...Axis[]];
  const metrics = metricNames(result)
    .filter((name) => !name.includes('.'))
    .slice(0, mostMetrics);
  const facets = Map.groupBy(placesIn(result), ({ case: caseId, variant }) =>
    [
      ...others.map(({ name }) => `${name}=${parts.get(caseId)!.get(name)}`),
      ...(variant === 'default' ? [] : [variant]),
    ].join(', '),
  );
  return metrics.flatMap((metric) =>
    [...facets].slice(0, 12).flatMap(([facet, places]) => {
      const cells = places.flatMap((place) => cellOf(result, place, metric));
      const at = (row: string, column: string): HeatCell | undefined =>
        cells.find(({ place }) => {
          const own = parts.get(place.case)!;
          return own.get(down.name) === row && own.get(across.name) === column;
        });
      const caption = facet === '' ? metric : `${metric}, ${facet}`;
      return new Set(cells.map(({ text }) => text)).size < 2
        ? []
        : showHeat(
            { caption, corner: `${down.name} \\ ${across.name}`, heads: across.values },
            down.values.map((row) => ({
              name: row,
              cells: across.values.map((column) => at(row, column)),
            })),
          );
    }),
  );
}

interface HeatCell {
  readonly place: Place;
  readonly value: number;
  readonly text: string;
  readonly verdict: Verdict | undefined;
  readonly better: 'higher' | 'lower' | undefined;
}

function cellOf(result: Result, place: Place, metric: string): HeatCell[] {
  const values = valuesOf(place, metric).map(({ value }) => value);
  const dimension = dimensionOf(result, metric);
  if (values.length === 0 || dimension === undefined) return [];
  const value = medianOf(values);
  const rows = result.rows.filter(
    (row) => row.case === place.case && row.variant.split(', ').includes(place.variant),
  );
  const isAbout = (row: (typeof rows)[number]): boolean =>
    row.bounds?.some((bound) => bound.metric === metric) ?? false;
  const bad = rows.find((row) => row.verdict !== 'pass' && isAbout(row));
  const better = result.metrics?.[metric]?.better;
  return [
    { place, value, text: formatMetric({ value, dimension }), verdict: bad?.verdict, better },
  ];
}

/** Cases without axes, or with one: a row a case, a column a figure. */
function showCases(result: Result, cases: readonly string[]): Markup[] {
  const metrics = metricNames(result)
    .filter((name) => !name.includes('.'))
    .slice(0, mostMetrics);
  const variants = Map.groupBy(placesIn(result), ({ variant }) => variant);
  if (metrics.length === 0) return [];
  return [...variants].map(([variant, places]) => {
    const rows = cases.map((id) => {
      const place = places.find((one) => one.case === id);
      return {
        name: id,
        cells: metrics.map((metric) => place && cellOf(result, place, metric)[0]),
      };
    });
    const caption = variant === 'default' ? 'cases and figures' : `cases and figures, ${variant}`;
    return showHeat({ caption, corner: 'case', heads: metrics, perColumn: true }, rows);
  });
}

interface Heat {
  readonly caption: string;
  readonly corner: string;
  readonly heads: readonly string[];
  /** Each column is a figure of its own, and is shaded by itself. */
  readonly perColumn?: boolean;
}

interface HeatRow {
  readonly name: string;
  readonly cells: readonly (HeatCell | undefined)[];
}

function showHeat(
  { caption, corner, heads, perColumn = false }: Heat,
  rows: readonly HeatRow[],
): Markup {
  const all = rows.flatMap(({ cells }) => cells);
  const peers = (at: number) => (perColumn ? rows.map(({ cells }) => cells[at]) : all);
  const shades = heads.map((_, at) => shader(peers(at).filter((cell) => cell !== undefined)));
  return element(
    'div',
    { class: 'pan', tabindex: 0, role: 'region', 'aria-label': `heat map of ${caption}` },
    element(
      'table',
      { class: 'heat' },
      element('caption', {}, caption),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          [corner, ...heads].map((head) => element('th', { scope: 'col' }, head)),
        ),
      ),
      element(
        'tbody',
        {},
        rows.map(({ name, cells }) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, name),
            cells.map((cell, at) => showCell(cell, shades[at]!)),
          ),
        ),
      ),
    ),
  );
}

/** Five shades between the best and the worst; where neither way is better, between least and most. */
function shader(cells: readonly HeatCell[]): (cell: HeatCell) => number {
  const values = cells.map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return ({ value, better }) => {
    if (least === most) return 0;
    const share = (value - least) / (most - least);
    return Math.round(4 * (better === 'higher' ? 1 - share : share));
  };
}

function showCell(cell: HeatCell | undefined, shade: (cell: HeatCell) => number): Child {
  if (cell === undefined) return element('td', { class: 'none' }, '·');
  const { text, verdict } = cell;
  return element(
    'td',
    { class: `number h${shade(cell)}` },
    text,
    verdict && [' ', markVerdict(verdict)],
  );
}
