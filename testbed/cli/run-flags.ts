/** What the flags of `run` choose of a scenario, and how to say it again. */
import { join } from 'node:path';
import { InputError } from '../../src/base/errors.ts';
import { nearestWord } from '../../src/base/nearest.ts';
import { quoteCommand } from '../../src/base/shell-words.ts';
import { samplesUpTo } from '../campaign/schedule.ts';
import type { Shard } from '../campaign/shard.ts';
import type { SampleToRepeat } from '../judge/judgement.ts';
import type { Gate } from '../report/gate.ts';
import type { LoadedScenario } from '../schema/loaded.ts';
import type { PlannedLooks, RunEngine } from '../schema/model.ts';
import type { Result } from '../schema/result.ts';
import { type MininetFlags, mininetWords } from './mininet-flags.ts';

export interface RunFlags extends MininetFlags {
  readonly lab: string;
  readonly engine?: RunEngine;
  readonly seed?: number;
  readonly repeat?: number;
  readonly case?: string;
  readonly variant?: string;
  readonly sample?: number;
  readonly shard?: Shard;
  readonly resume?: boolean;
  readonly budget?: TimeBudget;
  readonly out?: string;
  readonly history?: string;
  readonly capture?: boolean;
  readonly captureFailed?: boolean;
  readonly watch?: boolean;
  readonly keep?: boolean;
  readonly gate?: Gate;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

export interface TimeBudget {
  readonly totalMs: number;
  /** As a reader writes it. */
  readonly text: string;
}

export interface SampleChoice {
  readonly loaded: LoadedScenario;
  readonly seed: number;
  readonly cases: readonly string[];
  readonly variants: readonly string[];
  /** Of the first look. */
  readonly samples: readonly number[];
  readonly looks: PlannedLooks;
  readonly shard?: Shard | undefined;
}

type Choosing = Pick<RunFlags, 'seed' | 'repeat' | 'case' | 'variant' | 'sample' | 'shard'>;

export function chooseSamples(loaded: LoadedScenario, flags: Choosing): SampleChoice {
  const cases = loaded.cases.map(({ id }) => id);
  const { sample, shard } = flags;
  const count = sample === undefined ? flags.repeat : 1;
  const looks = count === undefined ? loaded.looks : oneLook(count);
  return {
    loaded,
    seed: flags.seed ?? loaded.seed,
    cases: chosen('case', cases, flags.case, loaded),
    variants: chosen('variant', loaded.variants, flags.variant, loaded),
    samples: sample === undefined ? samplesUpTo(looks.samples.first) : [sample],
    looks,
    shard,
  };
}

function oneLook(count: number): PlannedLooks {
  const once = { first: count, most: count };
  return { samples: once, pairs: once };
}

/** Parts of a run wait there to be merged. */
export function shardsFolder(flags: RunFlags): string {
  return flags.out ?? 'reports/runs/_shards';
}

/** What is run in part does not replace the result of the whole. */
export function folderFor({ name }: LoadedScenario, flags: RunFlags): string {
  const { shard } = flags;
  if (shard !== undefined) {
    return join(shardsFolder(flags), name, `shard-${shard.index}-of-${shard.of}`);
  }
  return join(flags.out ?? (isPart(flags) ? 'reports/runs/_again' : 'reports/runs'), name);
}

/** Runs are kept there, a file each. */
export function historyFolder({ history, out }: Pick<RunFlags, 'history' | 'out'>): string {
  return history ?? join(out ?? 'reports/runs', '_history');
}

/** What was cut off, or is a part, says nothing of when something broke. */
export function isWhole(flags: RunFlags, { run }: Pick<Result, 'run'>): boolean {
  return !isPart(flags) && !run.interrupted;
}

function isPart({ case: caseId, variant, sample }: RunFlags): boolean {
  return [caseId, variant, sample].some((flag) => flag !== undefined);
}

function chosen(
  what: 'case' | 'variant',
  known: readonly string[],
  wanted: string | undefined,
  { file }: LoadedScenario,
): readonly string[] {
  if (wanted === undefined) return known;
  if (known.includes(wanted)) return [wanted];
  const near = nearestWord(wanted, known);
  throw new InputError({
    code: `unknown-${what}`,
    message: `${file} has no ${what} called ${JSON.stringify(wanted)}`,
    hint: near === undefined ? hintFor(known) : `did you mean ${near}?`,
  });
}

const mostNamed = 6;

function hintFor(known: readonly string[]): string {
  const named = known.slice(0, mostNamed).join(', ');
  return known.length > mostNamed ? `there are ${named} and others` : `there is ${named}`;
}

/** Only what differs from what the file says; a comparison needs all variants. */
export function againCommand(
  { loaded, seed }: Pick<SampleChoice, 'loaded' | 'seed'>,
  slot: SampleToRepeat,
  flags: Pick<RunFlags, 'lab' | keyof MininetFlags>,
): string {
  return quoteCommand([
    'ropewalk',
    'run',
    loaded.file,
    ...(flags.lab === 'sim' ? [] : ['--lab', flags.lab]),
    ...mininetWords(flags),
    ...(loaded.engine === undefined ? [] : ['--engine', loaded.engine]),
    ...(seed === loaded.seed ? [] : ['--seed', String(seed)]),
    ...(slot.caseId === 'default' ? [] : ['--case', slot.caseId]),
    ...(['default', ''].includes(slot.variant) ? [] : ['--variant', slot.variant]),
    '--sample',
    String(slot.sample),
  ]);
}
