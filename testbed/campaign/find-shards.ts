/** All shards below some folders, by run; what can't be merged is named. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../src/base/errors.ts';
import { differenceOf } from './campaign-file.ts';
import { samplesOfEveryLook, slotName } from './planned-slots.ts';
import { samplesUpTo, scheduleSamples } from './schedule.ts';
import { sliceShard } from './shard.ts';
import type { FoundShard } from './shard-result.ts';
import { readShardResult } from './shard-result.ts';
import { damaged } from './stored-json.ts';

export type WholeRun = readonly [FoundShard, ...FoundShard[]];

/** For each scenario its shards, all of them, in order. */
export function findShards(folders: readonly string[]): Map<string, WholeRun> {
  const found = [...new Set(folders.flatMap(listFolders))].flatMap((folder) => {
    const result = readShardResult(folder);
    return result === undefined ? [] : [{ folder, result }];
  });
  if (found.length === 0) throw noShards(folders);
  const runs = Map.groupBy(found, ({ result }) => result.campaign.scenario);
  return new Map([...runs].map(([scenario, shards]) => [scenario, checkRun(scenario, shards)]));
}

function noShards(folders: readonly string[]): InputError {
  return new InputError({
    code: 'no-shards',
    message: `there is no finished shard in ${folders.join(', ')}`,
    hint: 'name the folders that ropewalk run --shard wrote; one that was cut off goes on with --resume',
  });
}

/** Folders that a run wrote, however deep; not what stands within them. */
function listFolders(folder: string): string[] {
  const entries = listEntries(folder);
  if (entries.some(({ name }) => name === 'result.json' || name === 'campaign.json'))
    return [folder];
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted()
    .flatMap((name) => listFolders(join(folder, name)));
}

function listEntries(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    throw new InputError({
      code: 'no-shards',
      message: `${folder} can't be read: ${(cause as Error).message}`,
      hint: 'name the folders that ropewalk run --shard wrote',
      cause,
    });
  }
}

function checkRun(scenario: string, shards: readonly FoundShard[]): WholeRun {
  const sorted = shards.toSorted((a, b) => a.result.shard.index - b.result.shard.index);
  const [first, ...others] = sorted as [FoundShard, ...FoundShard[]];
  for (const other of others) checkSame(first, other);
  checkComplete(scenario, [first, ...others]);
  for (const shard of sorted) checkSamples(shard);
  return [first, ...others];
}

function checkSame(first: FoundShard, other: FoundShard): void {
  const [one, two] = [factsOf(first), factsOf(other)];
  const difference =
    one.of === two.of ? differenceOf(one, two) : `one is of ${one.of} shards, one of ${two.of}`;
  const samples = JSON.stringify(one.samples) === JSON.stringify(two.samples);
  if (difference === undefined && samples) return;
  throw new InputError({
    code: 'shards-differ',
    message: `${first.folder} and ${other.folder} are not of one run: ${difference ?? 'they have not the same number of samples'}`,
    hint: 'merge shards of one command, of one version of the scenario; run the others again',
  });
}

function factsOf({ result: { campaign, shard, samples } }: FoundShard) {
  return { ...campaign, shard: undefined, of: shard.of, samples };
}

function checkComplete(scenario: string, shards: WholeRun): void {
  const { of } = shards[0].result.shard;
  const byIndex = Map.groupBy(shards, ({ result }) => result.shard.index);
  const twice = [...byIndex.values()].find((same) => same.length > 1);
  if (twice !== undefined) {
    throw new InputError({
      code: 'shard-twice',
      message: `shard ${twice[0]!.result.shard.index} of ${scenario} is there twice: ${twice.map(({ folder }) => folder).join(' and ')}`,
      hint: 'leave one of the two out',
    });
  }
  const missing = samplesUpTo(of).filter((index) => !byIndex.has(index));
  if (missing.length === 0) return;
  throw new InputError({
    code: 'shard-missing',
    message: `${scenario} lacks shard ${missing.map((index) => `${index}/${of}`).join(', ')}`,
    hint: `run what is missing: ropewalk run ${shards[0].result.file} --shard ${missing[0]}/${of}; with --resume, if it was cut off`,
  });
}

/** Each sample where it belongs, and once. */
function checkSamples({ folder, result }: FoundShard): void {
  const { campaign, looks, shard, ran } = result;
  const samples = samplesOfEveryLook(result.samples, looks);
  const own = sliceShard(scheduleSamples({ ...campaign, samples }), shard);
  const left = new Set(own.map(slotName));
  for (const sample of ran) {
    if (left.delete(slotName({ ...sample, caseId: sample.case }))) continue;
    const reason = `sample ${sample.sample} of ${sample.case}, ${sample.variant} is not in this shard, or there twice`;
    throw damaged(join(folder, 'result.json'), reason, 'run that shard again');
  }
}
