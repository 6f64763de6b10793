import test from 'ava';
import { nsPerMs } from '../../src/base/time.ts';
import type { Script } from '../run/scripted-lab.ts';
import type { SampleResult } from '../schema/result.ts';
import { measureRealityGap } from './reality-gap.ts';
import { loadedOf, pingLab } from './testing-scenario.ts';

const { signal } = new AbortController();

/** A sample of a real lab: all questions answered, unless it says otherwise. */
function sampleOf(
  sample: number,
  answered: number,
  parts: Partial<SampleResult> = {},
): SampleResult {
  return {
    ...{ case: 'default', variant: 'default', sample, seed: sample, invalidBefore: 0 },
    outcome: { kind: 'finished' },
    metrics: { 'ping.answered': { kind: 'value', value: answered, dimension: 'plain' } },
    records: '',
    ...parts,
  };
}

async function gapOf(samples: readonly SampleResult[], virtual = pingLab()) {
  const gaps = await measureRealityGap({ loaded: loadedOf(), virtual, signal }, samples);
  return gaps?.map(({ metric, n, virtual: one, real }) => ({ metric, n, virtual: one, real }));
}

test('medians of the same samples stand side by side', async (t) => {
  const samples = [sampleOf(1, 3), sampleOf(2, 1), sampleOf(3, 2)];
  t.deepEqual(await gapOf(samples), [{ metric: 'ping.answered', n: 3, virtual: 3, real: 2 }]);
});

test('a sample that did not finish, here or there, is not compared', async (t) => {
  const failed = { outcome: { kind: 'failed', reason: 'it fell' } } as const;
  const gaps = await gapOf([sampleOf(1, 3), sampleOf(2, 0, failed)]);
  t.deepEqual(gaps, [{ metric: 'ping.answered', n: 1, virtual: 3, real: 3 }]);
  const falls: Script = ({ ready, after, fail }) => {
    ready();
    after(nsPerMs, () => fail('it fell'));
  };
  t.deepEqual(await gapOf([sampleOf(1, 3)], pingLab({ requester: falls })), []);
});

test('what virtual time can not run has no gap', async (t) => {
  const unable = Object.assign(pingLab(), { lacks: () => [{ what: 'a kernel', remedy: 'none' }] });
  t.deepEqual(await gapOf([sampleOf(1, 3)], unable), []);
});

test('without a lab of virtual time nothing is compared', async (t) => {
  const options = { loaded: loadedOf(), virtual: undefined, signal };
  t.is(await measureRealityGap(options, [sampleOf(1, 3)]), undefined);
});

test('a metric without a value on either side has no gap', async (t) => {
  const missing = { kind: 'missing', reason: 'no answer' } as const;
  t.deepEqual(await gapOf([sampleOf(1, 3, { metrics: { 'ping.answered': missing } })]), []);
});
