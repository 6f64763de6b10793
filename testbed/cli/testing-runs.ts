/** Runs of the command as a process, on a small scenario with many cases, and their folders compared. */
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { execa, type Options } from 'execa';
import { withoutRun } from '../report/html/run-part.ts';

export const bin = join(import.meta.dirname, 'ropewalk.js');

/** 50 cases of some milliseconds each: 2 losses, 25 delays. */
export const grid = `
scenario: grid
about: Three questions over fifty links.
topology:
  nodes: { phone: { kind: terminal }, server: { kind: host } }
  links: { wire: { between: [phone, server], rate: 50 Mbit/s, delay: 1 ms } }
seed: 3
repeat: 1
limit: 10 s
traffic:
  ping: { run: request-response, from: phone, to: server, count: 3, interval: 10 ms, timeout: 2 s }
matrix:
  links.wire.loss: [0 %, 20 %]
  links.wire.delay: [${Array.from({ length: 25 }, (_, at) => `${at + 1} ms`).join(', ')}]
measure:
  rtt: { what: rtt, of: ping }
expect:
  near: { that: rtt <= rtt(wire) + 1 ms, at: every }
`;

/** The jitter's middle is the bound: seven samples are hardly ever all on one side of it. */
export const undecided = `
scenario: undecided
about: A bound where the median is.
topology:
  nodes: { phone: { kind: terminal }, server: { kind: host } }
  links: { wire: { between: [phone, server], rate: 50 Mbit/s, delay: 10 ms, jitter: 5 ms } }
seed: 2
repeat: { first: 7, most: 15 }
limit: 10 s
traffic:
  ping: { run: request-response, from: phone, to: server, count: 1 }
measure:
  rtt: { what: rtt, of: ping }
expect:
  near: { that: rtt <= 20.4 ms, at: median }
`;

export function startFolder(t: ExecutionContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeIn(folder, name, text);
  return folder;
}

export function writeIn(folder: string, name: string, text: string): void {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
}

/** `planted`: a module that the process loads before anything else. */
export async function ropewalk(cwd: string, words: readonly string[], planted?: string) {
  const options: Options = {
    ...{ cwd, reject: false, timeout: 180_000, killSignal: 'SIGKILL' },
    env: { NO_COLOR: '1', COLUMNS: '100', GITHUB_ACTIONS: '' },
  };
  const imported = planted === undefined ? [] : ['--import', asUrl(planted)];
  const run = await execa(process.execPath, [...imported, bin, ...words], options);
  const { exitCode, signal } = run;
  return { stdout: String(run.stdout), stderr: String(run.stderr), exitCode, signal };
}

function asUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

/** Every file below a folder with its bytes; what two equal runs differ in is taken out of the result. */
export function readFolder(folder: string): Map<string, string> {
  const names = globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('/_history'))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
  return new Map(names.map((name) => [name, comparable(folder, name)]));
}

/** The names of all files that are not the same in both. */
export function differences(
  one: ReadonlyMap<string, string>,
  other: ReadonlyMap<string, string>,
): string[] {
  const names = new Set([...one.keys(), ...other.keys()]);
  return [...names].filter((name) => one.get(name) !== other.get(name));
}

function comparable(folder: string, name: string): string {
  const text = readFileSync(join(folder, name), 'latin1');
  if (name.endsWith('result.json')) return text.replace(/^ {2}"run": \{\n.*?^ {2}\}/ms, '');
  if (name.endsWith('report.html')) return withoutRun(text);
  if (name.endsWith('report.md')) return text.replace(/^## Run\n.*/ms, '');
  if (name.endsWith('junit.xml')) {
    return text.replaceAll(/ (?:timestamp|time|hostname)="[^"]*"|<property name="command".*/g, '');
  }
  return text;
}
