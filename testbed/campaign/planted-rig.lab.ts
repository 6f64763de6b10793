/** A link that is really slower than it is asked to be: the run is no verdict on what was tested. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { nsPerMs } from '../../src/base/time.ts';
import { labTest as test } from '../../src/linux/testing-lab.ts';
import type { Bench } from '../labs/calibration/calibrate.ts';
import { noCache } from '../labs/calibration/calibration-cache.ts';
import type { LinkSetting } from '../labs/calibration/link-setting.ts';
import { measureLinks } from '../labs/calibration/measure-links.ts';
import { trustedLab } from '../labs/calibration/trusted-lab.ts';
import type { Lab } from '../labs/lab.ts';
import { runCampaign } from './campaign.ts';
import { openFolder } from './folder.ts';
import { startRunClock } from './run-facts.ts';
import { loadedOf, pingLab } from './testing-scenario.ts';

type Slower = (setting: LinkSetting) => Partial<LinkSetting>;

/** Asked for 10 Mbit/s and 5 ms; the programs are scripts, the link that is measured is a link. */
async function runWhere(t: ExecutionContext, slower: Slower) {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const bench: Bench = {
    measureLinks: (settings) => measureLinks(settings.map((one) => ({ ...one, ...slower(one) }))),
    classifyBoxes: async () => [],
  };
  const scripted = pingLab();
  const lab: Lab = {
    name: 'netns',
    lacks: () => [],
    up: (plan, options) => scripted.up(plan, options),
  };
  const { verdict, samples } = await runCampaign({
    loaded: loadedOf(),
    lab: trustedLab(lab, noCache, bench),
    ...{ folder: openFolder(folder), seed: 7, cases: ['default'], variants: ['default'] },
    ...{ samples: [1], capture: false, gate: undefined, references: () => undefined },
    ...{ signal: new AbortController().signal, clock: startRunClock() },
    ...{ facts: { command: ['ropewalk'], version: '0' }, again: () => '', onSlot: () => {} },
  });
  const { outcome } = samples[0]!;
  return { verdict, reason: 'reason' in outcome ? outcome.reason : undefined };
}

test('a link that takes longer than it was asked to is invalid, and says how long', async (t) => {
  const { verdict, reason } = await runWhere(t, ({ delayNs }) => ({
    delayNs: delayNs + 2 * nsPerMs,
  }));
  t.is(verdict, 'invalid');
  t.regex(
    reason!,
    /^the rig is off its calibration: delay of 10 Mbit\/s, 5 ms is [\d.]+ ms, .* 5 ms is asked for$/,
  );
});

test('a link that carries less than it was asked to is invalid, unless something else is off first', async (t) => {
  const { verdict, reason } = await runWhere(t, ({ rateBps }) => ({ rateBps: 0.5 * rateBps }));
  t.is(verdict, 'invalid');
  t.regex(
    reason!,
    /^the rig is off its calibration: (rate of 10 Mbit\/s, 5 ms is [\d.]+ Mbit\/s|delay) /,
  );
});

test('a link that is as it was asked for is believed', async (t) => {
  const { verdict, reason } = await runWhere(t, () => ({}));
  // A machine that is busy elsewhere is off by itself.
  if (reason !== undefined) t.log(reason);
  t.is(verdict, reason === undefined ? 'pass' : 'invalid');
});
