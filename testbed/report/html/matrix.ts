/** Cases as a grid with a figure in each cell: two axes of the matrix, or cases and figures. */
import type { Result } from '../../schema/result.ts';
import { formatMetric } from '../metric-text.ts';
import { element, type Markup } from './element.ts';
import { type HeatCell, type HeatMap, showHeat } from './heat-map.ts';
import { dimensionOf, medianOf, metricNames, type Place, placesIn, valuesOf } from './places.ts';

interface Axis {
  readonly name: string;
  readonly values: readonly string[];
}

type Parts = ReadonlyMap<string, string>;

const mostMetrics = 8;
const mostCells = 1_200;

export function matricesOf(result: Result): HeatMap[] {
  const cases = [...new Set(result.samples.map((one) => one.case))];
  if (cases.length < 2 || cases.length > mostCells) return [];
  const parts = new Map(cases.map((id) => [id, partsOf(id)]));
  const axes = axesOf([...parts.values()]);
  return axes.length >= 2 ? gridsOf(result, axes, parts) : gridsOfCases(result, cases);
}

export function showMatrices(result: Result): Markup | undefined {
  const grids = matricesOf(result);
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
    grids.map(showHeat),
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
function gridsOf(
  result: Result,
  axes: readonly Axis[],
  parts: ReadonlyMap<string, Parts>,
): HeatMap[] {
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
      const rows = down.values.map((row) => ({
        name: row,
        cells: across.values.map((column) => at(row, column)),
      }));
      const isTelling = new Set(cells.map(({ text }) => text)).size > 1;
      return isTelling ? [gridOf(caption, [down, across], rows)] : [];
    }),
  );
}

function gridOf(
  caption: string,
  [down, across]: readonly [Axis, Axis],
  rows: HeatMap['rows'],
): HeatMap {
  const names = { down: down.name, across: across.name };
  return { caption, ...names, heads: across.values, rows, alike: 'all' };
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
    {
      ...{ place, value, dimension, better },
      ...{ text: formatMetric({ value, dimension }), verdict: bad?.verdict },
    },
  ];
}

/** Cases without axes, or with one: a row a case, a column a figure. */
function gridsOfCases(result: Result, cases: readonly string[]): HeatMap[] {
  const metrics = metricNames(result)
    .filter((name) => !name.includes('.'))
    .slice(0, mostMetrics);
  const variants = Map.groupBy(placesIn(result), ({ variant }) => variant);
  if (metrics.length === 0) return [];
  return [...variants].map(([variant, places]): HeatMap => {
    const rows = cases.map((id) => {
      const place = places.find((one) => one.case === id);
      return {
        name: id,
        cells: metrics.map((metric) => place && cellOf(result, place, metric)[0]),
      };
    });
    const caption = variant === 'default' ? 'cases and figures' : `cases and figures, ${variant}`;
    return { caption, down: 'case', across: 'figure', heads: metrics, alike: 'column', rows };
  });
}
