/** What runs a campaign for a verb: its lab, its folder, its progress. */
import { join } from 'node:path';
import { startBudget } from '../campaign/budget.ts';
import type { CampaignOptions } from '../campaign/campaign-options.ts';
import { holdFolder } from '../campaign/folder.ts';
import { readHistory } from '../campaign/keep-history.ts';
import { openNoiseFiles } from '../campaign/noise-store.ts';
import { readRevision } from '../campaign/revision.ts';
import { startRunClock } from '../campaign/run-facts.ts';
import { cacheFolder } from '../labs/cache-folder.ts';
import type { Lab } from '../labs/lab.ts';
import { baselinesFolder, readBaselineOf } from './baseline-files.ts';
import { chooseLab } from './options.ts';
import { noProgress, startProgress } from './progress-line.ts';
import {
  againCommand,
  folderFor,
  historyFolder,
  type RunFlags,
  type SampleChoice,
} from './run-flags.ts';
import type { Session } from './session.ts';
import { chooseTrustedLab } from './trusted-lab.ts';

type Run = (options: CampaignOptions) => Promise<unknown>;

/** Holds the folder and shows the progress while one scenario is run. */
export async function createRunner(flags: RunFlags, session: Session, given?: Lab) {
  const lab = given ?? (await chooseTrustedLab(flags.lab, flags));
  const virtual = lab.name === 'sim' ? undefined : await chooseLab('sim');
  const { terminal, command, version } = session;
  const revision = readRevision(process.cwd());
  const { totalMs, text } = flags.budget ?? {};
  const budget = totalMs === undefined ? undefined : startBudget(totalMs, text!);
  return async (choice: SampleChoice, run: Run): Promise<void> => {
    using folder = holdFolder(folderFor(choice.loaded, flags));
    const progress = flags.json ? noProgress() : startProgress(terminal, choice.loaded.name);
    await run({
      ...choice,
      ...{
        lab,
        virtual,
        folder,
        budget,
        shard: flags.shard,
        gate: flags.gate,
        signal: terminal.signal,
      },
      resume: flags.resume ?? false,
      capture: flags.capture === true || flags.captureFailed === true,
      references: () => readBaselineOf(choice.loaded.name, baselinesFolder).baseline,
      noise: openNoiseFiles(join(cacheFolder(process.env), 'noise')),
      clock: startRunClock(),
      facts: { command, version, revision },
      history: readHistory(historyFolder(flags), choice.loaded.name).entries,
      again: (slot) => againCommand(choice, slot, flags),
      onSlot: progress.begin,
    });
    progress.end();
  };
}
