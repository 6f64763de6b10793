/**
 * A command that ends in time whatever it does. It writes to a file, so that nobody waits for a process that
 * was left behind with its output open; what it leaves behind is found by a mark, and ended.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { findMarked, killMarked, type MarkedProcess } from './marked-processes.ts';

export interface BoundedCommand {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where its output goes. */
  readonly outFd: number;
  readonly limitMs: number;
  /** How long it may take to say what was pending. */
  readonly graceMs: number;
  /** Ends it as the limit does. */
  readonly signal?: AbortSignal;
}

export interface BoundedEnd {
  /** Undefined: a signal ended it, or it could not be started. */
  readonly exitCode: number | undefined;
  readonly isCutOff: boolean;
  /** Still there after it had ended. */
  readonly leftBehind: readonly MarkedProcess[];
}

/** What ends at the same time as its parent is not left behind. */
const settleMs = 500;

export async function runBounded(command: BoundedCommand): Promise<BoundedEnd> {
  const mark = `ROPEWALK_MARK_${randomBytes(6).toString('hex')}`;
  const child = start(command, mark);
  const ended = exitCodeOf(child);
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), command.limitMs);
  const cut = AbortSignal.any([limit.signal, ...(command.signal ? [command.signal] : [])]);
  const cutOff = Promise.withResolvers<'cut'>();
  cut.addEventListener('abort', () => cutOff.resolve('cut'), { once: true });
  if (cut.aborted) cutOff.resolve('cut');
  const first = await Promise.race([ended, cutOff.promise]);
  clearTimeout(timer);
  const isCutOff = first === 'cut';
  if (isCutOff) signalGroup(child, 'SIGINT');
  await untilGone(mark, isCutOff ? command.graceMs : settleMs);
  const leftBehind = killMarked(mark);
  return { exitCode: isCutOff ? undefined : first, isCutOff, leftBehind };
}

function start({ argv, env, outFd }: BoundedCommand, mark: string): ChildProcess {
  return spawn(argv[0]!, argv.slice(1), {
    stdio: ['ignore', outFd, outFd],
    env: { ...process.env, ...env, [mark]: '1' },
    detached: true,
  });
}

async function exitCodeOf(child: ChildProcess): Promise<number | undefined> {
  try {
    const [code] = await once(child, 'exit');
    return code ?? undefined;
  } catch {
    return undefined;
  }
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // All of it has ended.
  }
}

async function untilGone(mark: string, atMostMs: number): Promise<void> {
  const deadlineMs = performance.now() + atMostMs;
  while (performance.now() < deadlineMs && findMarked(mark).length > 0) await pause(50);
}
