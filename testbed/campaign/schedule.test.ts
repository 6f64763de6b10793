import test from 'ava';
import { interleavingIn, samplesUpTo, scheduleSamples, seedAgain } from './schedule.ts';

const whole = {
  cases: ['a', 'b'],
  variants: ['ours', 'kernel'],
  samples: samplesUpTo(2),
  seed: 7,
};

test('variants take turns sample by sample, case after case', (t) => {
  const order = scheduleSamples(whole).map(
    ({ caseId, variant, sample }) => `${caseId} ${variant} ${sample}`,
  );
  t.deepEqual(order, [
    'a ours 1',
    'a kernel 1',
    'a ours 2',
    'a kernel 2',
    'b ours 1',
    'b kernel 1',
    'b ours 2',
    'b kernel 2',
  ]);
});

test('a sample has one seed in every case and variant, and another than its neighbours', (t) => {
  const seeds = Map.groupBy(scheduleSamples(whole), ({ sample }) => sample);
  const distinct = [...seeds.values()].map((slots) => new Set(slots.map(({ seed }) => seed)));
  t.deepEqual(
    distinct.map((set) => set.size),
    [1, 1],
  );
  t.is(new Set(distinct.flatMap((set) => [...set])).size, 2);
});

test('one sample alone is the same as within the whole', (t) => {
  const [alone] = scheduleSamples({ ...whole, cases: ['b'], variants: ['kernel'], samples: [2] });
  t.deepEqual(alone, scheduleSamples(whole).at(-1));
});

test('another seed of the run gives other samples', (t) => {
  t.notDeepEqual(scheduleSamples({ ...whole, seed: 8 }), scheduleSamples(whole));
});

test('the first attempt has the seed of the sample, later ones their own', (t) => {
  const [slot] = scheduleSamples(whole);
  const seeds = [0, 1, 2].map((attempt) => seedAgain(slot!, attempt));
  t.is(seeds[0], slot!.seed);
  t.is(new Set(seeds).size, 3);
});

test('in real time the variants go there and back, in virtual time as they are named', (t) => {
  const order = (lab: string) =>
    scheduleSamples({ ...whole, cases: ['a'], samples: samplesUpTo(4) }, interleavingIn(lab))
      .map(({ variant }) => variant[0])
      .join('');
  t.is(order('netns'), 'okkookko');
  t.is(order('sim'), 'okokokok');
});
