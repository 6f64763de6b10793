import type { Command } from 'commander';
import type { CollectedRun } from '../labs/ledger/collect-garbage.ts';
import { formatJson } from '../report/json.ts';
import { addMininetOptions, type MininetFlags, mininetTarget } from './mininet-flags.ts';
import { formatPlainTable } from './plain-table.ts';
import type { Session } from './session.ts';

interface GcFlags extends MininetFlags {
  readonly json?: boolean;
}

export function addGc(program: Command, { terminal }: Session): void {
  const command = program
    .command('gc')
    .description('take away what killed runs left behind: what their ledgers name, nothing else')
    .option('--json', 'print what was taken away as JSON and nothing else')
    .action(async (flags: GcFlags) => {
      const runs = await collect(flags);
      terminal.print(flags.json ? formatJson(runs) : formatCollected(runs));
    });
  addMininetOptions(command, {});
}

/** Here, or on the Mininet machine that is named. */
async function collect(flags: GcFlags): Promise<readonly CollectedRun[]> {
  if (flags.mininet === undefined) {
    const { collectGarbage } = await import('../labs/ledger/collect-garbage.ts');
    return collectGarbage();
  }
  const { collectThere } = await import('../labs/mininet-driver/collect-there.ts');
  return collectThere(mininetTarget(flags));
}

export function formatCollected(runs: readonly CollectedRun[]): string {
  if (runs.length === 0) return 'no run has left anything behind\n';
  return formatPlainTable(['run', 'killed as', 'taken away'], runs.map(rowOf));
}

function rowOf({ runId, owner, removed, left }: CollectedRun): string[] {
  const whose = owner === undefined ? 'before it said' : `pid ${owner.pid}`;
  const counts = countsOf(removed);
  const engine =
    left.length === 0
      ? 'its folder'
      : `and ${countsOf(left).join(', ')} not, since their engine does not run: start it, and call gc again`;
  return [runId, whose, [...counts, engine].join(', ')];
}

function countsOf(entries: CollectedRun['removed']): string[] {
  const kinds = Map.groupBy(entries, ({ kind }) => kind);
  return [...kinds].map(
    ([kind, { length }]) => `${length} ${kind}${length === 1 ? '' : pluralEnding(kind)}`,
  );
}

function pluralEnding(kind: string): string {
  return kind === 'process' ? 'es' : 's';
}
