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

const root = join(import.meta.dirname, '../..');
const ava = join(root, 'node_modules/.bin/ava');
/** Tests say nothing for two minutes at most (`ava.timeout` in package.json); this is for all of a file. */
const limitMs = Number(process.env['ROPEWALK_FILE_LIMIT_S'] ?? 480) * 1_000;
const graceMs = 10_000;
const most = Math.max(2, Math.min(4, availableParallelism()));

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
const broken: string[] = [];
await Promise.all(Array.from({ length: most }, work));
for (const file of waiting) say(`not run: ${file}\n`);
say(`${files.length} lab files, ${broken.length} with failures: ${broken.join(', ') || 'none'}\n`);
process.exitCode = broken.length + waiting.length === 0 ? 0 : 1;

async function work(): Promise<void> {
  while (waiting.length > 0 && !interruption.signal.aborted) await runFile(waiting.shift()!);
}

async function runFile(file: string): Promise<void> {
  const path = join(folder, file.replaceAll(/\W/g, '-'));
  const outFd = openSync(path, 'w');
  const startMs = performance.now();
  const { signal } = interruption;
  const argv = [process.execPath, ava, file];
  const end = await runBounded({ argv, outFd, limitMs, graceMs, signal });
  closeSync(outFd);
  const tookS = ((performance.now() - startMs) / 1_000).toFixed(0);
  say(`\n${file}, ${tookS} s\n${readFileSync(path, 'utf8').trimEnd()}\n${describeEnd(file, end)}`);
  if (end.exitCode !== 0) broken.push(file);
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
