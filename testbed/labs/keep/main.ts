/**
 * The keeper: a process that raises a lab, says so to the one who started it, and then answers whoever
 * comes to the lab's socket, until it is told to take the lab down.
 */
import process from 'node:process';
import { KeptLab } from './kept-lab.ts';
import type { KeeperOrder, KeeperWord } from './messages.ts';
import { packError } from './packed-error.ts';
import { RequestDesk } from './request-desk.ts';

process.once('message', (order) => void keepLab(order as KeeperOrder));

async function keepLab(order: KeeperOrder): Promise<void> {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => end());
  // Whom nobody waits for any more, nobody would know of.
  process.once('disconnect', end);
  try {
    const lab = await KeptLab.raise(order);
    await serve(lab, ended, end);
  } catch (error) {
    process.exitCode = 1;
    await say({ kind: 'failed', problem: packError(error) });
  }
}

async function serve(lab: KeptLab, ended: Promise<void>, end: () => void): Promise<void> {
  await using desk = await openDesk(lab, end);
  process.off('disconnect', end);
  await say({ kind: 'stands', report: lab.report() });
  await ended;
  await lab[Symbol.asyncDispose]();
  desk.sayGone();
}

async function openDesk(lab: KeptLab, end: () => void): Promise<RequestDesk> {
  try {
    return await RequestDesk.open(lab, end);
  } catch (error) {
    await lab[Symbol.asyncDispose]();
    throw error;
  }
}

/** The last that the one who started us hears. */
async function say(word: KeeperWord): Promise<void> {
  if (!process.connected) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  process.send?.(word, undefined, undefined, () => resolve());
  await promise;
  process.disconnect?.();
}
