import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { quoteCommand } from '../../src/base/shell-words.ts';
import type { NodePlace } from '../labs/keep/messages.ts';
import { usageError } from './failure.ts';
import { askKeptLab } from './kept.ts';
import { refuseWithoutRoot } from './needs-root.ts';
import type { Session } from './session.ts';

export interface NodeFlags {
  readonly name?: string;
  readonly root?: boolean;
}

const examples = `
Examples:
  ropewalk exec phone -- ping -c3 server
  ropewalk exec server --root -- tcpdump -ni wifi`;

export function addExec(program: Command, session: Session): void {
  withNodeFlags(program.command('exec'))
    .description('run a command on a node of a lab that stands; its exit code is ours')
    .argument('<node>', 'where')
    .argument('<command...>', 'what, after --')
    .passThroughOptions()
    .addHelpText('after', examples)
    .action(async (node: string, words: string[], flags: NodeFlags) => {
      const argv = words[0] === '--' ? words.slice(1) : words;
      if (argv.length === 0) throw usageError("missing required argument 'command'", 'exec');
      const place = await findPlace(node, flags, session);
      await runThere(place, flags, session, () => ({ argv, env: { ROPEWALK_NODE: node } }));
    });
}

export function withNodeFlags(command: Command): Command {
  return command
    .option('--name <lab>', 'which lab, where several stand')
    .option('--root', 'as root, also where sudo was called by somebody else');
}

export async function findPlace(
  node: string,
  { name }: NodeFlags,
  { command }: Session,
): Promise<NodePlace> {
  const [verb, ...words] = command.slice(1);
  const again = (lab: string): string => quoteCommand(['ropewalk', verb!, '--name', lab, ...words]);
  const { report } = await askKeptLab(name, again);
  const { placeOn } = await import('../labs/keep/choose-kept-lab.ts');
  const place = placeOn(report, node);
  refuseWithoutRoot('entering a node', command);
  return place;
}

interface Wanted {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** `want` gets the environment of whoever it runs as. */
export async function runThere(
  place: NodePlace,
  { root }: NodeFlags,
  session: Session,
  want: (env: Readonly<Record<string, string | undefined>>) => Wanted,
): Promise<void> {
  const { callerHere } = await import('../labs/caller.ts');
  const { environmentOf, findAccount, withoutNpx } = await import('../labs/keep/user-account.ts');
  const { startOnNode } = await import('../labs/keep/start-on-node.ts');
  const user = root ? undefined : callerHere();
  const account = user && findAccount(readFileSync('/etc/passwd', 'utf8'), user);
  const base = place.container
    ? containerEnvironment(process.env)
    : environmentOf(account, withoutNpx(process.env));
  const { argv, env } = want(base);
  const command = { argv, env: { ...base, ...env }, user };
  session.exitWith(await startOnNode(place, command, interruptsMeantForUs(session)));
}

/** Folders and tools of this machine are not there; its terminal is. */
function containerEnvironment({ TERM }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { SHELL: '/bin/bash', LANG: 'C.UTF-8', ...(TERM !== undefined && { TERM }) };
}

/** A terminal interrupts all that it runs: what it starts has heard of it by itself. */
function interruptsMeantForUs({ terminal, interrupted }: Session): AbortSignal {
  const controller = new AbortController();
  const terminated = 143;
  terminal.signal.addEventListener('abort', () => {
    const isOurs = process.stdin.isTTY !== true || interrupted() === terminated;
    if (isOurs) controller.abort();
  });
  return controller.signal;
}
