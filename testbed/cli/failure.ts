/** What is thrown at a verb, as words on stderr and an exit code. */
import { CommanderError } from 'commander';
import { InputError, type RopewalkError, UnsupportedError } from '../../src/base/errors.ts';
import { exitFault, exitInput, exitOf } from '../report/exit-code.ts';
import { formatError } from '../schema/format-error.ts';
import { problemsOf } from '../schema/problems.ts';
import { reportFault } from './faults.ts';
import type { Session } from './session.ts';

export function reportFailure(error: unknown, session: Session): number {
  const { terminal } = session;
  if (error instanceof CommanderError) return reportUsage(error, session);
  if (error instanceof InputError) {
    terminal.say(formatProblems(problemsOf(error)));
    return exitInput;
  }
  if (error instanceof UnsupportedError) {
    terminal.say(formatProblems([error]));
    return exitOf.unsupported;
  }
  if (isFileTrouble(error)) {
    const { message } = error;
    const hint = 'make room, or name another folder';
    terminal.say(formatProblems([new InputError({ code: 'folder-not-writable', message, hint })]));
    return exitInput;
  }
  terminal.say(reportFault(error, session));
  return exitFault;
}

/** One block for each, with an empty line between. */
export function formatProblems(problems: readonly RopewalkError[]): string {
  return problems.map((problem) => `${formatError(problem)}\n`).join('\n');
}

/** Help and version are no errors. */
function reportUsage(error: CommanderError, { terminal, command }: Session): number {
  if (error.exitCode === 0) return 0;
  const verb = error.code === 'commander.unknownCommand' ? undefined : command[1];
  // A verb of several words was given its first alone: commander throws its help.
  const said = error.code === 'commander.help' ? `${verb} needs another word` : error.message;
  terminal.say(formatProblems([usageError(said, verb)]));
  return exitInput;
}

/** `error: unknown command 'rnu'` and, on a line of its own, `(Did you mean run?)`. */
export function usageError(message: string, verb?: string): InputError {
  const [first, suggestion] = message.replace(/^error: /, '').split('\n');
  const meant = /Did you mean (?:one of )?(.*)\?\)$/.exec(suggestion ?? '')?.[1];
  const help =
    verb === undefined
      ? 'ropewalk --help lists the verbs'
      : `ropewalk ${verb} --help says what it takes`;
  return new InputError({
    code: 'command-line',
    message: first!,
    hint: meant === undefined ? help : `did you mean ${meant}?`,
  });
}

const fileTroubles = ['EACCES', 'EDQUOT', 'EISDIR', 'ENOSPC', 'ENOTDIR', 'EPERM', 'EROFS'];

function isFileTrouble(error: unknown): error is NodeJS.ErrnoException {
  if (!(error instanceof Error && 'code' in error)) return false;
  const { code, syscall } = error as NodeJS.ErrnoException;
  return fileTroubles.includes(String(code)) || (code === 'ENOENT' && syscall === 'mkdir');
}
