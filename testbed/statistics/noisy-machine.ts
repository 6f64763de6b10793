/**
 * A machine as noisy as shared ones are: each run is off by a lognormal factor, now and then a run is
 * much slower, and the whole machine drifts from run to run. Only for proving the statistics.
 */
import { exponential, naturalLog } from '../../src/base/arithmetic.ts';
import { drawChance, drawUnit, type Random } from '../../src/base/random.ts';
import type { Pair } from './paired-comparison.ts';

export interface NoiseSettings {
  /** Standard deviation of the logarithm of one run. */
  readonly jitterRatio: number;
  /** The share of runs that are slower, by something between the least and the most. */
  readonly spikeChance: number;
  readonly leastSpikeRatio: number;
  readonly mostSpikeRatio: number;
  /** Standard deviation of the drift's logarithm, and how much of it the next run keeps: AR(1). */
  readonly driftRatio: number;
  readonly driftKept: number;
}

export const sharedMachine: NoiseSettings = {
  jitterRatio: 0.04,
  spikeChance: 0.08,
  leastSpikeRatio: 0.1,
  mostSpikeRatio: 0.5,
  driftRatio: 0.05,
  driftKept: 0.9,
};

export interface NoisyMachine {
  readonly noise: NoiseSettings;
  readonly random: Random;
  /** In standard deviations. */
  drift: number;
}

export function createNoisyMachine(noise: NoiseSettings, random: Random): NoisyMachine {
  return { noise, random, drift: drawNormal(random) };
}

/** How long something takes that would take `trueTime` without noise. */
export function drawTime(machine: NoisyMachine, trueTime: number): number {
  const { noise, random } = machine;
  const kept = noise.driftKept;
  machine.drift = kept * machine.drift + Math.sqrt(1 - kept * kept) * drawNormal(random);
  const logarithm = noise.driftRatio * machine.drift + noise.jitterRatio * drawNormal(random);
  return trueTime * exponential(logarithm) * drawSpike(machine);
}

function drawSpike({ noise, random }: NoisyMachine): number {
  if (!drawChance(random, noise.spikeChance)) return 1;
  const range = noise.mostSpikeRatio - noise.leastSpikeRatio;
  return 1 + noise.leastSpikeRatio + range * drawUnit(random);
}

/** Marsaglia's polar method; the second number of each draw is thrown away. */
function drawNormal(random: Random): number {
  for (;;) {
    const x = 2 * drawUnit(random) - 1;
    const y = 2 * drawUnit(random) - 1;
    const square = x * x + y * y;
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * naturalLog(square)) / square);
  }
}

/** In which order the runs of a and b follow each other. */
export type RunOrder = 'abba' | 'blocks';

/** `effectRatio`: 0.2 makes b take a fifth longer than a. */
export function drawPairs(
  machine: NoisyMachine,
  count: number,
  effectRatio: number,
  order: RunOrder = 'abba',
): Pair[] {
  const drawA = () => drawTime(machine, 1);
  const drawB = () => drawTime(machine, 1 + effectRatio);
  if (order === 'blocks') {
    const before = Array.from({ length: count }, drawA);
    return before.map((a) => ({ a, b: drawB() }));
  }
  return Array.from({ length: count }, (_, at) => (at % 2 === 0 ? drawAb() : drawBa()));

  function drawAb(): Pair {
    const a = drawA();
    return { a, b: drawB() };
  }
  function drawBa(): Pair {
    const b = drawB();
    return { a: drawA(), b };
  }
}
