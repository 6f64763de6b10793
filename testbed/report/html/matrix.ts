/** Cases as a grid with a figure in each cell: two axes of the matrix, or cases and figures. */
import type { Result } from '../../schema/result.ts';
import { formatMetric } from '../metric-text.ts';
import { element, type Markup } from './element.ts';
import { type HeatCell, showHeat } from './heat-map.ts';
import { dimensionOf, medianOf, metricNames, type Place, placesIn, valuesOf } from './places.ts';

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
      'Medians. The deeper the colour, the worse; a sign says what did not pass there, a point that there is no value.',
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
  const names = [...new Set(cases.flatMap((parts) => [...parts.keys()]))].filter(isRun);
  return names
    .map((name) => ({
      name,
      values: [...new Set(cases.flatMap((parts) => parts.get(name) ?? []))],
    }))
    .filter(({ values }) => values.length > 1);
}

/** What is expected there may differ by case; it changes nothing of what is run. */
function isRun(name: string): boolean {
  return !name.startsWith('expect.');
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
      const at = (row: string, column: string): PlaceCell | undefined =>
        cells.find(({ place }) => {
          const own = parts.get(place.case)!;
          return own.get(down.name) === row && own.get(across.name) === column;
        });
      const caption = facet === '' ? metric : `${metric}, ${facet}`;
      return new Set(cells.map(({ text }) => text)).size < 2
        ? []
        : showHeat(
            {
              caption,
              corner: `${down.name} \\ ${across.name}`,
              heads: across.values,
              alike: 'all',
            },
            down.values.map((row) => ({
              name: row,
              cells: across.values.map((column) => at(row, column)),
            })),
          );
    }),
  );
}

interface PlaceCell extends HeatCell {
  readonly place: Place;
}

function cellOf(result: Result, place: Place, metric: string): PlaceCell[] {
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
    return showHeat({ caption, corner: 'case', heads: metrics, alike: 'column' }, rows);
  });
}
