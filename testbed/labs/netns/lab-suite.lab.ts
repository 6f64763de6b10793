import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { declareLack, lackHere } from '../../../src/linux/testing-lab.ts';
import { builtInPrograms } from '../../../src/programs/catalog.ts';
import { labConformance } from '../lab.conformance.ts';
import { runRoot } from '../ledger/run-root.ts';
import { createNetnsLab } from './netns-lab.ts';

const runIdOf = (namespace: string): string => namespace.split('-')[1]!;

/** Others may run labs meanwhile: what is theirs has a ledger, and another parent. */
function leftovers(): string[] {
  const root = runRoot();
  const runs = existsSync(root) ? readdirSync(root) : [];
  const pinned = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
  const orphans = pinned.filter((name) => name.startsWith('rw-') && !runs.includes(runIdOf(name)));
  return [...orphans, ...runs.filter((run) => isOurs(join(root, run))), ...childrenHere()];
}

function isOurs(folder: string): boolean {
  try {
    return readFileSync(join(folder, 'ledger.ndjson'), 'utf8').includes(`"pid":${process.pid},`);
  } catch {
    return false;
  }
}

function childrenHere(): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => parentOf(pid) === process.pid);
}

function parentOf(pid: string): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

const lack = lackHere();
if (lack !== undefined) declareLack(lack);
else {
  labConformance({
    name: 'netns',
    createLab: () => createNetnsLab(Object.keys(builtInPrograms)),
    leftovers,
  });
}
