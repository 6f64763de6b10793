/**
 * How often the paired procedure is wrong, seen by running it on a simulated noisy machine: 10 pairs, and
 * 10 more if those decide nothing, each time with the noise floor that these very runs show.
 */
import { seedRandom } from '../../src/base/random.ts';
import { distancesBetween, floorOfDistances } from './noise-floor.ts';
import {
  createNoisyMachine,
  drawPairs,
  type NoiseSettings,
  type NoisyMachine,
  type RunOrder,
  sharedMachine,
} from './noisy-machine.ts';
import {
  type ComparisonDecision,
  comparePairs,
  type Pair,
  type PairedComparison,
  pairedLooks,
} from './paired-comparison.ts';

export interface ErrorRateSettings {
  readonly trials: number;
  readonly seed: number;
  /** How much longer b takes: 0 for A/A. */
  readonly effectRatio: number;
  readonly marginRatio: number;
  /** `none`: a control, to see what the floor is for. */
  readonly floor: 'measured' | 'none';
  readonly order: RunOrder;
  readonly noise: NoiseSettings;
}

export const usualTrial: ErrorRateSettings = {
  trials: 10_000,
  seed: 1,
  effectRatio: 0,
  marginRatio: 0.05,
  floor: 'measured',
  order: 'abba',
  noise: sharedMachine,
};

export interface ErrorRates {
  readonly trials: number;
  /** How many trials ended so. */
  readonly decisions: Readonly<Record<ComparisonDecision, number>>;
  /** `better` or `worse`: a false alarm where nothing differs. */
  readonly alarmRatio: number;
  /** `same`, though the true ratio lies beyond the margin that it was called the same within. */
  readonly wrongSames: number;
  readonly meanPairs: number;
}

export function simulateErrorRates(settings: ErrorRateSettings): ErrorRates {
  const decisions = { same: 0, better: 0, worse: 0, undecided: 0, incomparable: 0 };
  let pairs = 0;
  let wrongSames = 0;
  for (let trial = 0; trial < settings.trials; trial++) {
    const comparison = simulateComparison(settings, trial);
    decisions[comparison.decision] += 1;
    pairs += comparison.pairs;
    const isBeyond = settings.effectRatio > comparison.marginRatio;
    if (comparison.decision === 'same' && isBeyond) wrongSames += 1;
  }
  const { trials } = settings;
  const alarms = decisions.better + decisions.worse;
  const alarmRatio = alarms / trials;
  return { trials, decisions, alarmRatio, wrongSames, meanPairs: pairs / trials };
}

function simulateComparison(settings: ErrorRateSettings, trial: number): PairedComparison {
  const { seed, effectRatio, noise, order } = settings;
  const random = seedRandom(seed, 'error-rates', `${effectRatio}`, `${trial}`);
  const machine = createNoisyMachine(noise, random);
  const first = drawPairs(machine, pairedLooks[0].pairs, effectRatio, order);
  const early = lookAt(first, settings, 0);
  if (early.decision !== 'undecided') return early;
  return lookAt([...first, ...drawMore(machine, settings)], settings, 1);
}

function drawMore(machine: NoisyMachine, { effectRatio, order }: ErrorRateSettings): Pair[] {
  return drawPairs(machine, pairedLooks[1].pairs - pairedLooks[0].pairs, effectRatio, order);
}

function lookAt(
  pairs: readonly Pair[],
  { marginRatio, floor }: ErrorRateSettings,
  at: 0 | 1,
): PairedComparison {
  const noiseFloorRatio = floor === 'none' ? 0 : floorIn(pairs);
  return comparePairs(pairs, {
    look: pairedLooks[at],
    marginRatio,
    noiseFloorRatio,
    better: 'lower',
  });
}

function floorIn(pairs: readonly Pair[]): number {
  const sides = [pairs.map(({ a }) => a), pairs.map(({ b }) => b)];
  return floorOfDistances(sides.map(distancesBetween), pairs.length)!;
}
