/** Variants side by side: medians, and what each is of the first. */
import type { Result } from '../../schema/result.ts';
import { formatMetric } from '../metric-text.ts';
import { showTable } from './drawing.ts';
import { element, type Markup } from './element.ts';
import { dimensionOf, medianOf, metricNames, placesIn, valuesOf } from './places.ts';

const mostRows = 400;

export function showVariants(result: Result): Markup | undefined {
  const variants = [...new Set(result.samples.map(({ variant }) => variant))];
  if (variants.length < 2) return undefined;
  const places = placesIn(result);
  const cases = [...new Set(places.map((one) => one.case))];
  const rows = cases.flatMap((caseId) =>
    metricNames(result).map((metric) => {
      const medians = variants.map((variant) => {
        const place = places.find((one) => one.case === caseId && one.variant === variant);
        const values = place === undefined ? [] : valuesOf(place, metric);
        return values.length === 0 ? undefined : medianOf(values.map(({ value }) => value));
      });
      return { caseId, metric, medians };
    }),
  );
  const telling = rows.filter(({ medians }) =>
    medians.some((one) => one !== undefined && one !== medians[0]),
  );
  if (telling.length === 0) return undefined;
  const table = {
    heads: ['metric', ...(cases.length > 1 ? ['case'] : []), ...variants],
    rows: telling
      .slice(0, mostRows)
      .map(({ caseId, metric, medians }) => [
        metric,
        ...(cases.length > 1 ? [caseId] : []),
        ...medians.map((median) => describe(median, medians[0], dimensionOf(result, metric)!)),
      ]),
  };
  return element(
    'section',
    { 'aria-labelledby': 'variants' },
    element('h2', { id: 'variants' }, 'Variants side by side'),
    element(
      'p',
      {},
      `Medians where they differ; in brackets, how many times that of ${variants[0]}.`,
    ),
    showTable(table, { label: 'variants' }),
  );
}

function describe(
  median: number | undefined,
  first: number | undefined,
  dimension: NonNullable<ReturnType<typeof dimensionOf>>,
): string {
  if (median === undefined) return '–';
  const text = formatMetric({ value: median, dimension });
  if (first === undefined || first === 0 || median === first) return text;
  return `${text} (×${Number((median / first).toPrecision(3))})`;
}
