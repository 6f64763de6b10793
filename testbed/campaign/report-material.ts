/** Reads what a report shows beside the result itself: the stories of some samples, and earlier runs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { entryOf, type HistoryEntry } from '../history/entry.ts';
import { type SampleStory, storyVersion } from '../measure/story.ts';
import type { Gate } from '../report/gate.ts';
import { type ReportMaterial, samplesToShow } from '../report/html/report-material.ts';
import type { Result, SampleResult } from '../schema/result.ts';
import { storyPath } from './folder.ts';
import { isMap, readStored } from './stored-json.ts';

export interface MaterialContext {
  /** What `--gate` says; `junit.xml` is red where the exit code is. */
  readonly gate: Gate | undefined;
  /** Earlier runs of the scenario. */
  readonly history?: readonly HistoryEntry[] | undefined;
}

export function readMaterial(
  folder: string,
  result: Result,
  { gate, history = [] }: MaterialContext,
): ReportMaterial {
  const shown = samplesToShow(result).map((one) => [one.records, readStory(folder, one)] as const);
  const stories = new Map(
    shown.filter((entry): entry is [string, SampleStory] => entry[1] !== undefined),
  );
  return {
    ...{ result, gate, stories },
    has: (file) => existsSync(join(folder, file)),
    history: [...history.filter((one) => isLike(one, result)), entryOf(result)],
    elsewhere: newestElsewhere(history, result.lab),
  };
}

function newestElsewhere(history: readonly HistoryEntry[], own: string): HistoryEntry[] {
  const byLab = Map.groupBy(history, ({ lab }) => lab);
  return [...byLab].filter(([lab]) => lab !== own).map(([, runs]) => runs.at(-1)!);
}

function isLike({ lab, startedAt }: HistoryEntry, { lab: own, run }: Result): boolean {
  return lab === own && startedAt < run.startedAt;
}

/** Undefined: it was not kept, or is of another version; the page goes without. */
export function readStory(folder: string, sample: SampleResult): SampleStory | undefined {
  const { case: caseId, variant, sample: number, seed } = sample;
  const name = storyPath({ caseId, variant, sample: number, seed });
  const found = readStored(folder, name, 'delete this file: the report goes without it');
  return isMap(found) && found['version'] === storyVersion
    ? (found as unknown as SampleStory)
    : undefined;
}
