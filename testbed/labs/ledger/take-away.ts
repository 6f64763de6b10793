/** How each kind of thing that a ledger names is taken away. */
import { existsSync, rmSync } from 'node:fs';
import { detachMount } from '../../../src/linux/mount.ts';
import { endProcess, endProcessesIn } from './end-processes.ts';
import { giveBack } from './give-back.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import { pinPath, unpinNamespace } from './namespace-pins.ts';
import { identityOf } from './process-table.ts';

/** What the kernel holds. */
export type KernelEntry = Exclude<LedgerEntry, { readonly kind: 'container' | 'image' }>;

export function isOfKernel(entry: LedgerEntry): entry is KernelEntry {
  return entry.kind !== 'container' && entry.kind !== 'image';
}

/** What of it was still there, the last made first: processes, also those in the namespaces, then the rest. */
export function takeAway(entries: readonly KernelEntry[]): KernelEntry[] {
  const guests = endProcessesIn(identitiesOf(entries)).map(
    (one) => ({ kind: 'process', ...one }) as const,
  );
  const processes = entries.filter(({ kind }) => kind === 'process');
  const others = entries.filter(({ kind }) => kind !== 'process');
  return [...guests, ...[...processes, ...others.toReversed()].filter(takeOne)];
}

function takeOne(entry: KernelEntry): boolean {
  switch (entry.kind) {
    case 'process':
      return endProcess(entry.pid, entry.startTime);
    case 'namespace':
      return unpinNamespace(entry.name);
    case 'interface':
      return giveBack(entry);
    case 'mount':
      return detachMount(entry.path);
    case 'file':
    case 'folder': {
      const isThere = existsSync(entry.path);
      rmSync(entry.path, { force: true, recursive: entry.kind === 'folder' });
      return isThere;
    }
  }
}

/** A pin on which nothing is mounted yet is a plain file: nobody stands in it. */
function identitiesOf(entries: readonly KernelEntry[]): Set<string> {
  const names = entries.flatMap((entry) => (entry.kind === 'namespace' ? [entry.name] : []));
  const found = names.map((name) => identityOf(pinPath(name)));
  return new Set(found.filter((identity) => identity !== undefined));
}
