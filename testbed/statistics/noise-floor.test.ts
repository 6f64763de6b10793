import test from 'ava';
import { seedRandom } from '../../src/base/random.ts';
import { hodgesLehmann } from './hodges-lehmann.ts';
import { distancesBetween, floorOfDistances, measureNoiseFloor } from './noise-floor.ts';
import { createNoisyMachine, drawPairs, sharedMachine } from './noisy-machine.ts';
import { logRatios, type Pair } from './paired-comparison.ts';

/** Ratios of 1.04 and 1 / 1.04 by turns: the typical distance is ln 1.04. */
const evenNoise: Pair[] = Array.from({ length: 10 }, (_, at) =>
  at % 2 === 0 ? { a: 100, b: 104 } : { a: 104, b: 100 },
);

test('the floor is three standard errors of the estimate', (t) => {
  const spread = 1.4826 * Math.log(1.04);
  const wanted = Math.exp((3 * spread) / Math.sqrt(10)) - 1;
  t.true(Math.abs(measureNoiseFloor(evenNoise, 10)! - wanted) < 1e-12);
  t.true(measureNoiseFloor(evenNoise, 20)! < measureNoiseFloor(evenNoise, 10)!);
});

test('four wild pairs of ten do not move it', (t) => {
  const wild = evenNoise.map((pair, at) => (at < 4 ? { a: 1, b: 50 } : pair));
  t.is(measureNoiseFloor(wild, 10), measureNoiseFloor(evenNoise, 10));
});

test('a lasting offset between equal sides is noise', (t) => {
  const offset = evenNoise.map(() => ({ a: 100, b: 104 }));
  t.true(measureNoiseFloor(offset, 10)! > 0.04);
});

test('where a coarse clock makes most pairs equal, the largest distance counts', (t) => {
  const coarse = evenNoise.map((pair, at) => (at < 9 ? { a: 100, b: 100 } : pair));
  t.is(measureNoiseFloor(coarse, 10), measureNoiseFloor(evenNoise, 10));
  t.is(measureNoiseFloor(coarse.fill({ a: 5, b: 5 }), 10), 0);
});

test('fewer than ten pairs, or a figure of zero, say nothing', (t) => {
  t.is(measureNoiseFloor(evenNoise.slice(1), 10), undefined);
  t.is(measureNoiseFloor([...evenNoise, { a: 0, b: 1 }], 10), undefined);
});

test('each two neighbours are a pair, and equal runs lie ln 1.04 apart', (t) => {
  const [first, second, ...more] = distancesBetween([100, 104, 100]);
  t.true(Math.abs(first! - Math.log(1.04)) < 1e-12);
  t.true(Math.abs(second! - Math.log(1.04)) < 1e-12);
  t.deepEqual(more, []);
});

test('next to a quiet side the noisy one still counts: the variances are averaged', (t) => {
  const noisy = new Array<number>(9).fill(Math.log(1.04));
  const quiet = new Array<number>(9).fill(0);
  const wanted = Math.exp((3 * 1.4826 * Math.log(1.04)) / Math.sqrt(2 * 10)) - 1;
  t.true(Math.abs(floorOfDistances([noisy, quiet], 10)! - wanted) < 1e-12);
  t.is(floorOfDistances([noisy], 10), undefined);
});

test('on a noisy machine equal sides stay under the floor in 19 of 20 comparisons', (t) => {
  const trials = 400;
  let under = 0;
  for (let trial = 0; trial < trials; trial++) {
    const machine = createNoisyMachine(sharedMachine, seedRandom(1, 'floor', `${trial}`));
    const pairs = drawPairs(machine, 20, 0);
    const sides = [pairs.map(({ a }) => a), pairs.map(({ b }) => b)].map(distancesBetween);
    const floor = floorOfDistances(sides, pairs.length)!;
    const apart = Math.abs(hodgesLehmann(logRatios(pairs)));
    if (apart <= Math.log(1 + floor)) under++;
  }
  t.true(under / trials >= 0.95, `${under}`);
});
