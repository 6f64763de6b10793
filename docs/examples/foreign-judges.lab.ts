/** The judges as they stand, on links and a box that are as the topology says, and on others that are not. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { ExecutionContext } from 'ava';
import { execa } from 'execa';
import { nsPerMs } from '../../src/base/time.ts';
import { parseDuration, parseRate } from '../../src/base/units.ts';
import { labTest as test } from '../../src/linux/testing-lab.ts';
import type { CalibrationRow } from '../../testbed/labs/calibration/judge-calibration.ts';
import {
  type ExampleRun,
  isStarved,
  ropewalk,
  runExample,
  verdictsOf,
} from './testing-examples.ts';

const examples = join(import.meta.dirname, 'foreign-judges');
const file = join(examples, 'links.yaml');
const judged = ['round-trip', 'there', 'back', 'down-rate', 'up-rate'];
/** As calibration does: a machine that was busy for a moment is looked at again. */
const mostAttempts = 3;

function allOf(variant: string, verdict: string): string[] {
  return judged.map((name) => `${name} of ${variant}: ${verdict}`);
}

function folderFor(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk judged '));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function runUntilPass(t: ExecutionContext, variant: string): Promise<ExampleRun> {
  for (let attempt = 1; ; attempt++) {
    const run = await runExample(t, file, ['--variant', variant]);
    if (run.exitCode === 0 || attempt === mostAttempts) return run;
    t.log(run.all);
  }
}

function figure({ result }: ExampleRun, name: string): number {
  const metric = result.samples[0]!.metrics[name]!;
  return metric.kind === 'value' ? metric.value : Number.NaN;
}

/** Measured anew, whatever is known of this machine. Undefined: it was busy elsewhere. */
async function calibrated(t: ExecutionContext): Promise<readonly CalibrationRow[] | undefined> {
  const env = { XDG_CACHE_HOME: folderFor(t) };
  const words = [ropewalk, 'calibrate', file, '--json'];
  const { stdout, exitCode } = await execa(process.execPath, words, { reject: false, env });
  const rows = JSON.parse(stdout) as CalibrationRow[];
  const off = rows.find(({ standing }) => standing === 'off');
  t.is(exitCode, off === undefined ? 0 : 4);
  if (off === undefined) return rows;
  t.log(off);
  return undefined;
}

/** Of frames on the wire; iperf3 counts payload, 1400 bytes of 1442. */
const wirePerPayload = 1_442 / 1_400;

function compare(t: ExecutionContext, run: ExampleRun, rows: readonly CalibrationRow[]): void {
  const [delay, rate] = rows.map(({ seen }) => seen.split(',')[0]!);
  const isUp = rows[0]!.setting.startsWith('50 Mbit/s');
  const apartNs = Number(parseDuration(delay!)) - figure(run, isUp ? 'there' : 'back');
  t.true(Math.abs(apartNs) <= 0.5 * nsPerMs, `calibrate and irtt are ${apartNs} ns apart`);
  const seenBps = figure(run, isUp ? 'up-rate' : 'down-rate') * wirePerPayload;
  const ratio = seenBps / Number(parseRate(rate!));
  t.true(Math.abs(ratio - 1) <= 0.02, `iperf3 sees ${ratio} of what calibrate sees`);
}

for (const [variant, settings] of [
  ['hub', ['50 Mbit/s, 10 ms', '20 Mbit/s, 5 ms']],
  ['kernel', ['50 Mbit/s, 0 ns, engine: kernel', '20 Mbit/s, 0 ns, engine: kernel']],
] as const) {
  test(`foreign judges measure what was asked of a ${variant}'s link, and what calibrate says`, async (t) => {
    t.timeout(240_000);
    const run = await runUntilPass(t, variant);
    if (isStarved(t, run)) return;
    t.deepEqual(verdictsOf(run), allOf(variant, 'pass'), run.all);
    const rows = await calibrated(t);
    if (rows === undefined) return;
    for (const setting of settings) {
      const its = rows.filter((row) => row.setting === setting);
      t.is(its.length, 2, setting);
      compare(t, run, its);
    }
  });
}

test('foreign judges find out a link that is slower than the topology says', async (t) => {
  t.timeout(120_000);
  const lying = join(folderFor(t), 'links.yaml');
  // Facts are what the topology says, before any event. More than a busy machine is late by.
  const lie = 'events: { lie: { at: 0 s, link: wire, set: { delay: 100 ms, rate: 10 Mbit/s } } }\n';
  writeFileSync(lying, readFileSync(file, 'utf8') + lie);
  const run = await runExample(t, lying, ['--variant', 'hub']);
  if (isStarved(t, run)) return;
  t.deepEqual(verdictsOf(run), allOf('hub', 'fail'), run.all);
});

const boxCase = ['--case', 'apd-mapping-ei-filtering'];
const onBoth = (verdict: string): string[] =>
  ['hub', 'kernel'].map((variant) => `as-configured of ${variant}: ${verdict}`);

test('coturn names a box of the hub and of the kernel, and finds out a topology that lies', async (t) => {
  t.timeout(120_000);
  const run = await runExample(t, join(examples, 'nat-box.yaml'), boxCase);
  if (isStarved(t, run)) return;
  t.deepEqual(verdictsOf(run), onBoth('pass'), run.all);
  const folder = folderFor(t);
  cpSync(examples, folder, { recursive: true });
  const lying = join(folder, 'nat-box.yaml');
  const box = 'nat: { mapping: address-and-port-dependent, filtering: endpoint-independent';
  const other = box.replace('address-and-port-dependent', 'address-dependent');
  writeFileSync(lying, readFileSync(lying, 'utf8').replace(box, other));
  const lied = await runExample(t, lying, boxCase);
  if (!isStarved(t, lied)) t.deepEqual(verdictsOf(lied), onBoth('fail'), lied.all);
});
