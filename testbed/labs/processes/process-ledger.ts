/** Processes in a run's ledger, so that `gc` ends those of a lab that was killed, and no others. */
import type { Ledger } from '../ledger/ledger.ts';
import type { LedgerEntry } from '../ledger/ledger-entry.ts';
import { startTimeOf } from '../ledger/process-table.ts';
import type { ProcessLedger } from './node-process.ts';

/**
 * A process has no number before it is there: one that is killed in between dies with its lab, or is
 * found in its namespace.
 */
export function ledgerOfProcesses(ledger: Ledger): ProcessLedger {
  const entries = new Map<number, LedgerEntry>();
  return {
    noteProcess: (pid) => {
      const startTime = startTimeOf(pid);
      if (startTime === undefined) return;
      const entry = { kind: 'process', pid, startTime } as const;
      entries.set(pid, entry);
      ledger.note(entry);
    },
    strikeProcess: (pid) => {
      const entry = entries.get(pid);
      if (entry !== undefined) ledger.strike(entry);
      entries.delete(pid);
    },
  };
}
