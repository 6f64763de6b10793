/**
 * The distance from virtual time to real time: the same samples, with the same seeds, are run in `sim`
 * too, and each metric's medians stand side by side. Nothing is judged by it.
 */
import { measureSample } from '../measure/measure-sample.ts';
import { runSample } from '../run/sample.ts';
import type { Metric, RealityGap, SampleResult } from '../schema/result.ts';
import type { CampaignOptions } from './campaign-options.ts';
import { disturbedTraffic } from './disturbed-traffic.ts';
import { watchTraffic } from './live-progress.ts';
import { prepareCase } from './prepare.ts';

type GapOptions = Pick<CampaignOptions, 'loaded' | 'virtual' | 'signal'>;
type Metrics = Readonly<Record<string, Metric>>;

interface Twins {
  readonly real: Metrics;
  readonly virtual: Metrics;
}

/** Of each case and variant: in virtual time more would hardly move a median. */
const mostTwins = 5;

/** Undefined where there is no lab of virtual time to compare with. */
export async function measureRealityGap(
  options: GapOptions,
  samples: readonly SampleResult[],
): Promise<readonly RealityGap[] | undefined> {
  if (options.virtual === undefined) return undefined;
  const finished = samples.filter(({ outcome }) => outcome.kind === 'finished');
  const places = Map.groupBy(finished, (one) => JSON.stringify([one.case, one.variant]));
  const gaps: RealityGap[] = [];
  for (const own of places.values()) gaps.push(...(await gapsOf(options, own)));
  return gaps;
}

async function gapsOf(
  options: GapOptions,
  samples: readonly SampleResult[],
): Promise<readonly RealityGap[]> {
  const twins: Twins[] = [];
  for (const sample of samples.slice(0, mostTwins)) {
    const virtual = await runTwin(options, sample);
    if (virtual !== undefined) twins.push({ real: sample.metrics, virtual });
  }
  const [first] = samples;
  const names = Object.keys(first!.metrics);
  return names.flatMap((metric) => gapOf(metric, first!, twins));
}

/** Undefined: virtual time can't run it, or it came to no end there. */
async function runTwin(
  { loaded, virtual, signal }: GapOptions,
  { case: caseId, variant, seed }: SampleResult,
): Promise<Metrics | undefined> {
  const { scenario, plan } = prepareCase(loaded, { caseId, variant }, seed);
  if (signal.aborted || virtual!.lacks(plan).length > 0) return undefined;
  const progress = watchTraffic(scenario);
  const disturbed = disturbedTraffic(scenario);
  const run = await runSample({ lab: virtual!, plan, progress, disturbed, signal });
  if (run.outcome.kind !== 'finished') return undefined;
  return measureSample(scenario.measures, { plan, ...run });
}

/** Of the twins that both have a value. */
function gapOf(
  metric: string,
  { case: caseId, variant }: SampleResult,
  twins: readonly Twins[],
): RealityGap[] {
  const pairs = twins.flatMap(({ real, virtual }) => {
    const [one, other] = [real[metric], virtual[metric]];
    return one?.kind === 'value' && other?.kind === 'value' ? [{ real: one, virtual: other }] : [];
  });
  const [first] = pairs;
  if (first === undefined) return [];
  return [
    {
      ...{ metric, case: caseId, variant, n: pairs.length, dimension: first.real.dimension },
      virtual: medianOf(pairs.map(({ virtual }) => virtual.value)),
      real: medianOf(pairs.map(({ real }) => real.value)),
    },
  ];
}

/** Between the two in the middle where their number is even. */
function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[sorted.length >> 1]! + sorted[(sorted.length - 1) >> 1]!) / 2;
}
