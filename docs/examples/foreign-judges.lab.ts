/** ping, irtt and iperf3 on a link that is as it was asked for, on one that is not, and what calibrate says. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

const file = join(import.meta.dirname, 'foreign-judges', 'links.yaml');
const judged = ['round-trip', 'there', 'back', 'down-rate', 'up-rate'];

function allOf(verdict: string): Record<string, string> {
  return Object.fromEntries(judged.map((name) => [name, verdict]));
}

function folderFor(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk judged '));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Of frames on the wire; iperf3 counts payload, 1400 bytes of 1442. */
const wirePerPayload = 1_442 / 1_400;

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

test('foreign judges measure what was asked for, and what calibrate says', async (t) => {
  t.timeout(120_000);
  const run = await runExample(t, file);
  if (isStarved(t, run)) return;
  t.deepEqual(verdictsOf(run), allOf('pass'), run.all);
  const rows = await calibrated(t);
  if (rows === undefined) return;
  for (const [setting, delay, rate] of [
    ['50 Mbit/s, 10 ms', 'there', 'up-rate'],
    ['20 Mbit/s, 5 ms', 'back', 'down-rate'],
  ] as const) {
    const seen = (what: string): string =>
      rows.find((row) => row.setting === setting && row.what === what)!.seen.split(',')[0]!;
    const apartNs = Math.abs(Number(parseDuration(seen('delay'))) - figure(run, delay));
    t.true(apartNs <= 0.5 * nsPerMs, `${setting}: calibrate and irtt are ${apartNs} ns apart`);
    const ratio = (figure(run, rate) * wirePerPayload) / Number(parseRate(seen('rate')));
    t.true(Math.abs(ratio - 1) <= 0.02, `${setting}: iperf3 sees ${ratio} of what calibrate sees`);
  }
});

test('foreign judges find out a link that is slower than the topology says', async (t) => {
  t.timeout(120_000);
  const lying = join(folderFor(t), 'links.yaml');
  // Facts are what the topology says, before any event.
  const lie = 'events: { lie: { at: 0 s, link: wire, set: { delay: 12 ms, rate: 15 Mbit/s } } }\n';
  writeFileSync(lying, readFileSync(file, 'utf8') + lie);
  const run = await runExample(t, lying);
  if (isStarved(t, run)) return;
  t.deepEqual(verdictsOf(run), allOf('fail'), run.all);
});
