/** `campaign.json`: what the samples of a folder are samples of. Runs of other things don't mix with it. */
import { join } from 'node:path';
import { InputError } from '../../src/base/errors.ts';
import type { JudgedCase } from '../judge/judgement.ts';
import { formatJson } from '../report/json.ts';
import { hashOf } from '../schema/scenario-hash.ts';
import { type RunFolder, writeWhole } from './folder.ts';
import type { Shard } from './shard.ts';
import { damaged, isMap, readStored } from './stored-json.ts';

export interface CampaignFacts {
  readonly scenario: string;
  /** Of every chosen case and variant, resolved, with its expectations. */
  readonly hash: string;
  readonly lab: string;
  readonly seed: number;
  /** Of Ropewalk: another one may count otherwise. */
  readonly ropewalk: string;
  readonly capture: boolean;
  readonly cases: readonly string[];
  readonly variants: readonly string[];
  readonly shard?: Shard | undefined;
}

const fileName = 'campaign.json';

/** The seed stands beside it; how many samples there are may differ from run to run. */
export function hashCases(cases: readonly JudgedCase[]): string {
  const hashes = cases.map(({ caseId, variant, scenario }) =>
    hashOf({ caseId, variant, scenario: { ...scenario, seed: 0, repeat: 0, looks: undefined } }),
  );
  return hashOf(hashes);
}

export function writeFacts(folder: RunFolder, facts: CampaignFacts): void {
  writeWhole(folder, fileName, formatJson(facts));
}

const remedy = 'begin anew: run the same command without --resume';

/** True where samples of the same thing may stand; throws where they are of something else. */
export function continuesFacts(folder: RunFolder, facts: CampaignFacts): boolean {
  const found = readStored(folder.path, fileName, remedy);
  if (found === undefined) return false;
  if (!isMap(found)) throw damaged(join(folder.path, fileName), 'it is no map', remedy);
  const difference = differenceOf(found, JSON.parse(JSON.stringify(facts)));
  if (difference === undefined) return true;
  throw new InputError({
    code: 'resume-mismatch',
    message: `the samples in ${folder.path} are of another run: ${difference}`,
    hint: 'undo that change, name another folder with --out, or begin anew without --resume',
  });
}

type Facts = Readonly<Record<string, unknown>>;

/** The first thing that tells two runs apart; undefined: they are of the same. */
export function differenceOf(before: Facts, now: Facts): string | undefined {
  const keys = ['scenario', 'lab', 'seed', 'ropewalk', 'capture', 'shard', 'cases', 'variants'];
  for (const key of keys) {
    const [one, other] = [JSON.stringify(before[key]), JSON.stringify(now[key])];
    if (one !== other) return `${key} was ${one ?? 'not given'} and is ${other ?? 'not given'}`;
  }
  if (before['hash'] !== now['hash'])
    return 'the scenario, its topology or its traces have changed';
  return undefined;
}
