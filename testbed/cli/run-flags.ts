/** What the flags of `run` choose of a scenario, and how to say it again. */
import { InputError } from '../../src/base/errors.ts';
import { nearestWord } from '../../src/base/nearest.ts';
import { samplesUpTo } from '../campaign/schedule.ts';
import type { SampleToRepeat } from '../judge/judge.ts';
import type { Gate } from '../report/gate.ts';
import type { LoadedScenario } from '../schema/loaded.ts';
import { quoteCommand } from './shell-words.ts';

export interface RunFlags {
  readonly lab: string;
  readonly seed?: number;
  readonly repeat?: number;
  readonly case?: string;
  readonly variant?: string;
  readonly sample?: number;
  readonly out?: string;
  readonly capture?: boolean;
  readonly gate?: Gate;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

export interface SampleChoice {
  readonly loaded: LoadedScenario;
  readonly seed: number;
  readonly cases: readonly string[];
  readonly variants: readonly string[];
  readonly samples: readonly number[];
}

type Choosing = Pick<RunFlags, 'seed' | 'repeat' | 'case' | 'variant' | 'sample'>;

export function chooseSamples(loaded: LoadedScenario, flags: Choosing): SampleChoice {
  const cases = loaded.cases.map(({ id }) => id);
  const samples = samplesUpTo(flags.repeat ?? loaded.repeat);
  return {
    loaded,
    seed: flags.seed ?? loaded.seed,
    cases: chosen('case', cases, flags.case, loaded),
    variants: chosen('variant', loaded.variants, flags.variant, loaded),
    samples: flags.sample === undefined ? samples : [flags.sample],
  };
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
  { loaded, seed }: SampleChoice,
  slot: SampleToRepeat,
  flags: RunFlags,
): string {
  return quoteCommand([
    'ropewalk',
    'run',
    loaded.file,
    ...(flags.lab === 'sim' ? [] : ['--lab', flags.lab]),
    ...(seed === loaded.seed ? [] : ['--seed', String(seed)]),
    ...(slot.caseId === 'default' ? [] : ['--case', slot.caseId]),
    ...(['default', ''].includes(slot.variant) ? [] : ['--variant', slot.variant]),
    '--sample',
    String(slot.sample),
  ]);
}
