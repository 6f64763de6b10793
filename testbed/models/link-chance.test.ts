import test from 'ava';
import { nsPerMs } from '../../src/base/time.ts';
import type { DirectionSettings, LossSettings } from '../schema/link-settings.ts';
import { LinkRig } from './link-rig.ts';

/** Two-sided 99 % of the normal distribution. */
const z99 = 2.576;

function carry(patch: Partial<DirectionSettings>, count: number, seed = 1): LinkRig {
  const rig = new LinkRig(patch, seed);
  for (let n = 0; n < count; n++) rig.offer(n * nsPerMs, 100);
  return rig.drain();
}

/** The lengths of the runs of consecutive lost frames. */
function burstsOf(rig: LinkRig): number[] {
  const bursts: number[] = [];
  let previous = -1;
  for (const n of rig.droppedFor('lost')) {
    if (n === previous + 1) bursts[bursts.length - 1]!++;
    else bursts.push(1);
    previous = n;
  }
  return bursts;
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, one) => sum + one, 0) / values.length;

for (const ratio of [0.001, 0.03, 0.5]) {
  test(`independent loss of ${ratio} lies in its binomial 99 % interval`, (t) => {
    const count = 100_000;
    const { lostFrames } = carry({ loss: { model: 'independent', ratio } }, count).link.counters;
    const deviation = Math.sqrt(count * ratio * (1 - ratio));
    t.true(Math.abs(lostFrames - count * ratio) <= z99 * deviation, `${lostFrames}`);
  });
}

const gilbertElliott = [
  { goodToBadRatio: 0.005, badToGoodRatio: 0.2, lossInGoodRatio: 0, lossInBadRatio: 1 },
  { goodToBadRatio: 0.02, badToGoodRatio: 0.1, lossInGoodRatio: 0.001, lossInBadRatio: 0.5 },
];

for (const ratios of gilbertElliott) {
  test(`Gilbert-Elliott ${Object.values(ratios).join('/')} loses its stationary share`, (t) => {
    const count = 200_000;
    const { goodToBadRatio: p, badToGoodRatio: r, lossInGoodRatio: k, lossInBadRatio: h } = ratios;
    const inBad = p / (p + r);
    const share = (1 - inBad) * k + inBad * h;
    const memory = 1 - p - r;
    const covariance = ((h - k) ** 2 * inBad * (1 - inBad) * memory) / (1 - memory);
    const deviation = Math.sqrt((share * (1 - share) + 2 * covariance) / count);
    const rig = carry({ loss: { model: 'gilbert-elliott', ...ratios } }, count);
    t.true(Math.abs(rig.link.counters.lostFrames / count - share) <= z99 * deviation);
  });
}

/** A burst in a bad state that loses all is geometric: mean 1/r, deviation sqrt(1 - r) / r. */
function isBurstLengthOf(rig: LinkRig, badToGoodRatio: number): boolean {
  const bursts = burstsOf(rig);
  const deviation = Math.sqrt(1 - badToGoodRatio) / badToGoodRatio / Math.sqrt(bursts.length);
  return Math.abs(mean(bursts) - 1 / badToGoodRatio) <= z99 * deviation;
}

test("Gilbert-Elliott's bursts have their mean length, and independent loss of the same share has not", (t) => {
  const ratios = { ...gilbertElliott[0]!, badToGoodRatio: 0.2 };
  const bursty: LossSettings = { model: 'gilbert-elliott', ...ratios };
  const rig = carry({ loss: bursty }, 200_000);
  t.true(burstsOf(rig).length > 500);
  t.true(isBurstLengthOf(rig, 0.2));
  const ratio = 0.005 / 0.205;
  t.false(isBurstLengthOf(carry({ loss: { model: 'independent', ratio } }, 200_000), 0.2));
});

test('a list loses exactly its frames', (t) => {
  const rig = carry({ loss: { model: 'list', frames: [7, 3, 8] } }, 10);
  t.deepEqual(rig.droppedFor('lost'), [3, 7, 8]);
  t.deepEqual(rig.arrived, [1, 2, 4, 5, 6, 9, 10]);
});

test('a list counts the frames that enter the wire, since the beginning', (t) => {
  const rig = new LinkRig({ mtuBytes: 1_000 });
  rig.offer(0, 1_200);
  rig.offer(0, 100);
  rig.change(1, { loss: { model: 'list', frames: [1, 2] } });
  rig.offer(1, 100);
  rig.offer(1, 100);
  rig.drain();
  t.deepEqual(rig.droppedFor('lost'), [3]);
});

test('jitter is even between delay - jitter and delay + jitter', (t) => {
  const count = 20_000;
  const jitterNs = 300_000;
  const rig = carry({ jitterNs }, count);
  const delays = rig.arrivals.map(({ n, atNs }) => atNs - (n - 1) * nsPerMs);
  t.true(Math.min(...delays) >= 10 * nsPerMs - jitterNs);
  t.true(Math.max(...delays) <= 10 * nsPerMs + jitterNs);
  const deviation = jitterNs / Math.sqrt(3) / Math.sqrt(count);
  t.true(Math.abs(mean(delays) - 10 * nsPerMs) <= z99 * deviation);
  for (const quarter of [0.25, 0.5, 0.75]) {
    const below = delays.filter((ns) => ns <= 10 * nsPerMs + (2 * quarter - 1) * jitterNs).length;
    const spread = Math.sqrt(count * quarter * (1 - quarter));
    t.true(Math.abs(below - count * quarter) <= z99 * spread, `${quarter}: ${below}`);
  }
});

test('jitter keeps the order, also where it is larger than the spacing and than the delay', (t) => {
  const rig = carry({ delayNs: 4 * nsPerMs, jitterNs: 9 * nsPerMs }, 5_000);
  t.deepEqual(
    rig.arrived,
    rig.arrived.toSorted((a, b) => a - b),
  );
  t.true(rig.arrivals.every(({ n, atNs }) => atNs >= (n - 1) * nsPerMs));
  t.is(rig.arrivals.length, 5_000);
});

test('reordering delays exactly the held frames, which the frames behind them overtake', (t) => {
  const holdNs = 4_500_000;
  const plain = carry({}, 5_000);
  const rig = carry({ reorder: { ratio: 0.05, holdNs } }, 5_000);
  const plainAt = new Map(plain.arrivals.map(({ n, atNs }) => [n, atNs]));
  const late = rig.arrivals.filter(({ n, atNs }) => atNs !== plainAt.get(n));
  t.true(late.every(({ n, atNs }) => atNs === plainAt.get(n)! + holdNs));
  t.is(late.length, rig.link.counters.reorderedFrames);
  t.true(Math.abs(late.length - 250) <= z99 * Math.sqrt(5_000 * 0.05 * 0.95));
  const first = late[0]!.n;
  const place = rig.arrived.indexOf(first);
  t.deepEqual(rig.arrived.slice(place - 4, place).includes(first + 1), true);
});

test('a duplicate arrives right behind its original and is the same', (t) => {
  const rig = carry({ duplicateRatio: 0.1, corruptRatio: 0.5 }, 20_000);
  const { duplicatedFrames } = rig.link.counters;
  t.true(Math.abs(duplicatedFrames - 2_000) <= z99 * Math.sqrt(20_000 * 0.1 * 0.9));
  t.is(rig.arrivals.length, 20_000 + duplicatedFrames);
  for (let at = 1; at < rig.arrivals.length; at++) {
    const [one, two] = [rig.arrivals[at - 1]!, rig.arrivals[at]!];
    if (one.n === two.n) t.deepEqual(one, two);
  }
});

test('corruption turns one bit behind the Ethernet header, each equally likely', (t) => {
  const rig = carry({ corruptRatio: 1 }, 20_000);
  const ones = rig.arrivals.map(({ payload }) => [...payload].filter((byte) => byte !== 0));
  t.true(ones.every((bytes) => bytes.length === 1 && (bytes[0]! & (bytes[0]! - 1)) === 0));
  const turnedAt = rig.arrivals.map(({ payload }) => payload.findIndex((byte) => byte !== 0));
  const firstHalf = turnedAt.filter((at) => at < 43).length;
  t.true(Math.abs(firstHalf - 10_000) <= z99 * Math.sqrt(5_000));
  t.is(rig.link.counters.corruptedFrames, 20_000);
});

const kinds: readonly Partial<DirectionSettings>[] = [
  { loss: { model: 'independent', ratio: 0.2 } },
  { corruptRatio: 0.3 },
  { duplicateRatio: 0.3 },
  { jitterNs: 300_000 },
  { reorder: { ratio: 0.2, holdNs: 700_000 } },
];

/** What each kind did to each frame, read off what arrived. */
function fatesOf(patch: Partial<DirectionSettings>) {
  const rig = carry(patch, 2_000);
  const arrived = new Map(rig.arrivals.map((arrival) => [arrival.n, arrival]));
  return { arrived, lost: rig.droppedFor('lost') };
}

test('losses stay the same frames, whatever else is turned on', (t) => {
  const [loss, ...others] = kinds;
  const { lost } = fatesOf(loss!);
  t.true(lost.length > 300);
  for (const other of others) t.deepEqual(fatesOf({ ...loss, ...other }).lost, lost);
});

test('corruption turns the same bits, and jitter gives the same arrivals, where loss is turned on', (t) => {
  for (const kind of kinds.slice(1)) {
    const alone = fatesOf(kind).arrived;
    const together = fatesOf({ ...kind, ...kinds[0] });
    t.true(together.lost.length > 300);
    for (const [n, arrival] of together.arrived) t.deepEqual(arrival, alone.get(n));
  }
});

test('the same seed gives the same outcome, another seed another one', (t) => {
  const all = Object.assign({}, ...kinds) as Partial<DirectionSettings>;
  t.deepEqual(carry(all, 2_000, 5).arrivals, carry(all, 2_000, 5).arrivals);
  t.notDeepEqual(carry(all, 2_000, 5).arrived, carry(all, 2_000, 6).arrived);
});
