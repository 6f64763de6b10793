/** What was found within on this machine since it was booted: one small file a setting, in the user's cache. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf } from '../../schema/scenario-hash.ts';
import { keepInCache } from '../cache-folder.ts';
import type { CalibrationRow } from './judge-calibration.ts';

export interface CalibrationCache {
  find(setting: object): readonly CalibrationRow[] | undefined;
  keep(setting: object, rows: readonly CalibrationRow[]): void;
}

/** For tests, and for whoever wants to see it measured. */
export const noCache: CalibrationCache = { find: () => undefined, keep: () => {} };

/** What measures or judges in another way than before counts from here on. */
const method = 1;

/** `here`: the boot and the machine; what is of another boot is thrown away. */
export function openCalibrationCache(
  folder: string,
  here: { readonly bootId: string; readonly fingerprint: string },
): CalibrationCache {
  const own = `${here.bootId}-${here.fingerprint}`;
  const pathOf = (setting: object): string =>
    join(folder, own, `${hashOf({ method, setting: spellInfinity(setting) })}.json`);
  return {
    find: (setting) => readRows(pathOf(setting)),
    keep: (setting, rows) => {
      forgetOthers(folder, own);
      keepInCache(pathOf(setting), `${JSON.stringify(rows)}\n`);
    },
  };
}

/** JSON has no word for it. */
function spellInfinity(setting: object): object {
  const text = JSON.stringify(setting, (_, value) =>
    value === Number.POSITIVE_INFINITY ? 'unlimited' : value,
  );
  return JSON.parse(text);
}

export function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unknown-boot';
  }
}

function readRows(path: string): readonly CalibrationRow[] | undefined {
  try {
    const rows = JSON.parse(readFileSync(path, 'utf8'));
    const isSound = Array.isArray(rows) && rows.every((row) => typeof row?.standing === 'string');
    return isSound ? rows : undefined;
  } catch {
    return undefined;
  }
}

function forgetOthers(folder: string, own: string): void {
  try {
    for (const name of readdirSync(folder)) {
      if (name !== own) rmSync(join(folder, name), { recursive: true, force: true });
    }
  } catch {
    // There is none yet.
  }
}
