/**
 * Does what a page tells its reader to do, in order, and puts what then came in place of what the page
 * shows. A page that is true comes back as it was; `node docs/page-replay.ts docs/tutorial.md` makes it so.
 */
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { type PageBlock, readBlocks } from './page-blocks.ts';
import { mergeFragment } from './yaml-fragment.ts';

const root = join(import.meta.dirname, '..');

/** Runs the page in a folder of its own, which has the scenarios and the examples of the repository in it. */
export async function replayPage(page: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'ropewalk-page-'));
  try {
    for (const name of ['scenarios', 'topologies']) {
      cpSync(join(root, name), join(folder, name), { recursive: true });
    }
    symlinkSync(join(root, 'docs'), join(folder, 'docs'));
    writeShim(folder);
    return await replayBlocks(page, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `npx ropewalk`, without asking npm each time where it is. */
function writeShim(folder: string): void {
  const shim = join(folder, '.bin/npx');
  const bin = join(root, 'testbed/cli/ropewalk.js');
  mkdirSync(dirname(shim));
  writeFileSync(shim, `#!/bin/sh\nshift\nexec "${process.execPath}" "${bin}" "$@"\n`);
  chmodSync(shim, 0o755);
}

async function replayBlocks(page: string, folder: string): Promise<string> {
  let replayed = '';
  let end = 0;
  for (const block of readBlocks(page)) {
    replayed += page.slice(end, block.offset) + (await replayBlock(block, folder));
    end = block.offset + block.text.length;
  }
  return replayed + page.slice(end);
}

async function replayBlock(block: PageBlock, folder: string): Promise<string> {
  if (block.language === 'yaml') writeBlock(block, folder);
  if (block.language !== 'sh' || !block.text.startsWith('$ ')) return block.text;
  const replayed: string[] = [];
  let status = 0;
  for (const { command, shown } of readCommands(block.text)) {
    const ran = await runCommand(command, status, folder);
    status = ran.status;
    replayed.push(`$ ${command}\n${matches(ran.output, shown) ? shown : hideTimes(ran.output)}`);
  }
  return replayed.join('');
}

function writeBlock({ info, text, fileNamed, line }: PageBlock, folder: string): void {
  if (fileNamed === undefined) throw new Error(`line ${line}: the text before names no file`);
  const file = join(folder, fileNamed);
  const whole = info === 'fragment' ? mergeFragment(readFileSync(file, 'utf8'), text) : text;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, whole);
}

interface ShownCommand {
  readonly command: string;
  readonly shown: string;
}

function readCommands(session: string): ShownCommand[] {
  return session
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command, ...shown] = part.split('\n');
      return { command: command!, shown: shown.join('\n') };
    });
}

/** Where nobody watches, progress is lines; whoever reads a page would see one that goes away. */
const progressLine = /^\S+: \d+ of \d+ samples, now .*\n/gm;

async function runCommand(command: string, before: number, folder: string) {
  const { all, exitCode } = await execa('sh', ['-c', `(exit ${before})\n${command}`], {
    cwd: folder,
    all: true,
    reject: false,
    stripFinalNewline: false,
    timeout: 60_000,
    env: { NO_COLOR: '1', COLUMNS: '100', PATH: `${folder}/.bin:${process.env['PATH']}` },
  });
  return { output: all.replaceAll(progressLine, ''), status: exitCode ?? 1 };
}

/** `…` stands for anything in a line, and on a line of its own for any number of lines. */
function matches(output: string, shown: string): boolean {
  const pattern = shown
    .replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replaceAll(/^…\n/gm, '(?:.*\\n)*')
    .replaceAll('…', '.*');
  return new RegExp(`^${pattern}$`).test(output);
}

function hideTimes(output: string): string {
  return output.replaceAll(/(samples? finished in) [\d.]+ \w+;/g, '$1 …;');
}

if (import.meta.main) {
  for (const file of process.argv.slice(2)) {
    writeFileSync(file, await replayPage(readFileSync(file, 'utf8')));
  }
}
