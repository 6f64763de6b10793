import type { Command } from 'commander';
import type { CollectedRun } from '../labs/ledger/collect-garbage.ts';
import { formatJson } from '../report/json.ts';
import { formatPlainTable } from './plain-table.ts';
import type { Session } from './session.ts';

export function addGc(program: Command, { terminal }: Session): void {
  program
    .command('gc')
    .description('take away what killed runs left behind: what their ledgers name, nothing else')
    .option('--json', 'print what was taken away as JSON and nothing else')
    .action(async (flags: { json?: boolean }) => {
      const { collectGarbage } = await import('../labs/ledger/collect-garbage.ts');
      const runs = await collectGarbage();
      terminal.print(flags.json ? formatJson(runs) : formatCollected(runs));
    });
}

export function formatCollected(runs: readonly CollectedRun[]): string {
  if (runs.length === 0) return 'no run has left anything behind\n';
  return formatPlainTable(['run', 'killed as', 'taken away'], runs.map(rowOf));
}

function rowOf({ runId, owner, removed }: CollectedRun): string[] {
  const kinds = Map.groupBy(removed, ({ kind }) => kind);
  const counts = [...kinds].map(
    ([kind, { length }]) => `${length} ${kind}${length === 1 ? '' : pluralEnding(kind)}`,
  );
  const whose = owner === undefined ? 'before it said' : `pid ${owner.pid}`;
  return [runId, whose, counts.length === 0 ? 'its folder' : `${counts.join(', ')}, its folder`];
}

function pluralEnding(kind: string): string {
  return kind === 'process' ? 'es' : 's';
}
