/** What a shard left beside its result, to where the whole run would have left it. */
import { constants, copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SampleResult } from '../schema/result.ts';
import { beginFile, capturePath, type RunFolder, recordsPath, storyPath } from './folder.ts';
import { storeSample } from './sample-store.ts';
import type { Slot } from './schedule.ts';
import type { FoundShard } from './shard-result.ts';

/** Records may have been left behind, as they are large; samples come out of the result. */
export function copyRecords(
  { folder, result }: FoundShard,
  to: RunFolder,
  taken: ReadonlySet<SampleResult>,
): void {
  for (const sample of result.ran.filter((one) => taken.has(one))) {
    const slot = slotOf(sample);
    copyIfThere(folder, to, recordsPath(slot));
    copyIfThere(folder, to, storyPath(slot));
    copyIfThere(folder, to, capturePath(slot));
    storeSample(to, slot, sample);
  }
}

function slotOf({ case: caseId, variant, sample, seed }: SampleResult): Slot {
  return { caseId, variant, sample, seed };
}

function copyIfThere(from: string, to: RunFolder, name: string): void {
  const source = join(from, name);
  if (!existsSync(source)) return;
  const file = beginFile(to, name);
  try {
    copyFileSync(source, file.partial, constants.COPYFILE_FICLONE);
    file.finish();
  } catch (error) {
    throw file.abandon(error);
  }
}
