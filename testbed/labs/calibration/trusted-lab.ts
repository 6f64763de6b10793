/** A lab of real time that looks at itself before it is believed. */
import type { Plan } from '../../plan/plan.ts';
import type { CalibratedSetting } from '../../schema/result.ts';
import type { Lab } from '../lab.ts';
import { boxSettingsOf } from './box-setting.ts';
import { type Bench, benchOf, calibrate } from './calibrate.ts';
import type { CalibrationCache } from './calibration-cache.ts';
import { describeOff } from './judge-calibration.ts';
import { linkSettingsOf } from './link-setting.ts';

/** What it found of a plan's settings it finds no second time, well or not. */
export function trustedLab(lab: Lab, cache: CalibrationCache, bench: Bench = benchOf(lab)): Lab {
  const told = new Map<string, Promise<string | undefined>>();
  const found = new Map<string, CalibratedSetting>();
  const look = async (plan: Plan): Promise<string | undefined> => {
    const rows = await calibrate([plan], bench, cache);
    for (const row of rows) found.set(JSON.stringify([row.setting, row.what]), row);
    return describeOff(rows);
  };
  return {
    ...lab,
    doubt: (plan) => {
      const key = keyOf(plan);
      const doubt = told.get(key) ?? look(plan);
      told.set(key, doubt);
      return doubt;
    },
    found: () => [...found.values()],
  };
}

function keyOf(plan: Plan): string {
  const links = linkSettingsOf([plan]).map((one) => ({ ...one, rateBps: String(one.rateBps) }));
  return JSON.stringify([links, boxSettingsOf([plan])]);
}
