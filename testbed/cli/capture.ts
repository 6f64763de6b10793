import { closeSync, openSync, writeSync } from 'node:fs';
import type { Command } from 'commander';
import { InputError } from '../../src/base/errors.ts';
import { quoteCommand } from '../../src/base/shell-words.ts';
import { askKeptLab, type KeptLabHere } from './kept.ts';
import { parseBudget } from './options.ts';
import type { TimeBudget } from './run-flags.ts';
import type { Session } from './session.ts';

interface CaptureFlags {
  readonly name?: string;
  readonly out?: string;
  readonly for?: TimeBudget;
}

const examples = `
Examples:
  ropewalk capture wifi --out wifi.pcapng --for 10s
  ropewalk capture phone | tshark -r -`;

export function addCapture(program: Command, session: Session): void {
  program
    .command('capture')
    .description('write the frames of a link, or of all links of a node, as pcapng')
    .argument('<place>', 'a link, or a node, of a lab that stands')
    .option('--name <lab>', 'which lab, where several stand')
    .option('--out <file>', 'where to; the standard output if not given')
    .option('--for <time>', 'end after so long, such as 10s; else when interrupted', parseBudget)
    .addHelpText('after', examples)
    .action((place: string, flags: CaptureFlags) => capture(place, flags, session));
}

async function capture(place: string, flags: CaptureFlags, session: Session): Promise<void> {
  const { out } = flags;
  if (out === undefined && process.stdout.isTTY) throw unreadable(place);
  const again = (lab: string): string =>
    quoteCommand(['ropewalk', 'capture', '--name', lab, ...session.command.slice(2)]);
  const here = await askKeptLab(flags.name, again);
  const { linksOf } = await import('../labs/keep/choose-kept-lab.ts');
  const links = linksOf(here.report, place);
  if (out === undefined) {
    await follow(here, links, flags, session, (bytes) => void process.stdout.write(bytes));
    return;
  }
  const fd = openSync(out, 'w');
  try {
    await follow(here, links, flags, session, (bytes) => writeAll(fd, bytes));
  } finally {
    closeSync(fd);
  }
  const { giveToCaller } = await import('../labs/caller.ts');
  giveToCaller(out);
  session.terminal.say(`${out}: frames of ${links.join(', ')}\n`);
}

/** To be interrupted is how it ends: no failure. */
async function follow(
  { kept }: KeptLabHere,
  links: readonly string[],
  flags: CaptureFlags,
  { terminal }: Session,
  write: (bytes: Uint8Array) => void,
): Promise<void> {
  const { askForFrames } = await import('../labs/keep/ask-keeper.ts');
  const frames = askForFrames(kept, links, write);
  const limit = flags.for && setTimeout(frames.end, flags.for.totalMs);
  terminal.signal.addEventListener('abort', frames.end);
  process.stdout.once('error', frames.end);
  if (terminal.signal.aborted) frames.end();
  await frames.over;
  clearTimeout(limit);
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

function unreadable(place: string): InputError {
  return new InputError({
    code: 'capture-to-terminal',
    message: 'a capture is no text for a terminal',
    hint: `name a file: --out ${place}.pcapng; or read it: ropewalk capture ${place} | tshark -r -`,
  });
}
