/** The `result.json` of a shard: its samples, and all that judging them takes, on any machine. */
import { join } from 'node:path';
import type { JudgedCase } from '../judge/judgement.ts';
import { formatJson } from '../report/json.ts';
import type { Choice, LoadedScenario, SourceFile } from '../schema/loaded.ts';
import type { PlannedLooks } from '../schema/model.ts';
import type { RunFacts, SampleResult } from '../schema/result.ts';
import type { CampaignFacts } from './campaign-file.ts';
import { type RunFolder, writeWhole } from './folder.ts';
import { isSample } from './sample-store.ts';
import type { Shard } from './shard.ts';
import { damaged, isMap, readStored } from './stored-json.ts';

export interface ShardResult {
  readonly version: 1;
  readonly shard: Shard;
  readonly file: string;
  readonly campaign: CampaignFacts;
  /** Which samples the first look takes. */
  readonly samples: readonly number[];
  readonly looks: PlannedLooks;
  readonly sources: readonly SourceFile[];
  /** What this machine's lab could not run, and why. */
  readonly lacks: readonly (Choice & { readonly why: string })[];
  readonly ran: readonly SampleResult[];
  /** Why some of its samples were not run, as the end of a sentence. */
  readonly cut: string | undefined;
  readonly run: RunFacts;
}

interface ShardParts {
  readonly shard: Shard;
  readonly campaign: CampaignFacts;
  readonly cases: readonly JudgedCase[];
  readonly collection: {
    readonly samples: readonly SampleResult[];
    readonly cut: string | undefined;
  };
  readonly run: RunFacts;
}

interface ShardOptions {
  readonly loaded: Pick<LoadedScenario, 'file' | 'files' | 'looks'>;
  readonly samples: readonly number[];
  readonly looks?: PlannedLooks | undefined;
}

export function shardResultOf(
  { loaded, samples, looks }: ShardOptions,
  { shard, campaign, cases, collection, run }: ShardParts,
): ShardResult {
  const lacks = cases.flatMap(({ caseId, variant, lacks: why }) =>
    why === undefined ? [] : [{ caseId, variant, why }],
  );
  return {
    version: 1,
    ...{ shard, file: loaded.file, campaign, samples, sources: loaded.files, lacks },
    looks: looks ?? loaded.looks,
    ...{ ran: collection.samples, cut: collection.cut, run },
  };
}

const fileName = 'result.json';

export function writeShardResult(folder: RunFolder, result: ShardResult): void {
  writeWhole(folder, fileName, formatJson(result));
}

/** Undefined where no result is; throws where it is damaged or that of a whole run. */
export function readShardResult(folder: string): ShardResult | undefined {
  const remedy = 'fetch it again, or run that shard again with --resume';
  const found = readStored(folder, fileName, remedy);
  if (found === undefined || isShardResult(found)) return found;
  const path = join(folder, fileName);
  if (isMap(found) && 'rows' in found) {
    const hint = 'merge what ropewalk run --shard wrote';
    throw damaged(path, 'it is the result of a whole run, not of a shard', hint);
  }
  throw damaged(path, 'something is missing in it', remedy);
}

function isShardResult(value: unknown): value is ShardResult {
  if (!isMap(value) || value['version'] !== 1 || !isMap(value['campaign'])) return false;
  const { shard, ran, samples, sources, lacks, run } = value;
  const lists = [samples, sources, lacks, value['campaign']['cases']];
  return (
    isMap(shard) &&
    Number.isSafeInteger(shard['index']) &&
    Number.isSafeInteger(shard['of']) &&
    isMap(run) &&
    Array.isArray(ran) &&
    ran.every(isSample) &&
    lists.every(Array.isArray)
  );
}

/** A shard and the folder in which it was found. */
export interface FoundShard {
  readonly folder: string;
  readonly result: ShardResult;
}
