import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { nsPerMs } from '../../src/base/time.ts';
import type { Script } from '../run/scripted-lab.ts';
import type { ExpectationModel, MeasureModel } from '../schema/model.ts';
import { parseExpression } from '../schema/parse-expression.ts';
import { runCampaign } from './campaign.ts';
import { openFolder } from './folder.ts';
import { startRunClock } from './run-facts.ts';
import { loadedOf, pingLab } from './testing-scenario.ts';

const wait: MeasureModel = {
  ...{ name: 'wait', what: 'rtt', of: 'ping', pick: 'median', where: {} },
  ...{ around: undefined, window: undefined, kind: undefined },
};
const reading = parseExpression('wait <= 18 ms');
if (reading.kind === 'problem') throw new Error(reading.problem.message);
const quick: ExpectationModel = {
  ...{ name: 'quick', that: reading.expression, text: 'wait <= 18 ms', at: 'every' },
  ...{ because: undefined, kind: 'bound', severity: 'fail', knownFailing: undefined },
  ...{ against: undefined, marginRatio: undefined, better: undefined },
};

/** Answers take 19 ms, one more than is expected; frames left so late. */
async function runLate(t: ExecutionContext, p50Ns: number, p99Ns: number, doubt?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  let attempts = 0;
  const requester: Script = ({ program, ready, after, record, finish }) => {
    const flow = String(program.settings['flow']);
    attempts += 1;
    ready();
    record('flow.opened', { flow });
    after(nsPerMs, () => record('request.sent', { flow, n: 1, bytes: 100 }));
    after(20 * nsPerMs, () => {
      record('response.received', { flow, n: 1, bytes: 100, rttNs: 19 * nsPerMs });
      for (const toward of ['phone', 'server']) {
        record('hub.lateness', {
          ...{ link: 'wifi', toward, frames: 100 },
          ...{ p50Ns, p99Ns, worstNs: p99Ns },
        });
      }
      finish();
    });
  };
  const result = await runCampaign({
    loaded: loadedOf({}, () => ({ measures: [wait], expectations: [quick] })),
    lab: Object.assign(pingLab({ requester }), {
      name: 'netns' as const,
      doubt: async () => doubt,
    }),
    ...{ folder: openFolder(folder), seed: 7, cases: ['default'], variants: ['default'] },
    ...{ samples: [1], capture: false, gate: undefined, references: () => undefined },
    ...{ signal: new AbortController().signal, clock: startRunClock() },
    ...{ facts: { command: ['ropewalk'], version: '0' }, again: () => '', onSlot: () => {} },
  });
  return { ...result, attempts };
}

test('a bound that is broken on a rig that was well is a fail', async (t) => {
  const { verdict, attempts } = await runLate(t, 100_000, 200_000);
  t.is(verdict, 'fail');
  t.is(attempts, 1);
});

test('the same on a rig that was as late is invalid, is tried again twice, and says why', async (t) => {
  const { verdict, attempts, samples } = await runLate(t, 600_000, 2_000_000);
  t.is(verdict, 'invalid');
  t.is(attempts, 3);
  t.is(samples[0]!.invalidBefore, 2);
  const { outcome } = samples[0]!;
  t.regex(
    outcome.kind === 'invalid' ? outcome.reason : outcome.kind,
    /the rig was late by 1\.2 ms/,
  );
});

test('a starved machine is invalid', async (t) => {
  const { verdict, rows } = await runLate(t, 5_000_000, 60_000_000);
  t.is(verdict, 'invalid');
  t.regex(rows[0]!.why, /the machine was starved/);
});

test('what a lab that is off shows is invalid, once, whatever came out', async (t) => {
  const off = 'the rig is off its calibration: delay of wifi is 12 ms where 5 ms is asked for';
  const { verdict, attempts, rows } = await runLate(t, 100_000, 200_000, off);
  t.is(verdict, 'invalid');
  t.is(attempts, 1);
  t.true(rows[0]!.why.includes(off), rows[0]!.why);
});
