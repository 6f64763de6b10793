import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { nsPerMs } from '../../src/base/time.ts';
import { type Baseline, machineIn } from '../baseline/baseline.ts';
import { thisMachine } from '../baseline/machine.ts';
import { saveReferences } from '../baseline/save-references.ts';
import type { ExpectationModel, MeasureModel } from '../schema/model.ts';
import type { Result } from '../schema/result.ts';
import { runCampaign } from './campaign.ts';
import { openFolder } from './folder.ts';
import { startRunClock } from './run-facts.ts';
import { loadedOf, pingLab } from './testing-scenario.ts';

const trip: MeasureModel = {
  ...{ name: 'trip', what: 'rtt', of: 'ping', around: undefined, window: undefined },
  ...{ pick: 'median', kind: undefined, where: {} },
};
const held: ExpectationModel = {
  ...{ name: 'as-ever', text: 'trip', at: 'every', because: undefined, kind: 'bound' },
  that: { kind: 'name', path: ['trip'], span: { start: 0, end: 4 } },
  ...{ severity: 'fail', knownFailing: undefined },
  ...{ against: 'baseline', marginRatio: 0.1, better: undefined },
};

async function campaign(
  t: ExecutionContext,
  references: () => Baseline | undefined,
  expectations: readonly ExpectationModel[] = [held],
): Promise<Result> {
  const path = mkdtempSync(join(tmpdir(), 'ropewalk-'));
  t.teardown(() => rmSync(path, { recursive: true }));
  const loaded = loadedOf({}, () => ({ measures: [trip], expectations }));
  return runCampaign({
    ...{ loaded, lab: pingLab(), folder: openFolder(path), seed: 7, samples: [1, 2] },
    ...{ cases: ['default'], variants: ['default'], capture: false, gate: undefined, references },
    ...{ signal: new AbortController().signal, clock: startRunClock(), onSlot: () => {} },
    facts: { command: ['ropewalk', 'run', 'small.yaml'], version: '0.0.0' },
    again: ({ sample }) => `again ${sample}`,
  });
}

function savedFrom(result: Result, tripMs: number): Baseline {
  const { baseline } = saveReferences(undefined, {
    ...{ result, date: '2026-01-02', machine: thisMachine() },
  });
  const figures = { dimension: 'time', missing: 0, values: [tripMs, tripMs] } as const;
  const references = baseline.references.map((one) => ({
    ...one,
    metrics: {
      ...one.metrics,
      trip: { ...figures, values: figures.values.map((ms) => ms * nsPerMs) },
    },
  }));
  return { ...baseline, references };
}

test('an expectation against the baseline is judged by what was committed for this scenario', async (t) => {
  const none = await campaign(t, () => undefined);
  t.is(none.rows[0]!.verdict, 'inconclusive');
  // A question and its answer take 8 ms.
  const verdictAfter = async (tripMs: number) =>
    (await campaign(t, () => savedFrom(none, tripMs))).rows[0]!.verdict;
  t.is(await verdictAfter(8), 'pass');
  t.is(await verdictAfter(7.5), 'pass');
  t.is(await verdictAfter(4), 'fail');
});

test('a reference of another scenario decides nothing', async (t) => {
  const none = await campaign(t, () => undefined);
  const saved = savedFrom(none, 8);
  const references = saved.references.map((one) => ({ ...one, hash: 'f'.repeat(64) }));
  const { rows } = await campaign(t, () => ({ ...saved, references }));
  t.is(rows[0]!.verdict, 'inconclusive');
  t.regex(rows[0]!.why, /this reference is for another scenario/);
});

test('a scenario that holds nothing against references does not read them', async (t) => {
  const broken = (): never => {
    throw new Error('read');
  };
  t.deepEqual((await campaign(t, broken, [])).rows, []);
  await t.throwsAsync(campaign(t, broken), { message: 'read' });
});

test('a result says what its cases meant, and what comparing its metrics takes', async (t) => {
  const { hashes, metrics, lab, run } = await campaign(t, () => undefined);
  t.regex(hashes![0]!.hash, /^[0-9a-f]{64}$/);
  t.deepEqual(metrics!['trip'], { better: 'lower', marginRatio: 0.1 });
  t.deepEqual(metrics!['ping.lost'], { better: 'lower', marginRatio: undefined });
  const usual = await campaign(t, () => undefined, [{ ...held, marginRatio: undefined }]);
  t.is(usual.metrics!['trip']!.marginRatio, 0.05);
  t.is(run.fingerprint, thisMachine().fingerprint);
  t.is(machineIn(lab, run.fingerprint), 'any');
});
