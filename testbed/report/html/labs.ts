/** The same figures in each lab that ran the scenario: a row a figure, a column a lab. */
import type { HistoryEntry, HistoryFigure } from '../../history/entry.ts';
import { nameRevision } from '../../history/since.ts';
import { formatMetric } from '../metric-text.ts';
import { type Child, element, type Markup } from './element.ts';
import { type HeatCell, type HeatMap, type HeatRow, showHeat } from './heat-map.ts';
import { nameOf } from './places.ts';
import type { ReportMaterial } from './report-material.ts';
import { ofThisRun } from './run-part.ts';

const mostFigures = 60;

/** Undefined: only one lab is known to have run it. */
export function labsMap({ elsewhere, history, result }: ReportMaterial): HeatMap | undefined {
  const own = history.at(-1);
  if (own === undefined || elsewhere.length === 0) return undefined;
  const labs = [own, ...elsewhere];
  const figures = own.figures.filter(({ metric }) => !metric.includes('.')).slice(0, mostFigures);
  const rows = figures.map((figure) => rowOf(figure, labs, result.metrics));
  const heads = labs.map(({ lab }) => lab);
  return { caption: 'figures by lab', down: 'figure', across: 'lab', heads, rows, alike: 'row' };
}

export function showLabs(material: ReportMaterial): Markup | undefined {
  const { elsewhere, history } = material;
  const [own, map] = [history.at(-1), labsMap(material)];
  if (own === undefined || map === undefined) return undefined;
  return ofThisRun(
    element(
      'section',
      { 'aria-labelledby': 'labs' },
      element('h2', { id: 'labs' }, 'Labs'),
      element(
        'p',
        {},
        'Medians of the same figure in each lab, from the last run that is known there.',
      ),
      showHeat(map),
      element(
        'ul',
        {},
        [own, ...elsewhere].map((entry) => element('li', {}, describeRun(entry, own))),
      ),
    ),
  );
}

function rowOf(
  figure: HistoryFigure,
  labs: readonly HistoryEntry[],
  facts: ReportMaterial['result']['metrics'],
): HeatRow {
  const { metric } = figure;
  return {
    name: `${metric}${figure.case === 'default' && figure.variant === 'default' ? '' : ` · ${nameOf(figure, '')}`}`,
    cells: labs.map(({ figures }): HeatCell | undefined => {
      const found = figures.find((one) => isSame(one, figure));
      if (found === undefined) return undefined;
      const { median: value, dimension } = found;
      const text = formatMetric({ value, dimension });
      return { value, dimension, text, verdict: undefined, better: facts?.[metric]?.better };
    }),
  };
}

function isSame(one: HistoryFigure, other: HistoryFigure): boolean {
  return one.metric === other.metric && one.case === other.case && one.variant === other.variant;
}

function describeRun(entry: HistoryEntry, own: HistoryEntry): Child {
  const { lab, verdict, startedAt, meaning, machine } = entry;
  const other =
    meaning === own.meaning ? '' : '; it ran other cases, or another scenario by this name';
  return `${lab}: ${verdict}, ${startedAt}, ${nameRevision(entry)}, ${machine}${other}.`;
}
