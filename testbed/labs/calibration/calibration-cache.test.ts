import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openCalibrationCache } from './calibration-cache.ts';
import type { CalibrationRow } from './judge-calibration.ts';

const row: CalibrationRow = {
  ...{ setting: 'unlimited, 5 ms', what: 'delay', asked: '5 ms', seen: '5.1 ms' },
  ...{ within: '± 500 us', standing: 'within' },
};

function folderFor(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return join(folder, 'calibration');
}

test('what was found is found again by its setting, an unlimited rate as well', (t) => {
  const cache = openCalibrationCache(folderFor(t), { bootId: 'b', fingerprint: 'f' });
  const setting = { rateBps: Number.POSITIVE_INFINITY, delayNs: 5 };
  t.is(cache.find(setting), undefined);
  cache.keep(setting, [row]);
  t.deepEqual(cache.find({ ...setting }), [row]);
  t.is(cache.find({ ...setting, delayNs: 6 }), undefined);
  t.is(cache.find({ ...setting, rateBps: 0 }), undefined);
});

test('another boot or machine knows nothing of it, and throws it away', (t) => {
  const folder = folderFor(t);
  openCalibrationCache(folder, { bootId: 'b', fingerprint: 'f' }).keep({ a: 1 }, [row]);
  for (const here of [
    { bootId: 'c', fingerprint: 'f' },
    { bootId: 'b', fingerprint: 'g' },
  ]) {
    const cache = openCalibrationCache(folder, here);
    t.is(cache.find({ a: 1 }), undefined);
    cache.keep({ a: 2 }, [row]);
  }
  t.deepEqual(readdirSync(folder), ['b-g']);
});

test('a broken file is none, and a folder that cannot be made keeps nothing', (t) => {
  const folder = folderFor(t);
  const here = { bootId: 'b', fingerprint: 'f' };
  const cache = openCalibrationCache(folder, here);
  cache.keep({ a: 1 }, [row]);
  const [name] = readdirSync(join(folder, 'b-f'));
  writeFileSync(join(folder, 'b-f', name!), '[{"stand');
  t.is(cache.find({ a: 1 }), undefined);
  const blocked = openCalibrationCache(join(folder, 'b-f', name!), here);
  t.notThrows(() => blocked.keep({ a: 1 }, [row]));
});
