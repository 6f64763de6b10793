import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { labTest as test } from '../../linux/testing-lab.ts';
import { takeSpinnerPlace } from './spinner-place.ts';

const module = new URL('spinner-place.ts', import.meta.url).href;

function takeElsewhere(places: number, within: string): boolean {
  const words = `import { takeSpinnerPlace } from '${module}'; console.log(takeSpinnerPlace(${places}, '${within}'));`;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', words]);
  return said.toString().trim() === 'true';
}

test('as many may spin as there are processors, and a place is free when its holder has ended', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'spinners-'));
  t.true(takeElsewhere(1, folder));
  t.true(takeSpinnerPlace(1, folder));
  t.false(takeElsewhere(1, folder));
  t.true(takeElsewhere(2, folder));
  rmSync(folder, { recursive: true });
});
