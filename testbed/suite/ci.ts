/**
 * What CI runs once the labs are set up: each command in turn, within one time for all. Ends with
 * `N passed, N failed` in every case.
 *
 *   node testbed/suite/ci.ts LIMIT_S COMMAND [:: COMMAND]…
 */
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { runBounded } from './bounded-command.ts';
import { countTests } from './counts.ts';

/** More than `lab-files.ts` gives its own, which say what was pending. */
const graceMs = 20_000;

const [limitS, ...words] = process.argv.slice(2);
const deadlineMs = performance.now() + Number(limitS) * 1_000;
const folder = mkdtempSync(join(tmpdir(), 'ropewalk-ci-'));
const path = join(folder, 'log');
const outFd = openSync(path, 'a');
const shownFd = openSync(path, 'r');
const follower = setInterval(showMore, 200);

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interruption.abort());

let isWell = true;
for (const argv of commandsIn(words)) isWell = (await runOne(argv)) && isWell;
clearInterval(follower);
showMore();
const { passed, failed } = countTests(readFileSync(path, 'utf8'), isWell);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
for (const fd of [outFd, shownFd]) closeSync(fd);
rmSync(folder, { recursive: true });
process.exitCode = failed === 0 ? 0 : 1;

async function runOne(argv: readonly string[]): Promise<boolean> {
  const limitMs = deadlineMs - performance.now();
  const { signal } = interruption;
  if (limitMs <= 0 || signal.aborted) return notDone(argv, 'not run');
  const { exitCode, isCutOff } = await runBounded({ argv, outFd, limitMs, graceMs, signal });
  showMore();
  return isCutOff ? notDone(argv, 'cut off') : exitCode === 0;
}

function notDone(argv: readonly string[], what: string): false {
  process.stdout.write(`${argv.join(' ')}: ${what}, all of it has ${limitS} s\n`);
  return false;
}

function commandsIn(all: readonly string[]): string[][] {
  const commands: string[][] = [[]];
  for (const word of all) {
    if (word === '::') commands.push([]);
    else commands.at(-1)!.push(word);
  }
  return commands;
}

function showMore(): void {
  const bytes = Buffer.alloc(65_536);
  for (;;) {
    const count = readSync(shownFd, bytes);
    if (count === 0) return;
    process.stdout.write(bytes.subarray(0, count).toString('latin1'), 'latin1');
  }
}
