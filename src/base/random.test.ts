import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from './property-runs.conformance.ts';
import {
  deriveSeed,
  drawBelow,
  drawChance,
  drawUint32,
  drawUnit,
  fillRandom,
  type Random,
  seedRandom,
} from './random.ts';

function drawMany(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => drawUint32(random));
}

test('xoshiro128** gives the numbers of its authors from the state 1, 2, 3, 4', (t) => {
  // Printed by their C source, version 1.1.
  t.deepEqual(
    drawMany({ s0: 1, s1: 2, s2: 3, s3: 4 }, 10),
    [
      11_520, 0, 5_927_040, 70_819_200, 2_031_721_883, 1_637_235_492, 1_287_239_034, 3_734_860_849,
      3_729_100_597, 4_258_142_804,
    ],
  );
});

test('the same seed and names give the same draws', (t) => {
  t.deepEqual(
    drawMany(seedRandom(7, 'link', 'wifi'), 20),
    drawMany(seedRandom(7, 'link', 'wifi'), 20),
  );
});

test('another seed, name or depth gives other draws', (t) => {
  const streams = [
    seedRandom(7, 'link', 'wifi'),
    seedRandom(8, 'link', 'wifi'),
    seedRandom(7, 'link', 'lte'),
    seedRandom(7, 'linkwifi'),
    seedRandom(7, 'link'),
    seedRandom(7),
  ];
  t.is(new Set(streams.map((random) => drawMany(random, 4).join())).size, streams.length);
});

test("a neighbour's draws leave a stream's own as they were", (t) => {
  const alone = drawMany(seedRandom(7, 'wifi'), 20);
  const [own, neighbour] = [seedRandom(7, 'wifi'), seedRandom(7, 'new-link')];
  const beside = Array.from({ length: 20 }, () => {
    drawUnit(neighbour);
    return drawUint32(own);
  });
  t.deepEqual(beside, alone);
});

test('a derived seed prints and parses exactly, and depends on every name', (t) => {
  const seed = deriveSeed(7, 'sample', '3');
  t.true(Number.isSafeInteger(seed) && seed >= 0 && seed < 2 ** 48);
  t.is(deriveSeed(7, 'sample', '3'), seed);
  t.not(deriveSeed(7, 'sample', '4'), seed);
});

test('a draw below a bound is a whole number below it', (t) => {
  const random = seedRandom(1, 'bounds');
  const bounds = fc.property(fc.integer({ min: 1, max: 2 ** 32 }), (bound) => {
    const drawn = drawBelow(random, bound);
    t.true(Number.isInteger(drawn) && drawn >= 0 && drawn < bound);
  });
  fc.assert(bounds, propertyRuns(300));
  t.is(drawBelow(random, 1), 0);
});

/** The chi-square statistic of counts that should all be equal. */
function chiSquareOf(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

function countThirds(draw: (random: Random) => number, bound: number): number[] {
  const random = seedRandom(1, 'fair');
  const counts = [0, 0, 0];
  for (let draws = 0; draws < 30_000; draws++) counts[Math.floor((draw(random) / bound) * 3)]! += 1;
  return counts;
}

/** 99.9 % of fair draws stay below these (chi-square with 2 and with 9 degrees of freedom). */
const limitOfThree = 13.82;
const limitOfTen = 27.88;

test('every number below a bound is equally likely', (t) => {
  const random = seedRandom(1, 'ten');
  const counts = new Array<number>(10).fill(0);
  for (let draws = 0; draws < 20_000; draws++) counts[drawBelow(random, 10)]! += 1;
  t.true(chiSquareOf(counts) < limitOfTen, counts.join());
});

test('a bound of three quarters of the range is fair, where a plain remainder is not', (t) => {
  const bound = 3 * 2 ** 30;
  t.true(chiSquareOf(countThirds((random) => drawBelow(random, bound), bound)) < limitOfThree);
  t.true(chiSquareOf(countThirds((random) => drawUint32(random) % bound, bound)) > limitOfThree);
});

test('a unit draw lies in [0, 1) and is fair', (t) => {
  t.true(chiSquareOf(countThirds(drawUnit, 1)) < limitOfThree);
  const random = seedRandom(1, 'unit');
  for (let draws = 0; draws < 1_000; draws++) {
    const unit = drawUnit(random);
    t.true(unit >= 0 && unit < 1);
  }
});

test('a chance comes true as often as it says', (t) => {
  const random = seedRandom(1, 'chance');
  let hits = 0;
  for (let draws = 0; draws < 10_000; draws++) if (drawChance(random, 0.2)) hits += 1;
  // Four standard deviations of a binomial: 4 * sqrt(10000 * 0.2 * 0.8) = 160.
  t.true(Math.abs(hits - 2_000) < 160, `${hits}`);
});

test('what is certain or impossible draws nothing', (t) => {
  const random = seedRandom(1, 'sure');
  const before = { ...random };
  t.true(drawChance(random, 1));
  t.false(drawChance(random, 0));
  t.deepEqual(random, before);
  drawChance(random, 0.5);
  t.notDeepEqual(random, before);
});

test('random bytes fill what they are given, and nothing beside it', (t) => {
  const room = new Uint8Array(300).fill(0xa5);
  fillRandom(seedRandom(1, 'bytes'), room.subarray(10, 290));
  t.deepEqual(room.subarray(0, 10), new Uint8Array(10).fill(0xa5));
  t.deepEqual(room.subarray(290), new Uint8Array(10).fill(0xa5));
  t.true(new Set(room.subarray(10, 290)).size > 100);
});
