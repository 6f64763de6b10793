/**
 * Trust before judgement: each distinct link setting and NAT box of some plans is looked at on this very
 * machine, once since it was booted. What is looked at stands on a rig of its own, which goes
 * afterwards: queues, random streams and NAT tables of a run never saw a probe.
 */
import type { Plan } from '../../plan/plan.ts';
import type { Lab } from '../lab.ts';
import { type BoxSetting, boxSettingsOf } from './box-setting.ts';
import type { CalibrationCache } from './calibration-cache.ts';
import { classifyBoxes } from './classify-boxes.ts';
import {
  type BoxSeen,
  type CalibrationRow,
  judgeBox,
  judgeLink,
  type LinkSeen,
} from './judge-calibration.ts';
import { describeLink, type LinkSetting, linkSettingsOf } from './link-setting.ts';
import { measureLinks } from './measure-links.ts';

export interface Bench {
  measureLinks(settings: readonly LinkSetting[]): Promise<readonly LinkSeen[]>;
  classifyBoxes(boxes: readonly BoxSetting[]): Promise<readonly (BoxSeen | undefined)[]>;
}

export function benchOf(lab: Pick<Lab, 'up'>): Bench {
  return { measureLinks, classifyBoxes: (boxes) => classifyBoxes(lab, boxes) };
}

/** A machine that was busy for a moment is looked at again before it is said to be off. */
const mostAttempts = 3;

export async function calibrate(
  plans: readonly Pick<Plan, 'nodes' | 'links'>[],
  bench: Bench,
  cache: CalibrationCache,
): Promise<CalibrationRow[]> {
  const links = await rowsOf(linkSettingsOf(plans), cache, {
    look: async (settings) => {
      const seen = await bench.measureLinks(settings);
      return settings.map((setting, at) => judgeLink(setting, seen[at]!));
    },
    keyOf: (setting) => setting,
    nameOf: describeLink,
  });
  const boxes = await rowsOf(boxSettingsOf(plans), cache, {
    look: async (settings) => {
      const seen = await bench.classifyBoxes(settings);
      return settings.map(({ name, settings: its }, at) => judgeBox(name, its, seen[at]));
    },
    keyOf: ({ engine, settings }) => ({ engine, settings }),
    nameOf: ({ name }) => name,
  });
  return [...links, ...boxes];
}

interface Looking<Setting> {
  readonly look: (settings: readonly Setting[]) => Promise<readonly CalibrationRow[][]>;
  /** What makes two of them the same. */
  readonly keyOf: (setting: Setting) => object;
  /** As this topology calls it. */
  readonly nameOf: (setting: Setting) => string;
}

/** Only what is within is kept: what is off may be so for the moment. */
async function rowsOf<Setting extends object>(
  settings: readonly Setting[],
  cache: CalibrationCache,
  { look, keyOf, nameOf }: Looking<Setting>,
): Promise<CalibrationRow[]> {
  const known = new Map<Setting, readonly CalibrationRow[]>();
  for (const setting of settings) {
    const rows = cache.find(keyOf(setting));
    if (rows !== undefined)
      known.set(
        setting,
        rows.map((row) => ({ ...row, setting: nameOf(setting) })),
      );
  }
  let open = settings.filter((setting) => !known.has(setting));
  for (let attempt = 0; attempt < mostAttempts && open.length > 0; attempt++) {
    const rows = await look(open);
    for (const [at, setting] of open.entries()) known.set(setting, rows[at]!);
    const off = open.filter((setting) => isOff(known.get(setting)!));
    for (const setting of open) {
      if (!off.includes(setting)) cache.keep(keyOf(setting), known.get(setting)!);
    }
    open = off;
  }
  return settings.flatMap((setting) => known.get(setting)!);
}

function isOff(rows: readonly CalibrationRow[]): boolean {
  return rows.some(({ standing }) => standing === 'off');
}
