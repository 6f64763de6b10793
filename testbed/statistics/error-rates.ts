/**
 * How often the paired procedure is wrong, seen by running it on a simulated noisy machine: A/A pairs
 * for the noise floor, then 10 pairs, and 10 more if those decide nothing.
 */
import { seedRandom } from '../../src/base/random.ts';
import { measureNoiseFloor } from './noise-floor.ts';
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
  readonly noisePairs: number;
  readonly order: RunOrder;
  readonly noise: NoiseSettings;
}

export const usualTrial: ErrorRateSettings = {
  trials: 10_000,
  seed: 1,
  effectRatio: 0,
  marginRatio: 0.05,
  noisePairs: 20,
  order: 'abba',
  noise: sharedMachine,
};

export interface ErrorRates {
  readonly trials: number;
  /** How many trials ended so. */
  readonly decisions: Readonly<Record<ComparisonDecision, number>>;
  /** `better` or `worse`: a false alarm where nothing differs. */
  readonly alarmRatio: number;
  readonly meanPairs: number;
}

export function simulateErrorRates(settings: ErrorRateSettings): ErrorRates {
  const decisions = { same: 0, better: 0, worse: 0, undecided: 0, incomparable: 0 };
  let pairs = 0;
  for (let trial = 0; trial < settings.trials; trial++) {
    const comparison = simulateComparison(settings, trial);
    decisions[comparison.decision] += 1;
    pairs += comparison.pairs;
  }
  const { trials } = settings;
  const alarms = decisions.better + decisions.worse;
  return { trials, decisions, alarmRatio: alarms / trials, meanPairs: pairs / trials };
}

function simulateComparison(settings: ErrorRateSettings, trial: number): PairedComparison {
  const { seed, effectRatio, noise, noisePairs, order } = settings;
  const random = seedRandom(seed, 'error-rates', `${effectRatio}`, `${trial}`);
  const machine = createNoisyMachine(noise, random);
  const equalPairs = drawPairs(machine, noisePairs, 0);
  const first = drawPairs(machine, pairedLooks[0].pairs, effectRatio, order);
  const early = lookAt(first, settings, equalPairs, 0);
  if (early.decision !== 'undecided') return early;
  return lookAt([...first, ...drawMore(machine, settings)], settings, equalPairs, 1);
}

function drawMore(machine: NoisyMachine, { effectRatio, order }: ErrorRateSettings): Pair[] {
  return drawPairs(machine, pairedLooks[1].pairs - pairedLooks[0].pairs, effectRatio, order);
}

function lookAt(
  pairs: readonly Pair[],
  { marginRatio }: ErrorRateSettings,
  equalPairs: readonly Pair[],
  at: 0 | 1,
): PairedComparison {
  const noiseFloorRatio = measureNoiseFloor(equalPairs, pairs.length) ?? 0;
  return comparePairs(pairs, {
    look: pairedLooks[at],
    marginRatio,
    noiseFloorRatio,
    better: 'lower',
  });
}
