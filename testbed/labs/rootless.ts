/**
 * The lab without root. Where the kernel lets anybody have a user namespace, the command is started over
 * in one of its own: there it is root, over a network and a /run that nobody else sees, and the very same
 * code works. What is in there ends with its last process. The ledger stays outside, for `gc`.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync } from 'node:fs';
import process from 'node:process';
import { runRoot } from './ledger/run-root.ts';
import { findTool } from './processes/find-tool.ts';

const mark = 'ROPEWALK_ROOTLESS';

/** This process is root of a user namespace, and so of nothing else. */
export function isRootless(): boolean {
  return process.env[mark] !== undefined;
}

/** Starts this process over, if that helps; otherwise it goes on, and the lab says what it lacks. */
export function becomeRootless(): void {
  if (process.getuid?.() === 0 || whyNotRootless() !== undefined) return;
  const ledgers = runRoot();
  mkdirSync(ledgers, { recursive: true, mode: 0o700 });
  const [command, ...words] = commandFor(ledgers, [process.execPath, ...process.execArgv]);
  process.execve!(command!, [command!, ...words, ...process.argv.slice(1)], {
    ...process.env,
    [mark]: '1',
  });
}

/** Undefined: it can be had. */
export function whyNotRootless(): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux';
  const unshare = findTool('unshare');
  if (unshare === undefined) return 'unshare (of the package util-linux) is not there';
  if (!mayUse('/dev/net/tun')) return 'only root may open /dev/net/tun';
  const [command, ...words] = commandFor('/', ['true']);
  const { status } = spawnSync(command!, words, { stdio: 'ignore' });
  return status === 0 ? undefined : 'this kernel gives no user namespace to whoever is not root';
}

function mayUse(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The ledgers are held open while an empty /run covers them. */
const prepare = `exec 9<"$1" && shift &&
mount -t tmpfs -o mode=755 none /run && mkdir /run/ropewalk &&
mount --no-canonicalize --rbind /proc/self/fd/9 /run/ropewalk &&
exec 9<&- "$@"`;

function commandFor(ledgers: string, argv: readonly string[]): string[] {
  const own = ['--user', '--map-root-user', '--net', '--mount', '--'];
  return [findTool('unshare')!, ...own, '/bin/sh', '-c', prepare, 'sh', ledgers, ...argv];
}
