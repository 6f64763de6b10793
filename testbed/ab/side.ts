/** One of two things that are compared, and how it is run. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { InputError } from '../../src/base/errors.ts';
import type { Result } from '../schema/result.ts';
import { placeScenario } from './placeholders.ts';

export interface Side {
  readonly name: string;
  /** As a reader knows it: a commit, a command. */
  readonly label: string;
  readonly tree?: string | undefined;
  readonly command?: string | undefined;
}

export interface RunOrder {
  readonly file: string;
  readonly lab: string;
  /** Where results go; each run replaces the one before. */
  readonly out: string;
  /** Further words of the command line: `--sample 3`. */
  readonly words: readonly string[];
  /** Of this Ropewalk, for trees that have none. */
  readonly ownBin: string;
  readonly signal: AbortSignal;
}

/** The same would be held against itself, and come out the same. */
function nothingDiffers({ command }: Side, file: string): InputError {
  const mark = command === undefined ? '{tree}' : '{command}';
  return new InputError({
    code: 'nothing-differs',
    message: `${file} does not say ${mark}: both sides would run the same`,
    hint:
      command === undefined
        ? "write '{tree}' where the path of the checkout belongs, such as run: ['{tree}/server']"
        : "write '{command}' where the command belongs, such as run: [sh, -c, '{command}']",
  });
}

/** Verdicts are results as well; what could not be run at all is an error. */
const told = [0, 1, 3, 4, 5];

export async function runSide(side: Side, order: RunOrder): Promise<Result> {
  const { file, lab, out, words, ownBin, signal } = order;
  using scenario = placeScenario(file, side.name, side);
  const theirs = side.tree === undefined ? undefined : join(side.tree, 'testbed/cli/ropewalk.js');
  const bin = theirs !== undefined && existsSync(theirs) ? theirs : ownBin;
  if (bin === ownBin && scenario.path === file) throw nothingDiffers(side, file);
  const line = [
    bin,
    'run',
    scenario.path,
    '--lab',
    lab,
    '--out',
    join(out, side.name),
    '--json',
    ...words,
  ];
  const child = spawn(process.execPath, line, { stdio: ['ignore', 'pipe', 'pipe'] });
  // It ends in order: what it made in the kernel goes with it.
  const end = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', end, { once: true });
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  signal.removeEventListener('abort', end);
  if (told.includes(exitCode) && stdout !== '') return JSON.parse(stdout);
  throw new InputError({
    code: 'side-failed',
    message: `${side.label} could not run ${file}: exit code ${exitCode}\n${stderr.trimEnd().split('\n').slice(-20).join('\n')}`,
    hint: `try it alone: ropewalk run ${file}`,
  });
}
