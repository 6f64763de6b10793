/** All samples of a scenario in one lab, measured as they come and judged at each look. */
import { thisMachine } from '../baseline/machine.ts';
import type { JudgedCase, Judgement } from '../judge/judgement.ts';
import type { Lab } from '../labs/lab.ts';
import type { Result, RunFacts } from '../schema/result.ts';
import { type CampaignFacts, continuesFacts, hashCases, writeFacts } from './campaign-file.ts';
import type { CampaignOptions } from './campaign-options.ts';
import { type Collection, collect, fitsWhole, leaveOut, startCollection } from './collect.ts';
import { openFolder } from './folder.ts';
import { type Judging, judgeSamples, resultOf } from './judged-result.ts';
import { type NoiseBook, openNoiseBook } from './noise-store.ts';
import { everyLook, firstLook, laterLook, slotName } from './planned-slots.ts';
import { type PreparedCase, prepareCase } from './prepare.ts';
import { measureRealityGap } from './reality-gap.ts';
import { openBook } from './references.ts';
import { runFacts } from './run-facts.ts';
import type { Shard } from './shard.ts';
import { type ShardResult, shardResultOf, writeShardResult } from './shard-result.ts';
import { writeResult } from './write-result.ts';

/** Runs, judges, and runs more while the judge asks for it. */
export async function runCampaign(options: CampaignOptions): Promise<Result> {
  const cases = listCases(options);
  const judging = judgingOf(options, cases);
  const collection = beginCollection(options, cases);
  await collect(collection, firstLook(planningOf(options), cases));
  const judgement = await lookAgain(collection, judging);
  const result = resultOf(judging, judgement, collection, factsOf(options));
  if (collection.begun > 0) noiseBook(options, cases).keep(judgement.noise ?? []);
  return tellRealityGap(options, writeResult(options.folder, result, options));
}

/** After the result is written, which took real time: what goes wrong in virtual time costs none of it. */
async function tellRealityGap(options: CampaignOptions, result: Result): Promise<Result> {
  const realityGap = await measureRealityGap(options, result.samples);
  if (realityGap === undefined) return result;
  return writeResult(options.folder, { ...result, realityGap }, options);
}

/** A part of all looks, which only all parts together can judge. */
export async function runShard(options: CampaignOptions, shard: Shard): Promise<ShardResult> {
  const cases = listCases(options);
  const collection = beginCollection(options, cases);
  const looks = options.looks ?? options.loaded.looks;
  await collect(collection, everyLook(planningOf(options), cases, looks));
  const campaign = campaignFacts(options, cases);
  const parts = { shard, campaign, cases, collection, run: factsOf(options) };
  const result = shardResultOf(options, parts);
  writeShardResult(options.folder, result);
  return result;
}

async function lookAgain(collection: Collection, judging: Judging): Promise<Judgement> {
  for (;;) {
    const judgement = judgeSamples(judging, collection.samples);
    const ran = new Set(collection.samples.map((one) => slotName({ ...one, caseId: one.case })));
    const slots = laterLook(planningOf(collection.options), judgement.needs, ran);
    if (slots.length === 0 || collection.cut !== undefined) return judgement;
    if (!fitsWhole(collection, slots)) {
      leaveOut(collection, slots);
      return judgement;
    }
    collection.look += 1;
    await collect(collection, slots);
  }
}

/** What the lab can't run is named before anything starts. */
function listCases({ cases, variants, loaded, lab, seed }: CampaignOptions): JudgedCase[] {
  return cases.flatMap((caseId) =>
    variants.map((variant) => {
      const prepared = prepareCase(loaded, { caseId, variant }, seed);
      return { ...prepared, lacks: lacksOf(lab, prepared) };
    }),
  );
}

function lacksOf(lab: Lab, { plan }: PreparedCase): string | undefined {
  const lacks = lab.lacks(plan).map(({ what, remedy }) => `${what}; ${remedy}`);
  return lacks.length === 0 ? undefined : lacks.join('; ');
}

/** An empty folder, or one with samples of this very campaign. */
function beginCollection(options: CampaignOptions, cases: readonly JudgedCase[]): Collection {
  const facts = campaignFacts(options, cases);
  const resumed = options.resume === true && continuesFacts(options.folder, facts);
  if (!resumed) openFolder(options.folder.path);
  writeFacts(options.folder, facts);
  return startCollection(options, resumed);
}

function campaignFacts(options: CampaignOptions, cases: readonly JudgedCase[]): CampaignFacts {
  const { loaded, lab, seed, capture, facts, variants, shard } = options;
  return {
    scenario: loaded.name,
    hash: hashCases(cases),
    ...{ lab: lab.name, seed, ropewalk: facts.version, capture },
    ...{ cases: options.cases, variants, shard },
  };
}

function judgingOf(options: CampaignOptions, cases: readonly JudgedCase[]): Judging {
  const { loaded, seed, samples, looks, clock, references, again, judge } = options;
  const lab = options.lab.name;
  const { fingerprint } = thisMachine();
  const baseline = openBook(references, cases, { lab, fingerprint });
  const { today } = clock;
  const noise = { earlier: noiseBook(options, cases).earlier };
  return { loaded, lab, seed, samples, looks, today, cases, baseline, noise, again, judge };
}

function noiseBook({ noise, lab }: CampaignOptions, cases: readonly JudgedCase[]): NoiseBook {
  const { fingerprint } = thisMachine();
  return openNoiseBook(noise, cases, { lab: lab.name, fingerprint });
}

function planningOf(options: CampaignOptions) {
  return { ...options, lab: options.lab.name };
}

function factsOf({ clock, facts, signal, lab }: CampaignOptions): RunFacts {
  return runFacts(clock, {
    ...{ ...facts, interrupted: signal.aborted },
    ...(lab.found && { calibration: lab.found() }),
  });
}
