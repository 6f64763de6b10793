/**
 * What CI runs once the labs are set up: each command in turn, within one time for all. Ends with what failed, in
 * few lines, and `N passed, N failed` in every case.
 *
 *   node testbed/suite/ci.ts LIMIT_S COMMAND [:: COMMAND]…
 */
import {
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { runBounded } from './bounded-command.ts';
import { countTests } from './counts.ts';
import { type Failure, failureOf, failuresIn, formatFailures } from './failures.ts';

/** More than `lab-files.ts` gives its own, which say what was pending. */
const graceMs = 20_000;
const mostClosingLines = 38;

const [limitS, ...words] = process.argv.slice(2);
const deadlineMs = performance.now() + Number(limitS) * 1_000;
const folder = mkdtempSync(join(tmpdir(), 'ropewalk-ci-'));
const path = join(folder, 'log');
const outFd = openSync(path, 'a');
const shownFd = openSync(path, 'r');
const follower = setInterval(showMore, 200);

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interruption.abort());

const failures: Failure[] = [];
for (const argv of commandsIn(words)) failures.push(...(await runOne(argv)));
clearInterval(follower);
showMore();
for (const line of formatFailures(failures, mostClosingLines)) process.stdout.write(`${line}\n`);
const { passed, failed } = countTests(readFileSync(path, 'utf8'), failures.length === 0);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
for (const fd of [outFd, shownFd]) closeSync(fd);
rmSync(folder, { recursive: true });
process.exitCode = failed === 0 ? 0 : 1;

/** None: it went well. */
async function runOne(argv: readonly string[]): Promise<Failure[]> {
  const command = argv.join(' ');
  const limitMs = deadlineMs - performance.now();
  const { signal } = interruption;
  const notDone = (what: string) => `${command}: ${what}, all of it has ${limitS} s`;
  if (limitMs <= 0 || signal.aborted) return [{ title: notDone('not run'), text: [] }];
  const from = fstatSync(outFd).size;
  const { exitCode, isCutOff } = await runBounded({ argv, outFd, limitMs, graceMs, signal });
  showMore();
  if (exitCode === 0) return [];
  const said = readFileSync(path).subarray(from).toString();
  const title = isCutOff ? notDone('cut off') : `${command}: exit code ${exitCode}`;
  const found = failuresIn(said);
  return found.length > 0 ? [{ title, text: [] }, ...found] : [failureOf(title, said)];
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
