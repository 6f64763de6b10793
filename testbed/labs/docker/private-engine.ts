/**
 * A Docker engine of our own, for machines where none runs. It has no bridge and no rules: it leaves the
 * machine's network alone, and all that it writes is in two folders. What it holds stays when it stops.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { FaultError, UnsupportedError } from '../../../src/base/errors.ts';
import { closeDescriptor, waitReadable } from '../../../src/linux/descriptor.ts';
import { detachMount, listMountPoints } from '../../../src/linux/mount.ts';
import { tryOpenProcess } from '../../../src/linux/pidfd.ts';
import { findTool, toolPath } from '../processes/find-tool.ts';
import { privateSocket } from './engine-sockets.ts';
import { findEngine } from './find-engine.ts';

export interface EngineFolders {
  /** Sockets, pids, and what says how it goes; nothing that is missed after a boot. */
  readonly running: string;
  /** Images and containers. */
  readonly data: string;
}

export const privateFolders: EngineFolders = {
  running: dirname(privateSocket),
  data: '/var/lib/ropewalk-engine',
};

export function socketIn({ running }: EngineFolders): string {
  return join(running, 'docker.sock');
}

function argumentsOf(folders: EngineFolders): string[] {
  const { running, data } = folders;
  return [
    ...['--host', `unix://${socketIn(folders)}`, '--pidfile', join(running, 'pid')],
    ...['--data-root', data, '--exec-root', join(running, 'exec')],
    ...['--bridge=none', '--iptables=false', '--ip6tables=false'],
    ...['--ip-forward=false', '--ip-masq=false'],
  ];
}

const patienceMs = 30_000;
const askAgainMs = 50;

/** Resolves when it answers. */
export async function startEngine(folders: EngineFolders = privateFolders): Promise<void> {
  const dockerd = findTool('dockerd');
  if (dockerd === undefined) throw notInstalled();
  for (const folder of [folders.running, folders.data]) mkdirSync(folder, { recursive: true });
  const log = join(folders.running, 'log');
  const fd = openSync(log, 'w');
  const child = spawn(dockerd, argumentsOf(folders), {
    detached: true,
    stdio: ['ignore', fd, fd],
    env: { ...process.env, PATH: toolPath() },
  });
  closeSync(fd);
  child.unref();
  const untilMs = Date.now() + patienceMs;
  while (!(await answers(folders))) {
    if (child.exitCode !== null || Date.now() > untilMs) throw notStarted(log);
    await setTimeout(askAgainMs);
  }
}

function notInstalled(): UnsupportedError {
  return new UnsupportedError({
    code: 'no-dockerd',
    message: 'there is no dockerd on this machine',
    hint: 'sudo apt-get install --no-install-recommends docker.io',
  });
}

/** Its last words are the most that can be said. */
function notStarted(log: string): FaultError {
  const last = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-3).join('\n');
  return new FaultError({
    code: 'engine-not-started',
    message: `the Docker engine did not start; it said last:\n${last}`,
    hint: `all that it said: ${log}`,
  });
}

async function answers(folders: EngineFolders): Promise<boolean> {
  const found = await findEngine({ DOCKER_HOST: `unix://${socketIn(folders)}` });
  return found.kind === 'answers';
}

/** False: it did not run. What runs in it is ended. */
export function stopEngine(folders: EngineFolders = privateFolders): boolean {
  const pid = pidOf(folders);
  const fd = pid === undefined ? undefined : tryOpenProcess(pid);
  if (pid === undefined || fd === undefined) return false;
  process.kill(pid, 'SIGTERM');
  const ended = waitReadable(fd, patienceMs);
  closeDescriptor(fd);
  if (!ended) throw new Error(`the Docker engine, process ${pid}, does not end`);
  // An engine leaves the namespace of this machine mounted there.
  const mounted = listMountPoints().filter((path) => path.startsWith(`${folders.running}/`));
  for (const path of mounted.toReversed()) detachMount(path);
  rmSync(folders.running, { recursive: true, force: true });
  return true;
}

/** A number may have come to mean another process: its words tell. */
function pidOf(folders: EngineFolders): number | undefined {
  const path = join(folders.running, 'pid');
  if (!existsSync(path)) return undefined;
  const pid = Number(readFileSync(path, 'utf8'));
  const words = `/proc/${pid}/cmdline`;
  const isIt =
    existsSync(words) && readFileSync(words, 'utf8').includes(`unix://${socketIn(folders)}\0`);
  return isIt ? pid : undefined;
}
