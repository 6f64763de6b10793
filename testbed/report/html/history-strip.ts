/** How the last runs ended, one mark a run. */
import { nameRevision } from '../../history/since.ts';
import { element, type Markup } from './element.ts';
import type { ReportMaterial } from './report-material.ts';
import { ofThisRun } from './run-part.ts';
import { markVerdict } from './verdict-mark.ts';

const mostRuns = 20;

export function showHistory({ history, result }: ReportMaterial): Markup | undefined {
  if (history.length < 2) return ofThisRun();
  const runs = history.slice(-mostRuns);
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
              ['started', 'verdict', 'commit', 'broken'].map((head) =>
                element('th', { scope: 'col' }, head),
              ),
            ),
          ),
          element(
            'tbody',
            {},
            runs
              .toReversed()
              .map((entry) =>
                element(
                  'tr',
                  {},
                  element('th', { scope: 'row' }, entry.startedAt),
                  element('td', {}, markVerdict(entry.verdict)),
                  element('td', {}, element('code', {}, nameRevision(entry))),
                  element('td', {}, brokenIn(entry.rows)),
                ),
              ),
          ),
        ),
      ),
    ),
  );
}

function brokenIn(rows: ReportMaterial['history'][number]['rows']): string {
  const names = [
    ...new Set(
      rows.filter(({ verdict }) => verdict !== 'pass').map(({ expectation }) => expectation),
    ),
  ];
  return names.length > 5 ? `${names.slice(0, 5).join(', ')}, …` : names.join(', ');
}
