/** Whatever happens to links, every byte arrives once and in order, both ways at once. */
import test from 'ava';
import fc from 'fast-check';
import { propertyRuns } from '../base/property-runs.conformance.ts';
import { drawBelow, drawChance, drawUnit, type Random, seedRandom } from '../base/random.ts';
import { nsPerMs, nsPerSecond } from '../base/time.ts';
import type { Stream } from '../host/stream.ts';
import { cable, connect, type TestCable, TestWorld, type Watched } from './testing-multipath.ts';

const bytesEachWay = 120_000;
/** Long after the last disturbance. */
const patienceNs = 120 * nsPerSecond;

function anyCable(random: Random): TestCable {
  return cable({
    delayNs: (1 + drawBelow(random, 80)) * nsPerMs,
    rateBps: 1_000_000 * (1 + drawBelow(random, 30)),
    lossRatio: drawChance(random, 0.5) ? drawUnit(random) * 0.05 : 0,
    queueBytes: 15_000 + drawBelow(random, 100_000),
  });
}

/** Down, silent, lossy, slow, and back, at random moments of the first seconds. */
function disturb(world: TestWorld, random: Random): void {
  for (let count = 1 + drawBelow(random, 6); count > 0; count--) {
    const index = drawBelow(random, world.cables.length);
    const line = world.cables[index]!;
    const atNs = drawUnit(random) * 2 * nsPerSecond;
    const forNs = drawUnit(random) * nsPerSecond;
    const kind = drawBelow(random, 4);
    const { lossRatio, delayNs } = line;
    world.after(atNs, () => {
      if (kind === 0) world.setDown(index, true);
      else if (kind === 1) line.isSilent = true;
      else if (kind === 2) line.lossRatio = 0.3;
      else line.delayNs = delayNs * 5;
    });
    world.after(atNs + forNs, () => {
      if (kind === 0) world.setDown(index, false);
      else if (kind === 1) line.isSilent = false;
      else if (kind === 2) line.lossRatio = lossRatio;
      else line.delayNs = delayNs;
    });
  }
}

/** Byte n of a side is a function of n, so that one lost, doubled or moved shows. */
function byteAt(side: number, at: number): number {
  return (Math.imul(at + 7 * side, 2_654_435_761) >>> 24) ^ (at & 255);
}

function pump(world: TestWorld, stream: () => Stream | undefined, side: number): void {
  const bytes = Uint8Array.from({ length: bytesEachWay }, (_, at) => byteAt(side, at));
  let at = 0;
  const go = () => {
    at += stream()?.write(bytes.subarray(at, at + 9_000)) ?? 0;
    if (at < bytes.length) world.after(5 * nsPerMs, go);
    else stream()!.end();
  };
  go();
}

function firstWrong({ received }: Watched, side: number): number | undefined {
  let at = 0;
  for (const chunk of received) {
    for (const byte of chunk) if (byte !== byteAt(side, at++)) return at - 1;
  }
  return at === bytesEachWay ? undefined : at;
}

function runOnce(seed: number, checksum: boolean): string | undefined {
  const random = seedRandom(seed, 'bytes');
  const cables = Array.from({ length: 2 + drawBelow(random, 2) }, () => anyCable(random));
  const world = new TestWorld(cables, seed);
  const { stream, opened, accepted, other } = connect(world, { multipath: { checksum } });
  disturb(world, random);
  pump(world, () => stream, 1);
  pump(world, other, 2);
  const isDone = () => opened.closed !== undefined && accepted.closed !== undefined;
  world.runFor(patienceNs, isDone);
  const there = firstWrong(accepted, 1);
  const back = firstWrong(opened, 2);
  if (there !== undefined) return `there: wrong at ${there} of ${accepted.receivedBytes}`;
  if (back !== undefined) return `back: wrong at ${back} of ${opened.receivedBytes}`;
  // Who waits for the last acknowledgment when the last link goes can't know that all arrived.
  const ends = [opened.closed, accepted.closed];
  const isKnown = ends.includes('finished') && !ends.includes(undefined);
  return isKnown ? undefined : ends.join(' ');
}

for (const checksum of [false, true]) {
  const name = checksum ? ' (with checksums)' : '';
  test(`links go down, silent, lossy, slow and back: nothing is lost, nothing doubled${name}`, (t) => {
    t.timeout(3_600_000);
    const runs = propertyRuns(checksum ? 50 : 450);
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), (seed) => {
        t.is(runOnce(seed, checksum), undefined, `seed ${seed}`);
      }),
      runs,
    );
  });
}

test('the last link goes while the last acknowledgment is on it: all arrived, and who waits for it hears of a reset', (t) => {
  // The other side was told of everything, has ended, and forgets the key: a join that comes later is refused.
  const world = new TestWorld([cable(), cable()]);
  const { opened, accepted, stream, other } = connect(world);
  world.runFor(nsPerSecond / 2);
  other().end();
  world.runFor(nsPerSecond / 2);
  world.passes = ({ to }) => to === 1;
  stream.write(new Uint8Array(1_000));
  stream.end();
  world.runFor(15 * nsPerMs);
  for (const index of [0, 1]) world.setDown(index, true);
  world.passes = () => true;
  world.setDown(1, false);
  world.runFor(10 * nsPerSecond);
  t.is(accepted.receivedBytes, 1_000);
  t.is(accepted.closed, 'finished');
  t.is(opened.closed, 'reset');
});
