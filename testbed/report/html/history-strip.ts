/** How the last runs ended, one mark a run, and where a figure changed its level. */
import type { HistoryEntry } from '../../history/entry.ts';
import { nameRevision } from '../../history/since.ts';
import { type LevelChange, levelChangesIn } from '../level-changes.ts';
import { element, type Markup } from './element.ts';
import type { ReportMaterial } from './report-material.ts';
import { ofThisRun } from './run-part.ts';
import { markVerdict } from './verdict-mark.ts';

const mostRuns = 20;
/** Among more of them a change of level is not looked for. */
const mostCompared = 100;
const mostFigures = 60;

export function showHistory({ history, result }: ReportMaterial): Markup | undefined {
  if (history.length < 2) return ofThisRun();
  const runs = history.slice(-mostRuns);
  const changes = Map.groupBy(
    levelChangesIn(history.slice(-mostCompared).map(withMeasures)),
    ({ startedAt }) => startedAt,
  );
  return ofThisRun(
    element(
      'section',
      { 'aria-labelledby': 'history' },
      element('h2', { id: 'history' }, 'History'),
      element(
        'p',
        {},
        `The last ${runs.length} runs of ${result.scenario} in ${result.lab}, the newest first.`,
      ),
      element(
        'div',
        { class: 'pan', tabindex: 0, role: 'region', 'aria-labelledby': 'history' },
        element(
          'table',
          {},
          element(
            'thead',
            {},
            element(
              'tr',
              {},
              ['started', 'verdict', 'commit', 'broken', 'level changed'].map((head) =>
                element('th', { scope: 'col' }, head),
              ),
            ),
          ),
          element(
            'tbody',
            {},
            runs.toReversed().map((entry) => showRun(entry, changes.get(entry.startedAt) ?? [])),
          ),
        ),
      ),
    ),
  );
}

function showRun(entry: HistoryEntry, changes: readonly LevelChange[]): Markup {
  const levels = changes.map(({ figure, before, after }) => `${figure}: ${before} to ${after}`);
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, entry.startedAt),
    element('td', {}, markVerdict(entry.verdict)),
    element('td', {}, element('code', {}, nameRevision(entry))),
    element('td', {}, brokenIn(entry.rows)),
    element('td', {}, levels.join('; ')),
  );
}

function withMeasures(entry: HistoryEntry): HistoryEntry {
  const own = entry.figures.filter(({ metric }) => !metric.includes('.'));
  return { ...entry, figures: own.slice(0, mostFigures) };
}

function brokenIn(rows: ReportMaterial['history'][number]['rows']): string {
  const names = [
    ...new Set(
      rows.filter(({ verdict }) => verdict !== 'pass').map(({ expectation }) => expectation),
    ),
  ];
  return names.length > 5 ? `${names.slice(0, 5).join(', ')}, …` : names.join(', ');
}
