/** Tools of the system: run to their end, as what sets the bridge up, or started beside us. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { RopewalkError, UnsupportedError } from '../base/errors.ts';

/** Never by the search path: a package of npm's is called `nft`, takes any rules, and does nothing. */
const folders = ['/usr/sbin', '/sbin', '/usr/bin', '/bin', '/usr/local/sbin', '/usr/local/bin'];

export function hasTool(name: string): boolean {
  return lookFor(name) !== undefined;
}

export function findTool(name: string): string {
  const path = lookFor(name);
  if (path !== undefined) return path;
  throw new UnsupportedError({
    code: 'access-tool-missing',
    message: `an access switch needs ${name}, which is in none of ${folders.join(', ')}`,
    hint: 'apt-get install iproute2 nftables hostapd openssl',
  });
}

function lookFor(name: string): string | undefined {
  return folders.map((folder) => `${folder}/${name}`).find((each) => existsSync(each));
}

/** In the namespace of this thread. Throws what the tool said where it failed. */
export function runTool(argv: readonly string[], input = ''): string {
  const [tool, ...rest] = argv;
  const { status, stdout, stderr, error } = spawnSync(findTool(tool!), rest, {
    input,
    encoding: 'utf8',
  });
  if (error) throw error;
  if (status === 0) return stdout;
  throw new RopewalkError({
    code: 'access-tool-failed',
    message: `${argv.join(' ')} failed: ${stderr.trim() || `exit code ${status}`}`,
    hint: 'ropewalk doctor says what this machine lacks',
  });
}

/** In the namespace of this thread, with which it ends. Both of its streams are ours to read. */
export function startTool([tool, ...rest]: readonly string[]): ChildProcess {
  const argv = ['--pdeathsig', 'KILL', findTool(tool!), ...rest];
  return spawn(findTool('setpriv'), argv, { stdio: ['ignore', 'pipe', 'pipe'] });
}
