/**
 * A Mininet host on this machine, for `make mininet-host`:
 *
 *   node main.ts up     boots one, unless one stands, and leaves it standing
 *   node main.ts down   ends those that stand
 *   node main.ts hold   is the process that keeps one: SIGTERM ends it
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { RopewalkError } from '../../../../src/base/errors.ts';
import { closeDescriptor, waitReadable } from '../../../../src/linux/descriptor.ts';
import { tryOpenProcess } from '../../../../src/linux/pidfd.ts';
import { Ledger } from '../../ledger/ledger.ts';
import { startTimeOf } from '../../ledger/process-table.ts';
import { newRunId } from '../../ledger/run-id.ts';
import { findHostCards, type HostCard, leaveHostCard } from './host-card.ts';
import { MininetHost } from './mininet-host.ts';

type Word = { readonly card: HostCard } | { readonly refusal: string };

const patienceMs = 10_000;

switch (process.argv[2]) {
  case 'up':
    await raiseHost();
    break;
  case 'down':
    for (const card of findHostCards()) endHost(card);
    break;
  case 'hold':
    await holdHost();
    break;
  default:
    process.stderr.write('node main.ts up | down | hold\n');
    process.exitCode = 2;
}

async function raiseHost(): Promise<void> {
  const [standing] = findHostCards();
  if (standing !== undefined) return tellOf(standing, 'stands already');
  const start = process.hrtime.bigint();
  const keeper = fork(fileURLToPath(import.meta.url), ['hold'], {
    ...{ detached: true, cwd: '/', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
  });
  // Not ours for good: who reads what this command says would wait for the host's end.
  keeper.stderr!.pipe(process.stderr);
  // Whom nobody waits for any more, nobody would know of: it hears that this process is gone.
  const [word] = (await Promise.race([once(keeper, 'message'), once(keeper, 'exit')])) as [unknown];
  const answer = word as Word | number | null;
  if (answer === null || typeof answer === 'number' || 'refusal' in answer) {
    const why =
      answer !== null && typeof answer === 'object' ? answer.refusal : `it ended: ${answer}`;
    process.stderr.write(`no Mininet host: ${why}\n`);
    process.exitCode = 5;
  } else {
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    tellOf(answer.card, `takes logins after ${seconds.toFixed(1)} s`);
  }
  keeper.stderr!.destroy();
  keeper.unref();
  if (keeper.connected) keeper.disconnect();
}

function tellOf({ configPath }: HostCard, what: string): void {
  process.stdout.write(
    `a Mininet host ${what}\n` +
      '  ropewalk run scenarios/ping.yaml --lab mininet --mininet here\n' +
      `  ssh -F ${configPath} mininet\n` +
      '  make mininet-host-stop\n',
  );
}

/** Resolves when it is gone. */
function endHost({ pid, startTime }: HostCard): void {
  const fd = tryOpenProcess(pid);
  if (fd === undefined) return;
  try {
    if (startTimeOf(pid) !== startTime) return;
    process.kill(pid, 'SIGTERM');
    if (!waitReadable(fd, patienceMs)) process.exitCode = 1;
  } finally {
    closeDescriptor(fd);
  }
}

async function holdHost(): Promise<void> {
  const { promise: told, resolve: end } = Promise.withResolvers<void>();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => end());
  process.once('disconnect', end);
  try {
    await using ledger = Ledger.open('netns', newRunId());
    await using host = await MininetHost.raise({ ledger });
    const { pid } = process;
    const { runId, folder } = ledger;
    const card = { ...{ runId, pid }, startTime: startTimeOf(pid)!, configPath: host.configPath };
    leaveHostCard(folder, card);
    process.off('disconnect', end);
    await say({ card });
    await Promise.race([told, host.guest.ended]);
  } catch (error) {
    process.exitCode = 1;
    await say({ refusal: wordsOf(error) });
  }
}

function wordsOf(error: unknown): string {
  if (!(error instanceof RopewalkError))
    return String(error instanceof Error ? error.stack : error);
  return error.hint === undefined ? error.message : `${error.message}; ${error.hint}`;
}

/** The last that who started this hears. */
async function say(word: Word): Promise<void> {
  if (!process.connected) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  process.send?.(word, undefined, undefined, () => resolve());
  await promise;
  if (process.connected) process.disconnect?.();
}
