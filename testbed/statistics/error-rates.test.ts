import test from 'ava';
import { binomialDistribution } from './binomial.ts';
import { type ErrorRateSettings, simulateErrorRates, usualTrial } from './error-rates.ts';

const trials = 400;

function countAlarms(patch: Partial<ErrorRateSettings>): number {
  const { decisions } = simulateErrorRates({ ...usualTrial, trials, ...patch });
  return decisions.better + decisions.worse;
}

/** The least and the greatest count that 400 trials of such a chance show, 0.5 % left out on each side. */
function expectedCounts(chance: number): { least: number; most: number } {
  const distribution = binomialDistribution(trials, chance);
  return { least: cut(distribution), most: trials - cut(distribution.toReversed()) };
}

function cut(distribution: readonly number[]): number {
  let tail = 0;
  return distribution.findIndex((chance) => {
    tail += chance;
    return tail > 0.005;
  });
}

test('where nothing differs at most 1 % of comparisons raise an alarm', (t) => {
  const alarms = countAlarms({ effectRatio: 0 });
  t.true(alarms <= expectedCounts(0.01).most, `${alarms}`);
});

test('20 % more is found in 95 % of comparisons', (t) => {
  const found = countAlarms({ effectRatio: 0.2 });
  t.true(found >= expectedCounts(0.95).least, `${found}`);
});

test('10 % more is found in 80 % of comparisons', (t) => {
  const found = countAlarms({ effectRatio: 0.1 });
  t.true(found >= expectedCounts(0.8).least, `${found}`);
});

test('without interleaving the drift raises false alarms', (t) => {
  const alarms = countAlarms({ effectRatio: 0, order: 'blocks' });
  t.true(alarms > expectedCounts(0.01).most, `${alarms}`);
});

test('however small a margin is asked for, equal sides are called different as rarely', (t) => {
  const alarms = countAlarms({ marginRatio: 0.001 });
  t.true(alarms <= expectedCounts(0.01).most, `${alarms}`);
  const without = countAlarms({ marginRatio: 0.001, floor: 'none' });
  t.true(without > expectedCounts(0.01).most, `${without}`);
});

test('what is called the same lies within the margin that is said of it', (t) => {
  for (const effectRatio of [0.05, 0.1]) {
    const { wrongSames } = simulateErrorRates({ ...usualTrial, trials, effectRatio });
    t.true(wrongSames <= expectedCounts(0.03).most, `${wrongSames}`);
  }
});

test('the same seed gives the same rates', (t) => {
  const few = { ...usualTrial, trials: 20, effectRatio: 0.1 };
  t.deepEqual(simulateErrorRates(few), simulateErrorRates(few));
});
