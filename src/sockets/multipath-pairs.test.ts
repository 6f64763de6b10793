/** Any two links together are no worse than the better of them alone, whatever they are. */
import test from 'ava';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { drawUnit, seedRandom } from '../base/random.ts';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import type { StreamSettings } from '../host/stream.ts';
import { cable, connect, type TestCable, TestWorld } from './testing-multipath.ts';

/** A round of `make prove` draws 60 pairs, ten rounds 600. */
const { seed: firstPair, numRuns: pairs } = propertyRuns(3);
const seedsOfPair = 5;
const leastRatio = 0.97;
const leastQueueBytes = 20 * 1_500;
/** The steady state, as scenarios take it. */
const fromNs = 5 * nsPerSecond;
const forNs = 20 * nsPerSecond;

function anyCable(random: ReturnType<typeof seedRandom>): TestCable {
  const rateBps = 1_000_000 * (1 + 99 * drawUnit(random));
  const delayNs = (1 + 149 * drawUnit(random)) * nsPerMs;
  const lossRatio = 0.02 * drawUnit(random);
  const bdpBytes = (2 * delayNs * rateBps) / (8 * nsPerSecond);
  return cable({ rateBps, delayNs, lossRatio, queueBytes: Math.max(leastQueueBytes, bdpBytes) });
}

/** The bytes that arrive in the window. */
function carried(world: TestWorld, settings: StreamSettings): number {
  const { stream, accepted } = connect(world, settings, settings, false);
  const chunk = new Uint8Array(262_144);
  const feed = () => {
    while (stream.write(chunk) === chunk.length);
    world.after(2 * nsPerMs, feed);
  };
  feed();
  world.runFor(fromNs);
  const before = accepted.receivedBytes;
  world.runFor(forNs);
  return accepted.receivedBytes - before;
}

/** The same packets are lost on a link, whether it is alone or not. */
function lay(cables: readonly TestCable[], indexes: readonly number[], seed: number): TestWorld {
  const laid = indexes.map((index) => {
    const chance = [seedRandom(seed, `there ${index}`), seedRandom(seed, `back ${index}`)] as const;
    return cable({ ...cables[index]!, freeAtNs: [0, 0], chance });
  });
  return new TestWorld(laid, seed);
}

/** For each seed: of both links together to the one that is the better alone. */
function ratiosOf(cables: readonly TestCable[], seeds: readonly number[]): readonly number[] {
  const alone = [0, 1].map((index) =>
    seeds.map((seed) => carried(lay(cables, [index], seed), { transport: 'tcp' })),
  );
  const [first, second] = alone.map((each) => each.reduce((sum, bytes) => sum + bytes, 0));
  const better = alone[first! >= second! ? 0 : 1]!;
  return seeds.map((seed, at) => {
    return carried(lay(cables, [0, 1], seed), { transport: 'mptcp' }) / better[at]!;
  });
}

test(`two links drawn at random carry at least ${leastRatio} of what the better carries alone`, (t) => {
  t.timeout(3_600_000);
  const worse: string[] = [];
  for (let pair = firstPair; pair < firstPair + pairs; pair++) {
    const random = seedRandom(pair, 'pair of links');
    const cables = [anyCable(random), anyCable(random)];
    const seeds = Array.from({ length: seedsOfPair }, (_, at) => pair * 100 + at);
    const ratios = [...ratiosOf(cables, seeds)];
    const ratio = ratios.sort((a, b) => a - b)[Math.floor(seedsOfPair / 2)]!;
    if (ratio < leastRatio) worse.push(`pair ${pair}: ${ratio.toFixed(3)}`);
  }
  t.deepEqual(worse, []);
});
