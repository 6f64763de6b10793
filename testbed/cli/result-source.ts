/** Results that a verb works on: folders of results that are there, or scenarios to run now. */
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../../src/base/errors.ts';
import { runCampaign } from '../campaign/campaign.ts';
import { damaged, isMap, readStored } from '../campaign/stored-json.ts';
import { type Result, resultVersion } from '../schema/result.ts';
import { readScenarios } from './read-scenarios.ts';
import { chooseSamples, type RunFlags } from './run-flags.ts';
import { createRunner } from './scenario-runner.ts';
import type { Session } from './session.ts';

export type ReadingFlags = Pick<RunFlags, 'lab' | 'seed' | 'repeat' | 'out' | 'json'>;

/** In the order in which they are named; nothing runs before every file is found without fault. */
export async function readResults(
  sources: readonly string[],
  flags: ReadingFlags,
  session: Session,
): Promise<Result[]> {
  const found = sources.map((source) => ({ source, results: resultsIn(source) }));
  const files = found.flatMap(({ source, results }) => (results === undefined ? [source] : []));
  const scenarios = readScenarios(files);
  const stored = found.flatMap(({ results }) => results ?? []);
  refuseTwice([...stored.map((one) => one.scenario), ...scenarios.map((one) => one.name)]);
  const runOne = await createRunner(flags, session);
  const fresh: Result[] = [];
  for (const loaded of scenarios) {
    if (session.terminal.signal.aborted) break;
    await runOne(chooseSamples(loaded, flags), async (options) => {
      fresh.push(await runCampaign(options));
    });
  }
  return found.flatMap(({ results }) => results ?? fresh.splice(0, 1));
}

export interface OpenedResult {
  readonly folder: string;
  readonly result: Result;
}

/** Results that are there, each with its folder; throws where a word names none. */
export function openResults(sources: readonly string[]): OpenedResult[] {
  return sources.flatMap((source) => {
    const folders = foldersIn(source.endsWith('.json') ? dirname(source) : source);
    return folders.map((folder) => ({ folder, result: readResult(folder, fileName) }));
  });
}

/** Undefined: it is a scenario. */
function resultsIn(source: string): Result[] | undefined {
  if (source.endsWith('.json')) return [readResult(dirname(source), basename(source))];
  if (!statSync(source, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  return foldersIn(source).map((folder) => readResult(folder, fileName));
}

function foldersIn(source: string): string[] {
  const inside = [
    source,
    ...(statSync(source, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(source) : [])
      .toSorted()
      .map((name) => join(source, name)),
  ];
  const folders = inside.filter((folder) =>
    statSync(join(folder, fileName), { throwIfNoEntry: false })?.isFile(),
  );
  if (folders.length > 0) return folders;
  throw new InputError({
    code: 'no-result',
    message: `there is no result in ${source}`,
    hint: 'name a folder that ropewalk run wrote, or a scenario to run now',
  });
}

const fileName = 'result.json';
const remedy = 'run its scenario again';

function readResult(folder: string, name: string): Result {
  const found = readStored(folder, name, remedy);
  const path = join(folder, name);
  if (found === undefined) throw damaged(path, 'it is not there', remedy);
  if (isMap(found) && 'shard' in found) {
    const hint = `merge the shards first: ropewalk merge ${folder}`;
    throw damaged(path, 'it is the result of a shard', hint);
  }
  if (isResult(found)) return found;
  throw damaged(path, `something is missing in it, or its version is not ${resultVersion}`, remedy);
}

function isResult(value: unknown): value is Result {
  if (!isMap(value) || value['version'] !== resultVersion || !isMap(value['run'])) return false;
  const { rows, samples, scenario, file, lab, seed } = value;
  return (
    [rows, samples].every((list) => Array.isArray(list) && list.every(isMap)) &&
    [scenario, file, lab].every((text) => typeof text === 'string') &&
    typeof seed === 'number'
  );
}

function refuseTwice(names: readonly string[]): void {
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice === undefined) return;
  throw new InputError({
    code: 'same-name',
    message: `two results are of ${twice}, and there is one reference for it`,
    hint: 'name one of them',
  });
}
