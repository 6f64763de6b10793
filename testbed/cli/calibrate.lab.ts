import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { execa } from 'execa';
import { labTest as test } from '../../src/linux/testing-lab.ts';
import { wakeUpLateness } from '../labs/hub/bench/wake-up.ts';
import { bin, startFolder } from './testing-runs.ts';

/** For a machine that wakes a sleeper on time, before and after; of another it says nothing. */
const mostMs = 5_000;
const quietNs = 300_000;

const topology = `
nodes:
  phone: { kind: terminal }
  home: { kind: nat, inside: [wifi], nat: home-router }
  server: { kind: host }
links:
  wifi: { between: [phone, home], rate: 20 Mbit/s, delay: 5 ms }
  wan: { between: [home, server], delay: 3 ms }
`;

test('calibrate shows what was asked and seen of each setting, and knows it the next time', async (t) => {
  t.timeout(60_000);
  const folder = startFolder(t, { 'home.yaml': topology });
  const cache = join(folder, 'cache');
  const run = (...words: readonly string[]) =>
    execa(process.execPath, [bin, 'calibrate', 'home.yaml', ...words], {
      ...{ cwd: folder, reject: false, env: { XDG_CACHE_HOME: cache, NO_COLOR: '1' } },
    });
  const beforeNs = wakeUpLateness();
  const beganMs = performance.now();
  const first = await run();
  const tookMs = performance.now() - beganMs;
  const wakeNs = Math.max(beforeNs, wakeUpLateness());
  t.log(`took ${tookMs.toFixed(0)} ms, where a sleeper woke ${wakeNs} ns late`);
  if (wakeNs <= quietNs) t.true(tookMs <= mostMs, `${tookMs} ms on a quiet machine`);
  t.regex(first.stdout, /^ +setting +what +asked +seen +within$/m);
  t.regex(first.stdout, /20 Mbit\/s, 5 ms +delay +5 ms +\d/);
  t.regex(first.stdout, /20 Mbit\/s, 5 ms +rate +20 Mbit\/s +\d/);
  t.regex(first.stdout, /home +filtering +address-and-port-dependent +address-and-port-dependent/);
  const isWithin = !first.stdout.includes('OFF');
  t.is(first.exitCode, isWithin ? 0 : 4, first.stderr);
  const second = await run('--json');
  const rows = JSON.parse(second.stdout);
  t.true(rows.length >= 6);
  if (!isWithin) return;
  t.is(readdirSync(join(cache, 'ropewalk/calibration')).length, 1);
  for (const { seen } of rows) t.true(first.stdout.includes(seen), seen);
});
