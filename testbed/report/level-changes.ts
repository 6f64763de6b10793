/** Where the figures of kept runs changed their level, in words. */
import { findChanges } from '../history/change-points.ts';
import type { HistoryEntry, HistoryFigure } from '../history/entry.ts';
import { changesBetween, nameRevision } from '../history/since.ts';
import { formatMetric } from './metric-text.ts';

export interface LevelChange {
  readonly figure: string;
  readonly lab: string;
  readonly before: string;
  readonly after: string;
  readonly ratio: number;
  readonly startedAt: string;
  readonly revision: string;
  /** What else is not as it was in the run before: `the machine (Abacus 3000 to Abacus 4000)`. */
  readonly changed: readonly string[];
}

/** Runs of another scenario by the same name are another series: their figures are of something else. */
export function levelChangesIn(entries: readonly HistoryEntry[]): LevelChange[] {
  const latest = entries.at(-1)?.meaning;
  const same = entries.filter(({ meaning }) => meaning === latest);
  const series = Map.groupBy(
    same.flatMap((entry) => entry.figures.map((figure) => ({ entry, figure }))),
    ({ figure }) => JSON.stringify([figure.case, figure.variant, figure.metric]),
  );
  return [...series.values()].flatMap((points) =>
    findChanges(points.map(({ figure }) => figure.median)).map(({ at, before, after }) => {
      const { entry, figure } = points[at]!;
      const format = (value: number): string =>
        formatMetric({ value, dimension: figure.dimension });
      return {
        ...{ figure: nameFigure(figure), lab: entry.lab },
        ...{ before: format(before), after: format(after), ratio: after / before },
        ...{ startedAt: entry.startedAt, revision: nameRevision(entry) },
        changed: changesBetween(points[at - 1]!.entry, entry),
      };
    }),
  );
}

function nameFigure({ metric, case: caseId, variant }: HistoryFigure): string {
  const place = [caseId, variant].filter((part) => part !== 'default').join(', ');
  return place === '' ? metric : `${metric} (${place})`;
}
