/**
 * How often a property is tried and from which seed. `make test` tries it a fixed number of times from
 * a fixed seed; `make prove` many more times, from other seeds in each round. A failure prints its
 * seed and path, with which fast-check replays and has already shrunk it.
 */
import process from 'node:process';

export interface PropertyRuns {
  readonly seed: number;
  readonly numRuns: number;
}

/** What a round of the proof multiplies a property's usual runs by. */
export const proofFactor = 20;

export function propertyRuns(usualRuns: number, usualSeed = 1): PropertyRuns {
  const round = Number(process.env['ROPEWALK_PROOF_ROUND'] ?? 0);
  if (round === 0) return { seed: usualSeed, numRuns: usualRuns };
  return { seed: usualSeed + round * 1_000, numRuns: usualRuns * proofFactor };
}
