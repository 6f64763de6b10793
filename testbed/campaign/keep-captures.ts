/** Captures are large: of a run that has ended, those stay that somebody may open. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { samplesToShow } from '../report/html/report-material.ts';
import type { Result } from '../schema/result.ts';
import { capturePath, type RunFolder } from './folder.ts';

/** Of samples that went wrong or are the worst of a broken row, and of one that passed. */
export function dropOtherCaptures(folder: RunFolder, result: Result): void {
  const shown = samplesToShow(result);
  const bad = new Set(result.rows.flatMap((row) => (row.verdict === 'pass' ? [] : [row.case])));
  const good = shown.find((one) => one.outcome.kind === 'finished' && !bad.has(one.case));
  const isKept = (one: Result['samples'][number]): boolean =>
    one === good || one.outcome.kind !== 'finished' || (bad.has(one.case) && shown.includes(one));
  for (const sample of result.samples.filter((one) => !isKept(one))) {
    const { case: caseId, variant, sample: number, seed } = sample;
    rmSync(join(folder.path, capturePath({ caseId, variant, sample: number, seed })), {
      force: true,
    });
  }
}
