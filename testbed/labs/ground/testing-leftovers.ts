/** Runs of a test, and what is still there of them: others may run labs meanwhile. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { newRunId } from '../ledger/run-id.ts';
import { runRoot } from '../ledger/run-root.ts';

const runIds: string[] = [];

export function nextRunId(): string {
  const runId = newRunId();
  runIds.push(runId);
  return runId;
}

export function leftovers(): string[] {
  const environments = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(environmentOf);
  return runIds.flatMap((runId) => [
    ...namesIn(runRoot()).filter((name) => name === runId),
    ...namesIn('/run/netns').filter((name) => name.startsWith(`rw-${runId}-`)),
    ...environments.filter((text) => text.includes(`ROPEWALK_RUN=${runId}\0`)),
  ]);
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}
