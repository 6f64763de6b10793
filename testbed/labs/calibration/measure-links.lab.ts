import { labTest as test } from '../../../src/linux/testing-lab.ts';
import type { LinkSetting } from './link-setting.ts';
import { measureLinks } from './measure-links.ts';

const setting = (rateBps: number, delayNs: number): LinkSetting => ({
  ...{ engine: 'model', rateBps, delayNs, jitterNs: 0, mtuBytes: 1_500 },
});

/** Upper bounds leave room for a busy machine: how good a link is, a bench says. */
test('probes take at least what was asked for, and a burst is as slow as the link', async (t) => {
  const settings = [setting(20e6, 5e6), setting(Number.POSITIVE_INFINITY, 10e6), setting(5e6, 0)];
  const [slow, far, narrow] = await measureLinks(settings);
  for (const [seen, leastNs] of [
    [slow!, 5e6],
    [far!, 10e6],
    [narrow!, 0],
  ] as const) {
    t.true(seen.delaysNs.length >= 10, `${seen.delaysNs}`);
    t.true(seen.delaysNs[0]! >= leastNs, `${seen.delaysNs}`);
    t.true(seen.delaysNs[0]! < leastNs + 50e6, `${seen.delaysNs}`);
  }
  for (const [{ rateBps }, askedBps] of [
    [slow!, 20e6],
    [narrow!, 5e6],
  ] as const) {
    t.true(rateBps! < 1.2 * askedBps, `${rateBps}`);
    t.true(rateBps! > 0.2 * askedBps, `${rateBps}`);
  }
  t.is(far!.rateBps, undefined);
});
