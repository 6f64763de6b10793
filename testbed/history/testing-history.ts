/** Runs that never were. */
import type { Verdict } from '../schema/result.ts';
import type { HistoryEntry } from './entry.ts';

export function entryAt(
  day: number,
  verdict: Verdict,
  parts: Partial<HistoryEntry> = {},
): HistoryEntry {
  const startedAt = `2026-06-${String(day).padStart(2, '0')}T09:00:00.000Z`;
  const row = { case: 'default', variant: 'default', expectation: 'short-gap' };
  return {
    version: 1,
    scenario: 'failover',
    file: 'scenarios/failover.yaml',
    lab: 'sim',
    seed: 7,
    startedAt,
    revision: { commit: `${day}`.repeat(40).slice(0, 40), isDirty: false },
    fingerprint: '0123456789ab',
    machine: 'Abacus 3000',
    node: '26.0.0',
    ropewalk: '0.1.0',
    meaning: 'aaaa',
    verdict,
    rows: [{ ...row, verdict, shown: verdict }],
    figures: [],
    ...parts,
  };
}
