/** A lab of real time that looks at itself before it is believed. */
import type { Plan } from '../../plan/plan.ts';
import type { Lab } from '../lab.ts';
import { boxSettingsOf } from './box-setting.ts';
import { type Bench, benchOf, calibrate } from './calibrate.ts';
import type { CalibrationCache } from './calibration-cache.ts';
import { describeOff } from './judge-calibration.ts';
import { linkSettingsOf } from './link-setting.ts';

/** What it found of a plan's settings it finds no second time, well or not. */
export function trustedLab(lab: Lab, cache: CalibrationCache, bench: Bench = benchOf(lab)): Lab {
  const told = new Map<string, Promise<string | undefined>>();
  return {
    ...lab,
    doubt: (plan) => {
      const key = keyOf(plan);
      const doubt = told.get(key) ?? look(plan, bench, cache);
      told.set(key, doubt);
      return doubt;
    },
  };
}

async function look(
  plan: Plan,
  bench: Bench,
  cache: CalibrationCache,
): Promise<string | undefined> {
  return describeOff(await calibrate([plan], bench, cache));
}

function keyOf(plan: Plan): string {
  const links = linkSettingsOf([plan]).map((one) => ({ ...one, rateBps: String(one.rateBps) }));
  return JSON.stringify([links, boxSettingsOf([plan])]);
}
