/**
 * The only source of chance. A stream is named: its seed is a hash of the run's seed and of the
 * names that lead to it, so that a new link or node leaves every other stream's draws as they were.
 *
 * xoshiro128** 1.1 (Blackman, Vigna 2018): 32-bit arithmetic only, the same on every machine.
 */
import { createHash } from 'node:crypto';

export interface Random {
  s0: number;
  s1: number;
  s2: number;
  s3: number;
}

export function seedRandom(seed: number, ...names: readonly string[]): Random {
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, ...names]))
    .digest();
  return {
    s0: digest.readInt32LE(0),
    s1: digest.readInt32LE(4),
    s2: digest.readInt32LE(8),
    s3: digest.readInt32LE(12) | 1,
  };
}

/** A seed for a part of a run: the sample, the case. Fits in 48 bits, so it prints and parses exactly. */
export function deriveSeed(seed: number, ...names: readonly string[]): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, ...names]))
    .digest();
  return digest.readUIntLE(0, 6);
}

/** A whole number from 0 to 2^32 - 1. */
export function drawUint32(random: Random): number {
  const scrambled = Math.imul(random.s1, 5);
  const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
  const shifted = random.s1 << 9;
  random.s2 ^= random.s0;
  random.s3 ^= random.s1;
  random.s1 ^= random.s2;
  random.s0 ^= random.s3;
  random.s2 ^= shifted;
  random.s3 = (random.s3 << 11) | (random.s3 >>> 21);
  return result;
}

/** A number in [0, 1) with 53 bits of chance. */
export function drawUnit(random: Random): number {
  const high = drawUint32(random) >>> 5;
  const low = drawUint32(random) >>> 6;
  return (high * 67_108_864 + low) / 9_007_199_254_740_992;
}

/** A whole number from 0 to `bound` - 1, every one equally likely (`bound` up to 2^32). */
export function drawBelow(random: Random, bound: number): number {
  const unfair = 4_294_967_296 % bound;
  for (;;) {
    const drawn = drawUint32(random);
    if (drawn >= unfair) return drawn % bound;
  }
}

/** True once in 1 / `ratio` draws. Certain and impossible draw nothing. */
export function drawChance(random: Random, ratio: number): boolean {
  if (ratio <= 0) return false;
  return ratio >= 1 || drawUnit(random) < ratio;
}

export function fillRandom(random: Random, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at++) bytes[at] = drawUint32(random) >>> 24;
}
