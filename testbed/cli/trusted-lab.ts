/** The lab that a run asks for: one of real time is looked at before it is believed. */
import { join } from 'node:path';
import { describeMachine, thisMachine } from '../baseline/machine.ts';
import { cacheFolder } from '../labs/cache-folder.ts';
import type { CalibrationCache } from '../labs/calibration/calibration-cache.ts';
import type { Lab } from '../labs/lab.ts';
import type { MininetLab } from '../labs/mininet-driver/mininet-lab.ts';
import type { MininetFlags } from './mininet-flags.ts';
import { chooseLab } from './options.ts';

export async function chooseTrustedLab(name: string, mininet?: MininetFlags): Promise<Lab> {
  const lab = await chooseLab(name, mininet);
  if (lab.name === 'sim') return lab;
  const { trustedLab } = await import('../labs/calibration/trusted-lab.ts');
  return trustedLab(lab, await calibrationsOf(lab));
}

/** Of the machine that it stands on, since that was booted. */
export async function calibrationsOf(lab: Lab): Promise<CalibrationCache> {
  const { openCalibrationCache, readBootId } = await import(
    '../labs/calibration/calibration-cache.ts'
  );
  const there = 'facts' in lab ? (lab as MininetLab).facts : undefined;
  const here = {
    bootId: there?.bootId ?? readBootId(),
    ...(there === undefined ? thisMachine() : describeMachine(there.machine)),
  };
  return openCalibrationCache(join(cacheFolder(process.env), 'calibration'), here);
}
