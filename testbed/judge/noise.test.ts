import test from 'ava';
import { seedRandom } from '../../src/base/random.ts';
import { nsPerMs } from '../../src/base/time.ts';
import { createNoisyMachine, drawTime, sharedMachine } from '../statistics/noisy-machine.ts';
import { describeMargin, floorAt, marginOf, type NoiseInput, type NoisySide } from './noise.ts';
import { expect, gaps, judgeRun } from './testing-samples.ts';

const place = { caseId: 'default', variants: ['default'], figure: 'gap' };

function sideOf(...values: readonly number[]): NoisySide {
  return { place, figures: values.map((value, at) => ({ sample: at + 1, value })) };
}

test('earlier runs are asked only where these ones are too few', (t) => {
  const asked: string[] = [];
  const earlier: NoiseInput['earlier'] = ({ figure }) => {
    asked.push(figure);
    return new Array<number>(50).fill(0.2);
  };
  const eleven = sideOf(...Array.from({ length: 11 }, (_, at) => 100 + (at % 2)));
  const known = floorAt([eleven], 11, 11, { earlier });
  t.deepEqual(asked, []);
  const pooled = floorAt([eleven], 5, 5, { earlier });
  t.deepEqual(asked, ['gap']);
  t.true(known.kind === 'measured' && pooled.kind === 'measured' && pooled.ratio > known.ratio);
});

test('a floor is that of the look: what comes later does not change it', (t) => {
  const calm = Array.from({ length: 11 }, (_, at) => 100 + (at % 2));
  const later = sideOf(...calm, 10, 1000, 10, 1000);
  t.deepEqual(floorAt([later], 11, 11, {}), floorAt([sideOf(...calm)], 11, 11, {}));
});

test('the sentence names what was asked for and what the machine can tell', (t) => {
  t.is(describeMargin(marginOf(0.1, undefined)), 'margin 10 %');
  t.is(describeMargin(marginOf(0.1, 0.03)), 'margin 10 %, A/A floor 3 %');
  t.is(
    describeMargin(marginOf(0.1, 0.13)),
    "margin 10 %, never under this machine's A/A floor of 13 %",
  );
});

/** How often seven, or fifteen, runs of another day are called worse though nothing differs. */
function countAlarms(trials: number, noise: NoiseInput): number {
  let alarms = 0;
  for (let trial = 0; trial < trials; trial++) {
    const random = seedRandom(1, 'days', `${trial}`);
    const [then, now] = [0, 1].map(() => {
      const machine = createNoisyMachine(sharedMachine, random);
      return Array.from({ length: 15 }, () => drawTime(machine, 100));
    });
    const sortedValues = then!.map((ms) => ms * nsPerMs).toSorted((a, b) => a - b);
    const [row] = judgeRun({
      expectations: [expect('gap', { against: 'baseline', better: 'lower' })],
      endings: { default: gaps(...now!) },
      baseline: { lookup: () => ({ kind: 'reference', sortedValues, seed: 1 }) },
      ...{ lab: 'netns', noise },
    });
    if (row!.verdict === 'fail') alarms++;
  }
  return alarms;
}

test('two days of a drifting machine are not called different; without the floor they are', (t) => {
  // Each run on a bench of its own leaves no pair, and the earlier ones say that there is no noise.
  const without: NoiseInput = {
    benchOf: (_, sample) => `${sample}`,
    earlier: () => new Array<number>(10).fill(1e-9),
  };
  t.true(countAlarms(200, {}) <= 4);
  t.true(countAlarms(200, without) >= 20);
});
