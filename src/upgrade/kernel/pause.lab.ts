/**
 * How long visitors wait for an upgrade. They talk seldom enough that without one nobody waits for a processor:
 * how many connections there are is the burden of a hand-over, not how often they speak.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as rest } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { labTest as test } from '../../linux/testing-lab.ts';
import { Bench } from './testing-bench.ts';
import { clockMs } from './testing-clock.ts';
import {
  describe,
  longestWaitMs,
  percentile,
  type Span,
  spanBefore,
  type Traced,
  type Upgrade,
  upgradeOf,
} from './testing-pauses.ts';
import type { Visitors } from './testing-visitors.ts';

/** `ROPEWALK_UPGRADES`, `ROPEWALK_PEERS`: as many as the proof asks for. */
const upgrades = Number(process.env['ROPEWALK_UPGRADES'] ?? 3);
const standing = Number(process.env['ROPEWALK_PEERS'] ?? 40);
/** Only the proof has a machine of its own; left out: what is seen is told. */
const mostPauseMs = Number(process.env['ROPEWALK_PAUSE_MS'] ?? Number.POSITIVE_INFINITY);
const newcomersASecond = 50;
const breathMs = 200;
/** Between two upgrades, and what of it is left out behind one. */
const restMs = 900;
const settledMs = 100;

async function upgradeUnder(bench: Bench, trace: string): Promise<Upgrade[]> {
  const done: Upgrade[] = [];
  let begun = readFileSync(trace, 'utf8').length;
  for (let at = 0; at < upgrades; at++) {
    await rest(restMs);
    const askedMs = clockMs();
    const outcome = await bench.upgradeTo(`pause-${at}`);
    if (outcome.kind !== 'switched-to') throw new Error(JSON.stringify(outcome));
    await bench.nextServing();
    const lines = readFileSync(trace, 'utf8');
    const traced = lines.slice(begun).trim().split('\n');
    begun = lines.length;
    done.push(
      upgradeOf(
        askedMs,
        traced.map((line): Traced => JSON.parse(line)),
      ),
    );
  }
  await rest(settledMs);
  return done;
}

test('system 4.4: visitors of an upgrade wait for no more than the hand-over, beside windows without one', async (t) => {
  t.timeout(60_000 + upgrades * 4_000);
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-pause-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const trace = join(folder, 'trace');
  writeFileSync(trace, '');
  await using bench = await Bench.start({ env: { COUNTER_TRACE: trace } });
  const file = fileURLToPath(new URL('testing-visitors.ts', import.meta.url));
  const words = [bench.port, standing, newcomersASecond, breathMs].map(String);
  const visiting = spawn(process.execPath, [file, ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.teardown(() => visiting.kill('SIGKILL'));
  const said = createInterface({ input: visiting.stdout })[Symbol.asyncIterator]();
  t.is((await said.next()).value, 'here');
  const done = await upgradeUnder(bench, trace);
  visiting.stdin.end();
  const { faults, connections, visits }: Visitors = JSON.parse((await said.next()).value!);
  t.deepEqual(faults, []);
  t.deepEqual(
    visits.map(({ count }) => count).toSorted((a, b) => a - b),
    visits.map((_, at) => at + 1),
  );
  t.log(`${upgrades} upgrades, ${connections} connections, ${visits.length} answers`);
  const waits = (spanOf: (upgrade: Upgrade) => Span) =>
    done.map((upgrade) => longestWaitMs(visits, spanOf(upgrade)));
  // As long before each upgrade was asked for: the same machine, and no upgrade.
  const baseline = waits(({ whole, pause }) => spanBefore(pause, whole.fromMs - settledMs));
  const handing = waits(({ pause }) => pause);
  t.log(
    `waited at most, without an upgrade: ${describe(baseline)}; in a pause: ${describe(handing)}`,
  );
  const quiet = waits(({ whole }) => spanBefore(whole, whole.fromMs));
  t.log(
    `as long as a target takes to start, without one: ${describe(quiet)}; with it: ${describe(waits(({ whole }) => whole))}`,
  );
  const pauses = done.map(({ pause: { fromMs, toMs } }) => toMs - fromMs);
  t.log(`nobody serves for ${describe(pauses)}`);
  for (const step of Object.keys(done[0]!.steps))
    t.log(`of it ${step}: ${describe(done.map(({ steps }) => steps[step]!))}`);
  const pauseMs = percentile(handing, 0.99) - percentile(baseline, 0.99);
  t.log(`pause, p99 beyond that without an upgrade: ${pauseMs.toFixed(1)} ms`);
  t.true(pauseMs <= mostPauseMs, `${pauseMs} ms`);
});
