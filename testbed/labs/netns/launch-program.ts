/** How this lab starts a program of the plan: which process it is, where it stands, what it prints to. */
import { join } from 'node:path';
import type { MonotonicTime } from '../../../src/runtime/run-clock.ts';
import type { Plan } from '../../plan/plan.ts';
import type { LabOptions } from '../lab.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { CatalogueProcess } from '../processes/catalogue-process.ts';
import { ledgerOfProcesses } from '../processes/process-ledger.ts';
import type { LaunchProgram } from '../processes/program-roster.ts';
import type { StandingRig } from './standing-rig.ts';

export interface LaunchParts extends Pick<LabOptions, 'onRecord' | 'outputFolder'> {
  readonly plan: Plan;
  readonly start: MonotonicTime;
  readonly standing: StandingRig;
  readonly ledger: Ledger;
}

export function launcherFor(parts: LaunchParts): LaunchProgram {
  const { plan, start, standing, onRecord, outputFolder } = parts;
  const ledger = ledgerOfProcesses(parts.ledger);
  return (planned) =>
    new CatalogueProcess({
      ...{ planned, seed: plan.seed, start, onRecord, ledger },
      runId: standing.rig.runId,
      namespacePath: standing.namespacePathOf(planned.node),
      outputPath: outputFolder && join(outputFolder, `${fileNameOf(planned.id)}.txt`),
    });
}

/** `download/sink` is one file and no folder. */
function fileNameOf(id: string): string {
  return id.replaceAll('/', '-');
}
