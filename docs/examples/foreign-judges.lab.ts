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
import { runUntilJudged } from '../../testbed/labs/testing-tries.ts';
import { type ExampleRun, judgeExample, ropewalk, verdictsOf } from './testing-examples.ts';

const examples = join(import.meta.dirname, 'foreign-judges');
const file = join(examples, 'links.yaml');
const judged = ['round-trip', 'there', 'back', 'down-rate', 'up-rate'];

function allOf(variant: string, verdict: string): string[] {
  return judged.map((name) => `${name} of ${variant}: ${verdict}`);
}

function folderFor(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk judged '));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** What fails may be of a moment as well, and is looked at once more; what fails then too is a finding. */
async function runUntilPass(t: ExecutionContext, variant: string): Promise<ExampleRun | undefined> {
  const run = await judgeExample(t, file, ['--variant', variant]);
  if (run === undefined || run.exitCode === 0) return run;
  t.log(run.all);
  return judgeExample(t, file, ['--variant', variant]);
}

function figure({ result }: ExampleRun, name: string): number {
  const metric = result.samples[0]!.metrics[name]!;
  return metric.kind === 'value' ? metric.value : Number.NaN;
}

/** Measured anew, whatever is known of this machine. */
async function calibrated(t: ExecutionContext): Promise<readonly CalibrationRow[]> {
  const env = { XDG_CACHE_HOME: folderFor(t) };
  const words = [ropewalk, 'calibrate', file, '--json'];
  const { stdout, exitCode } = await execa(process.execPath, words, { reject: false, env });
  const rows = JSON.parse(stdout) as CalibrationRow[];
  const off = rows.find(({ standing }) => standing === 'off');
  t.is(exitCode, off === undefined ? 0 : 4);
  if (off !== undefined) t.log(off);
  return rows;
}

function isOff(rows: readonly CalibrationRow[]): boolean {
  return rows.some(({ standing }) => standing === 'off');
}

/** As `calibrate` does, the median: of one way. */
function delayOf(rows: readonly CalibrationRow[]): number {
  return Number(parseDuration(rows[0]!.seen.split(',')[0]!));
}

/** There and back: what calibrate allows of each way. */
function comparePing(
  t: ExecutionContext,
  run: ExampleRun,
  ways: readonly (readonly CalibrationRow[])[],
): void {
  const seenNs = ways.reduce((sum, rows) => sum + delayOf(rows), 0);
  const apartNs = figure(run, 'round-trip') - seenNs;
  t.true(Math.abs(apartNs) <= ways.length * 0.5 * nsPerMs, `ping is ${apartNs} ns apart`);
}

/** Of frames on the wire; iperf3 counts payload, 1400 bytes of 1442. */
const wirePerPayload = 1_442 / 1_400;

function compare(t: ExecutionContext, run: ExampleRun, rows: readonly CalibrationRow[]): void {
  const rate = rows[1]!.seen.split(',')[0]!;
  const isUp = rows[0]!.setting.startsWith('50 Mbit/s');
  const apartNs = delayOf(rows) - figure(run, isUp ? 'there' : 'back');
  t.true(Math.abs(apartNs) <= 0.5 * nsPerMs, `calibrate and irtt are ${apartNs} ns apart`);
  const seenBps = figure(run, isUp ? 'up-rate' : 'down-rate') * wirePerPayload;
  const ratio = seenBps / Number(parseRate(rate));
  t.true(Math.abs(ratio - 1) <= 0.02, `iperf3 sees ${ratio} of what calibrate sees`);
}

for (const [variant, settings] of [
  ['hub', ['50 Mbit/s, 10 ms', '20 Mbit/s, 5 ms']],
  ['kernel', ['50 Mbit/s, 0 ns, engine: kernel', '20 Mbit/s, 0 ns, engine: kernel']],
] as const) {
  test(`foreign judges measure what was asked of a ${variant}'s link, and what calibrate says`, async (t) => {
    t.timeout(360_000);
    const run = await runUntilPass(t, variant);
    if (run === undefined) return;
    t.deepEqual(verdictsOf(run), allOf(variant, 'pass'), run.all);
    const rows = await runUntilJudged(t, { run: () => calibrated(t), isStarved: isOff });
    if (rows === undefined) return;
    const ways = settings.map((setting) => rows.filter((row) => row.setting === setting));
    for (const [at, its] of ways.entries()) {
      t.is(its.length, 2, settings[at]);
      compare(t, run, its);
    }
    comparePing(t, run, ways);
  });
}

test('foreign judges find out a link that is slower than the topology says', async (t) => {
  t.timeout(240_000);
  const lying = join(folderFor(t), 'links.yaml');
  // Facts are what the topology says, before any event. More than a busy machine is late by.
  const lie = 'events: { lie: { at: 0 s, link: wire, set: { delay: 100 ms, rate: 10 Mbit/s } } }\n';
  writeFileSync(lying, readFileSync(file, 'utf8') + lie);
  const run = await judgeExample(t, lying, ['--variant', 'hub']);
  if (run === undefined) return;
  t.deepEqual(verdictsOf(run), allOf('hub', 'fail'), run.all);
});

const boxCase = ['--case', 'apd-mapping-ei-filtering'];
const onBoth = (verdict: string): string[] =>
  ['hub', 'kernel'].map((variant) => `as-configured of ${variant}: ${verdict}`);

test('coturn names a box of the hub and of the kernel, and finds out a topology that lies', async (t) => {
  t.timeout(240_000);
  const run = await judgeExample(t, join(examples, 'nat-box.yaml'), boxCase);
  if (run === undefined) return;
  t.deepEqual(verdictsOf(run), onBoth('pass'), run.all);
  const folder = folderFor(t);
  cpSync(examples, folder, { recursive: true });
  const lying = join(folder, 'nat-box.yaml');
  const box = 'nat: { mapping: address-and-port-dependent, filtering: endpoint-independent';
  const other = box.replace('address-and-port-dependent', 'address-dependent');
  writeFileSync(lying, readFileSync(lying, 'utf8').replace(box, other));
  const lied = await judgeExample(t, lying, boxCase);
  if (lied !== undefined) t.deepEqual(verdictsOf(lied), onBoth('fail'), lied.all);
});
