/** The shards of one run, on any machine, to the result that the whole run would have had. */

import type { HistoryEntry } from '../history/entry.ts';
import type { JudgedCase, Judgement, SampleNeed, SampleToRepeat } from '../judge/judgement.ts';
import type { Gate } from '../report/gate.ts';
import type { LoadedScenario } from '../schema/loaded.ts';
import type { Result, RunFacts, SampleResult } from '../schema/result.ts';
import { hashCases, writeFacts } from './campaign-file.ts';
import { copyRecords } from './copy-records.ts';
import { openFolder, type RunFolder } from './folder.ts';
import { type Collected, type Judging, judgeSamples, resultOf } from './judged-result.ts';
import { firstLook, laterLook, slotName } from './planned-slots.ts';
import { prepareCase, prepareScenario } from './prepare.ts';
import { openBook, type ReadReferences } from './references.ts';
import { type RunClock, runFacts } from './run-facts.ts';
import type { FoundShard } from './shard-result.ts';
import { damaged } from './stored-json.ts';
import { writeResult } from './write-result.ts';

export interface MergeOptions {
  /** All of one run, checked, by their index. */
  readonly shards: readonly [FoundShard, ...FoundShard[]];
  readonly folder: RunFolder;
  readonly gate: Gate | undefined;
  readonly history?: readonly HistoryEntry[] | undefined;
  readonly references: ReadReferences;
  readonly clock: RunClock;
  readonly facts: Pick<RunFacts, 'command' | 'version'>;
  readonly again: (
    loaded: LoadedScenario,
    seed: number,
    lab: string,
  ) => (sample: SampleToRepeat) => string;
}

export function mergeShards(options: MergeOptions): Result {
  const { shards, folder, clock } = options;
  const { campaign, samples, looks, file } = shards[0].result;
  const loaded = loadSources(shards[0]);
  const cases = casesOf(shards, loaded);
  const { lab, seed } = campaign;
  const again = options.again(loaded, seed, lab);
  const run = mergedFacts(options);
  const baseline = openBook(options.references, cases, { lab, fingerprint: run.fingerprint });
  const noise = { benchOf: benchOf(shards) };
  const { today } = clock;
  const judging = { loaded, lab, seed, samples, looks, baseline, noise, today, cases, again };
  const { judgement, samples: taken } = takeLooks(judging, shards);
  const collected = collectAll(shards, cases, taken);
  openFolder(folder.path);
  writeFacts(folder, { ...campaign, shard: undefined });
  for (const shard of shards) copyRecords(shard, folder, new Set(taken));
  const told = tellNeeds(shards, judgement.needs, collected);
  const result = resultOf(judging, judgement, told, run);
  return writeResult(folder, { ...result, file }, { ...options, loaded });
}

/** Runs of two shards may be of two machines: they do not tell the noise of one. */
function benchOf(shards: MergeOptions['shards']): (caseId: string, sample: number) => string {
  const nameOf = (caseId: string, sample: number): string => JSON.stringify([caseId, sample]);
  const benches = new Map(
    shards.flatMap(({ result }, at) =>
      result.ran.map((one) => [nameOf(one.case, one.sample), `${at}`] as const),
    ),
  );
  return (caseId, sample) => benches.get(nameOf(caseId, sample)) ?? '';
}

/** As the shard read them: whoever merges needs no files but the shards. */
function loadSources({ folder, result }: FoundShard): LoadedScenario {
  const texts = new Map(result.sources.map(({ path, text }) => [path, text]));
  return prepareScenario(result.file, (path) => {
    const text = texts.get(path);
    if (text !== undefined) return text;
    throw damaged(`${folder}/result.json`, `it lacks the text of ${path}`, remedy);
  });
}

const remedy = 'run that shard again, with this Ropewalk';

function casesOf(shards: MergeOptions['shards'], loaded: LoadedScenario): JudgedCase[] {
  const { folder, result } = shards[0];
  const { campaign } = result;
  const lacks = shards.flatMap((shard) => shard.result.lacks);
  const cases = campaign.cases.flatMap((caseId) =>
    campaign.variants.map((variant) => {
      const lack = lacks.find((one) => one.caseId === caseId && one.variant === variant);
      return { ...prepareCase(loaded, { caseId, variant }, campaign.seed), lacks: lack?.why };
    }),
  );
  if (hashCases(cases) === campaign.hash) return cases;
  throw damaged(
    `${folder}/result.json`,
    'its scenario is not the one that its samples are of',
    remedy,
  );
}

/** Judges look by look as the whole run would have, and takes no sample that no look asked for. */
function takeLooks(
  judging: Judging,
  shards: MergeOptions['shards'],
): { readonly judgement: Judgement; readonly samples: readonly SampleResult[] } {
  const all = shards.flatMap(({ result }) => result.ran);
  let samples = all.filter(({ sample }) => judging.samples.includes(sample));
  for (;;) {
    const judgement = judgeSamples(judging, samples);
    const isTaken = (one: SampleResult): boolean =>
      judging.samples.includes(one.sample) || judgement.needs.some((need) => isNeeded(one, need));
    const more = all.filter((one) => !samples.includes(one) && isTaken(one));
    if (more.length === 0) return { judgement, samples };
    samples = [...samples, ...more];
  }
}

function isNeeded(one: SampleResult, need: SampleNeed): boolean {
  return one.case === need.caseId && one.variant === need.variant && one.sample <= need.samples;
}

function collectAll(
  shards: MergeOptions['shards'],
  cases: readonly JudgedCase[],
  samples: readonly SampleResult[],
): Collected {
  const { campaign, samples: numbers } = shards[0].result;
  const ran = ranBy(samples);
  const planned = firstLook({ ...campaign, shard: undefined, samples: numbers }, cases);
  const notRun = planned.filter((slot) => !ran.has(slotName(slot)));
  const cut = shards.map(({ result }) => result.cut).find((reason) => reason !== undefined);
  return { samples, notRun, cut };
}

/** Where shards were cut short, a look that the whole run would have taken may lack its samples. */
function tellNeeds(
  [{ result }]: MergeOptions['shards'],
  needs: readonly SampleNeed[],
  collected: Collected,
): Collected {
  if (needs.length === 0 || collected.cut !== undefined) return collected;
  const ran = ranBy(collected.samples);
  const notRun = laterLook({ ...result.campaign, samples: [], shard: undefined }, needs, ran);
  const most = Math.max(...needs.map(({ samples }) => samples));
  const cut = `more are needed, which no shard ran: run them with --repeat ${most}`;
  return { ...collected, notRun, cut };
}

function ranBy(samples: readonly SampleResult[]): Set<string> {
  return new Set(samples.map((one) => slotName({ ...one, caseId: one.case })));
}

/** What was found of each machine; a commit only where all shards are of the same one. */
function sharedFacts(runs: readonly RunFacts[]): Pick<RunFacts, 'calibration' | 'revision'> {
  const [first] = runs;
  const isOne = runs.every(({ revision }) => revision?.commit === first?.revision?.commit);
  const isDirty = runs.some(({ revision }) => revision?.isDirty === true);
  const rows = runs.flatMap(({ calibration = [] }) => calibration);
  const calibration = [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
  return {
    ...(calibration.length > 0 && { calibration }),
    ...(isOne && first?.revision && { revision: { ...first.revision, isDirty } }),
  };
}

/** The machines of the shards, not the one that merges. */
function mergedFacts({ shards, clock, facts }: MergeOptions): RunFacts {
  const runs = shards.map(({ result }) => result.run);
  const told = (key: 'host' | 'fingerprint' | 'machine' | 'node'): string =>
    [...new Set(runs.map((run) => run[key]))].join(', ');
  return {
    ...runFacts(clock, { ...facts, interrupted: runs.some((run) => run.interrupted) }),
    ...sharedFacts(runs),
    startedAt: runs.map((run) => run.startedAt).toSorted()[0]!,
    wallMs: Math.max(...runs.map((run) => run.wallMs)),
    host: told('host'),
    fingerprint: told('fingerprint'),
    machine: told('machine'),
    node: told('node'),
  };
}
