import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { declareLack, lackHere } from '../../../src/linux/testing-lab.ts';
import { builtInPrograms } from '../../../src/programs/catalog.ts';
import type { PlannedNode } from '../../plan/plan.ts';
import { labConformance } from '../lab.conformance.ts';
import type { Lab } from '../lab.ts';
import { newRunId } from '../ledger/run-id.ts';
import { runRoot } from '../ledger/run-root.ts';
import { createNetnsLab } from './netns-lab.ts';

const runIds: string[] = [];

function nextRunId(): string {
  const runId = newRunId();
  runIds.push(runId);
  return runId;
}

/** Of these runs alone: others may run labs meanwhile. */
function leftovers(): string[] {
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

const createLab = (): Lab => createNetnsLab(Object.keys(builtInPrograms), nextRunId);

/** The same drawings on a stack of our own: terminals and hosts have an interface daemon each. */
function createOwnLab(): Lab {
  const lab = createLab();
  return {
    ...lab,
    up: (plan, options) => lab.up({ ...plan, nodes: plan.nodes.map(own) }, options),
  };
}

function own(node: PlannedNode): PlannedNode {
  if (node.kind !== 'terminal' && node.kind !== 'host') return node;
  return { ...node, interfaces: node.interfaces.map((one) => ({ ...one, stack: 'own' })) };
}

const lack = lackHere();
if (lack !== undefined) declareLack(lack);
else {
  labConformance({ name: 'netns', createLab, leftovers });
  labConformance({ name: 'netns with own stacks', createLab: createOwnLab, leftovers });
}
