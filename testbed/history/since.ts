/** Since when an expectation is broken, and what changed between the last good run and the first bad one. */
import type { HistoryEntry, HistoryRow } from './entry.ts';

export interface Since {
  /** Undefined: no run that is known kept it. */
  readonly lastGood: HistoryEntry | undefined;
  readonly firstBad: HistoryEntry;
  /** How many runs in a row broke it. */
  readonly badRuns: number;
  /** Other than the commit: `the scenario`, `the machine (Abacus 3000 to Abacus 4000)`. */
  readonly changed: readonly string[];
}

export type RowKey = Pick<HistoryRow, 'case' | 'variant' | 'expectation'>;

/** `entries` of one scenario in one lab, oldest first. Undefined: the last run that has it keeps it. */
export function sinceWhen(entries: readonly HistoryEntry[], key: RowKey): Since | undefined {
  const known = entries.flatMap((entry) => {
    const row = entry.rows.find((one) => isOf(one, key));
    return row?.verdict === 'pass' || row?.verdict === 'fail' ? [{ entry, row }] : [];
  });
  const lastGoodAt = known.findLastIndex(({ row }) => row.verdict === 'pass');
  const firstBad = known[lastGoodAt + 1]?.entry;
  if (firstBad === undefined) return undefined;
  const lastGood = known[lastGoodAt]?.entry;
  return {
    ...{ lastGood, firstBad },
    badRuns: known.length - lastGoodAt - 1,
    changed:
      lastGood === undefined
        ? []
        : [
            ...boundChange(known[lastGoodAt]!.row, known[lastGoodAt + 1]!.row),
            ...changesBetween(lastGood, firstBad),
          ],
  };
}

function isOf(row: HistoryRow, key: RowKey): boolean {
  return (
    row.case === key.case && row.variant === key.variant && row.expectation === key.expectation
  );
}

/** Another bound may break what runs as it always did. */
function boundChange({ expects: before }: HistoryRow, { expects: after }: HistoryRow): string[] {
  return before === undefined || after === undefined || before === after
    ? []
    : [`the bound (${before} to ${after})`];
}

/** In words, each with what it was and is. */
export function changesBetween(before: HistoryEntry, after: HistoryEntry): string[] {
  const differs = (what: string, from: string, to: string): string[] =>
    from === to ? [] : [`${what} (${from} to ${to})`];
  return [
    ...(before.meaning === after.meaning ? [] : ['the scenario: what is run or measured']),
    ...(before.fingerprint === after.fingerprint
      ? []
      : differs('the machine', before.machine, after.machine)),
    ...differs('Node', before.node, after.node),
    ...differs('Ropewalk', before.ropewalk, after.ropewalk),
    ...differs('the seed', String(before.seed), String(after.seed)),
  ];
}

/** `1a2b3c4d5e6f (with changes)`; of what was not in a repository, when it ran. */
export function nameRevision({ revision, startedAt }: HistoryEntry): string {
  if (revision === undefined) return `the run of ${startedAt}`;
  return `${revision.commit.slice(0, 12)}${revision.isDirty ? ' with uncommitted changes' : ''}`;
}
