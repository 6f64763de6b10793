/**
 * Finished samples, each a small file of its own beside its records: a run that is cut off at any
 * moment loses the sample that it was in, and no other.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { formatJson } from '../report/json.ts';
import type { SampleOutcome, SampleResult } from '../schema/result.ts';
import { type RunFolder, recordsPath, samplePath, writeWhole } from './folder.ts';
import type { Slot } from './schedule.ts';
import { damaged, isMap, readStored } from './stored-json.ts';

const remedy =
  'delete this file, and run the same command again with --resume: the sample is run anew';

/** Gives it back as it is read again, so that a resumed run judges the very same. */
export function storeSample(folder: RunFolder, slot: Slot, sample: SampleResult): SampleResult {
  const text = formatJson(sample);
  writeWhole(folder, samplePath(slot), text);
  return JSON.parse(text);
}

/** Undefined where it must be run: it is not there, it was interrupted, or its records are gone. */
export function findSample(folder: RunFolder, slot: Slot): SampleResult | undefined {
  const name = samplePath(slot);
  const found = readStored(folder.path, name, remedy);
  if (found === undefined || !existsSync(join(folder.path, recordsPath(slot)))) return undefined;
  if (!isSample(found) || !isOf(found, slot)) {
    throw damaged(join(folder.path, name), `it is not sample ${slot.sample} of this run`, remedy);
  }
  return found.outcome.kind === 'interrupted' ? undefined : found;
}

function isOf(found: SampleResult, { caseId, variant, sample }: Slot): boolean {
  return found.case === caseId && found.variant === variant && found.sample === sample;
}

const outcomes: readonly SampleOutcome['kind'][] = [
  ...(['finished', 'failed', 'invalid', 'unsupported', 'interrupted'] as const),
];

/** As far as the judge leans on it. */
export function isSample(value: unknown): value is SampleResult {
  if (!isMap(value) || !isMap(value['outcome']) || !isMap(value['metrics'])) return false;
  const { kind } = value['outcome'];
  return (
    outcomes.some((outcome) => outcome === kind) &&
    ['case', 'variant', 'records'].every((key) => typeof value[key] === 'string') &&
    ['sample', 'seed', 'invalidBefore'].every((key) => Number.isSafeInteger(value[key])) &&
    Object.values(value['metrics']).every(isMap)
  );
}
