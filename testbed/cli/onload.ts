import type { Command } from 'commander';
import { parseDuration } from '../../src/base/units.ts';
import { usageError } from './failure.ts';
import { refuseWithoutRoot } from './needs-root.ts';
import type { Session } from './session.ts';

interface OnloadFlags {
  readonly explain?: boolean;
  readonly tcp?: string;
  readonly udp?: string;
  readonly trace?: string;
  readonly frames?: boolean;
  readonly spin?: string;
}

const examples = `
Examples:
  ropewalk onload --explain                                   which transports there are here
  ropewalk onload --explain -- node docs/examples/http-server.ts
  ropewalk onload --tcp packet-ring,kernel -- node app.js
  ropewalk onload -- curl http://192.0.2.2/                   any program: behind a virtual interface
  ropewalk onload --trace onload.ndjson --frames -- node app.js`;

export function addOnload(program: Command, session: Session): void {
  program
    .command('onload')
    .description("put an application's sockets on a stack of its own, beside the kernel's")
    .argument('[command...]', 'the application, after --')
    .option('--explain', 'say which transport each socket gets, and why')
    .option('--tcp <transports>', 'which to try for TCP, first choice first')
    .option('--udp <transports>', 'which to try for UDP')
    .option('--trace <file>', 'write what happened to sockets there, a line each')
    .option('--frames', 'and each frame that is written')
    .option('--spin <time>', 'so long after a packet the application asks for the next by itself')
    .passThroughOptions()
    .addHelpText('after', examples)
    .action((words: string[], flags: OnloadFlags) => onload(words, flags, session));
}

async function onload(
  words: readonly string[],
  flags: OnloadFlags,
  { terminal, command, exitWith, interrupted }: Session,
): Promise<void> {
  const argv = words[0] === '--' ? words.slice(1) : words;
  const { explainTransports, runOnload, settingsOf } = await import('../../src/cli/onload.ts');
  const wish = { ...flags, spinNs: readSpin(flags.spin) };
  const { hierarchies } = settingsOf(wish);
  if (flags.explain) terminal.print(`${await explainTransports(hierarchies)}\n`);
  if (argv.length === 0) {
    if (!flags.explain) throw usageError("missing required argument 'command'", 'onload');
    return;
  }
  refuseWithoutRoot('a stack beside the kernel', command);
  const code = await runOnload(argv, wish);
  exitWith(interrupted() ?? code);
}

function readSpin(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const read = parseDuration(text);
  if (typeof read === 'number') return read;
  throw usageError(`--spin ${text}: give a time, as 200 us`, 'onload');
}
