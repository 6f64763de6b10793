/** The lab that a run asks for: one of real time is looked at before it is believed. */
import { join } from 'node:path';
import { thisMachine } from '../baseline/machine.ts';
import { cacheFolder } from '../labs/cache-folder.ts';
import type { CalibrationCache } from '../labs/calibration/calibration-cache.ts';
import type { Lab } from '../labs/lab.ts';
import { chooseLab } from './options.ts';

export async function chooseTrustedLab(name: string): Promise<Lab> {
  const lab = await chooseLab(name);
  if (lab.name === 'sim') return lab;
  const { trustedLab } = await import('../labs/calibration/trusted-lab.ts');
  return trustedLab(lab, await calibrationsHere());
}

/** Of this machine, since it was booted. */
export async function calibrationsHere(): Promise<CalibrationCache> {
  const { openCalibrationCache, readBootId } = await import(
    '../labs/calibration/calibration-cache.ts'
  );
  const here = { bootId: readBootId(), fingerprint: thisMachine().fingerprint };
  return openCalibrationCache(join(cacheFolder(process.env), 'calibration'), here);
}
