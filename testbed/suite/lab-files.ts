/**
 * Tests of labs, each file in a process of its own: one that hangs, in a call of the kernel's even, or that leaves
 * processes behind, takes its own time and no other's.
 *
 *   node testbed/suite/lab-files.ts [file…]
 */
import { closeSync, globSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type BoundedEnd, runBounded } from './bounded-command.ts';
import { type Failure, failureOf, failuresIn, formatFailures } from './failures.ts';

const root = join(import.meta.dirname, '../..');
const ava = join(root, 'node_modules/.bin/ava');
/** Tests say nothing for two minutes at most (`ava.timeout` in package.json); this is for all of a file. */
const limitMs = Number(process.env['ROPEWALK_FILE_LIMIT_S'] ?? 480) * 1_000;
const graceMs = 10_000;
/** Who sees only the end of a long log sees these. */
const mostClosingLines = 34;
const most = Math.max(2, Math.min(4, availableParallelism()));

/** Files side by side disturb each other in real time; more than these are not disturbed, but broken. */
const mostAskedAgain = 3;

interface Outcome {
  readonly file: string;
  readonly end: BoundedEnd;
  readonly said: string;
  readonly failures: readonly Failure[];
}

const asked = process.argv.slice(2);
const every = globSync('{src,testbed,docs}/**/*.lab.ts', { cwd: root }).filter(
  (file) => !file.includes('mininet-driver'),
);
const files = (asked.length > 0 ? asked : every).toSorted();
const folder = mkdtempSync(join(tmpdir(), 'ropewalk-suite-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const interruption = new AbortController();
process.once('SIGINT', () => interruption.abort());

const waiting = [...files];
const outcomes: Outcome[] = [];
await Promise.all(Array.from({ length: most }, work));
const steadied = await askAgain(outcomes.filter(isBroken));
for (const file of waiting) say(`not run: ${file}\n`);
const broken = outcomes.filter((outcome) => isBroken(outcome) && !steadied.includes(outcome.file));
const failures = broken.flatMap((outcome) => outcome.failures);
for (const line of formatFailures(failures, mostClosingLines)) say(`${line}\n`);
for (const file of steadied) say(`unsteady: ${file} failed beside others and passed alone\n`);
const named = broken.map(({ file }) => file).join(', ') || 'none';
say(`${files.length} lab files, ${broken.length} with failures: ${named}\n`);
process.exitCode = broken.length + waiting.length === 0 ? 0 : 1;

async function work(): Promise<void> {
  while (waiting.length > 0 && !interruption.signal.aborted) {
    const outcome = await runFile(waiting.shift()!);
    outcomes.push(outcome);
    if (!isBroken(outcome)) say(outcome.said);
  }
}

/** Those of the broken that pass when nothing runs beside them. Where many are broken, the machine is not the cause. */
async function askAgain(broken: readonly Outcome[]): Promise<string[]> {
  const passed: string[] = [];
  for (const outcome of broken) {
    if (broken.length > mostAskedAgain || files.length === 1 || !mayBeAskedAgain(outcome)) {
      say(outcome.said);
      continue;
    }
    say(`\n${outcome.file}: asked again alone, for beside others it said\n`);
    for (const line of formatFailures(outcome.failures, mostClosingLines)) say(`  ${line}\n`);
    const second = await runFile(outcome.file);
    say(second.said);
    if (!isBroken(second)) passed.push(outcome.file);
  }
  return passed;
}

function isBroken({ end }: Outcome): boolean {
  return end.exitCode !== 0;
}

function mayBeAskedAgain({ end }: Outcome): boolean {
  return !end.isCutOff && end.exitCode !== undefined && !interruption.signal.aborted;
}

async function runFile(file: string): Promise<Outcome> {
  const path = join(folder, file.replaceAll(/\W/g, '-'));
  const outFd = openSync(path, 'w');
  const startMs = performance.now();
  const { signal } = interruption;
  const argv = [process.execPath, ava, file];
  const end = await runBounded({ argv, outFd, limitMs, graceMs, signal });
  closeSync(outFd);
  const tookS = ((performance.now() - startMs) / 1_000).toFixed(0);
  const text = `${readFileSync(path, 'utf8').trimEnd()}\n${describeEnd(file, end)}`;
  const said = `\n${file}, ${tookS} s\n${text}`;
  return { file, end, said, failures: end.exitCode === 0 ? [] : failuresOf(file, end, text) };
}

function failuresOf(file: string, { exitCode }: BoundedEnd, text: string): Failure[] {
  const found = failuresIn(text);
  if (found.length === 0) found.push(failureOf(`exit code ${exitCode}`, text));
  return found.map((failure) => ({ title: `${file}: ${failure.title}`, text: failure.text }));
}

/** What ava itself no more says, in its words, so that who counts them counts it. */
function describeEnd(file: string, { exitCode, isCutOff, leftBehind }: BoundedEnd): string {
  const cut = isCutOff ? [`1 test failed: ${file} was not done within its time`] : [];
  const killed = exitCode === undefined && !isCutOff ? [`1 test failed: ${file} was killed`] : [];
  const left = leftBehind.map(({ pid, command }) => `left behind, and ended: ${pid} ${command}`);
  return [...cut, ...killed, ...left].map((line) => `${line}\n`).join('');
}

function say(text: string): void {
  process.stdout.write(text);
}
