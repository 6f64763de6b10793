/**
 * Our programs on the Mininet machine: the bundle, which is named by what is in it, goes there by SFTP
 * unless it is there. Node is the most of it and seldom another: it has a file of its own.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { SFTPWrapper } from 'ssh2';
import { FaultError } from '../../../src/base/errors.ts';
import { quoteCommand } from '../../../src/base/shell-words.ts';
import { type Bundle, bundlePath } from '../bundle/bundle.ts';
import type { SshConnection } from './ssh/connection.ts';
import { runCommand } from './ssh/run-command.ts';

export interface SentBundle {
  readonly node: string;
  /** Where `src` and `testbed` are. */
  readonly app: string;
}

/** In the cache of the login, beside what Node compiles there. */
export function storeIn(home: string): string {
  return `${home}/.cache/ropewalk/mininet`;
}

export async function sendBundle(
  connection: SshConnection,
  { hash, folder }: Bundle,
  home: string,
): Promise<SentBundle> {
  const store = storeIn(home);
  const node = `${store}/node-${nodeHash(join(folder, bundlePath.node))}`;
  const app = `${store}/app-${hash}`;
  const [place, wanted] = [quoteCommand([store]), quoteCommand([node, app])];
  const question = `mkdir -p ${place}; for f in ${wanted}; do [ -e "$f" ] && touch "$f" && echo "$f"; done; ${forgetOld(place)}`;
  const there = (await runCommand(connection, question)).stdout.split('\n');
  if (!there.includes(node)) await sendNode(connection, join(folder, bundlePath.node), node);
  if (!there.includes(app)) await sendApp(connection, folder, app);
  return { node, app };
}

/** What nobody has asked for in a week, and what was cut off on its way. */
function forgetOld(place: string): string {
  return (
    `find ${place} -maxdepth 1 -name 'app-*' -mtime +7 -exec rm -rf {} +; ` +
    `find ${place} -maxdepth 1 -name '*.part*' -mmin +1 -exec rm -rf {} +; true`
  );
}

/** Of what it is, not of its hundred megabytes. */
function nodeHash(path: string): string {
  const about = `${process.version} ${process.platform} ${process.arch} ${statSync(path).size}`;
  return createHash('sha256').update(about).digest('hex').slice(0, 16);
}

async function sendNode(connection: SshConnection, path: string, to: string): Promise<void> {
  const part = partOf(to);
  await put(connection, path, part);
  await mustRun(connection, `chmod 755 ${quoteCommand([part])} && mv ${quoteCommand([part, to])}`);
}

async function sendApp(connection: SshConnection, folder: string, to: string): Promise<void> {
  const part = partOf(to);
  await put(connection, packedApp(folder), `${part}.tgz`);
  const [packed, unpacked, place] = [`${part}.tgz`, part, to].map((one) => quoteCommand([one]));
  await mustRun(
    connection,
    `mkdir ${unpacked} && tar -xzf ${packed} -C ${unpacked} && rm ${packed} && mv -T ${unpacked} ${place}`,
  );
}

/** One that was cut off in the middle has the name of nothing. */
function partOf(path: string): string {
  return `${path}.${process.pid}-${Date.now()}.part`;
}

function packedApp(folder: string): string {
  const path = `${folder}.tgz`;
  if (existsSync(path)) return path;
  const part = `${path}.${process.pid}`;
  execFileSync('tar', ['-I', 'gzip -1', '-cf', part, '-C', join(folder, bundlePath.app), '.'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  renameSync(part, path);
  return path;
}

async function put(connection: SshConnection, from: string, to: string): Promise<void> {
  const sftp: SFTPWrapper = await connection.sftp();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  sftp.fastPut(from, to, { concurrency: 32, chunkSize: 131_072 }, (error) =>
    error ? reject(error) : resolve(),
  );
  try {
    await Promise.race([promise, connection.broken]);
  } catch (error) {
    if (error instanceof Error && 'hint' in error) throw error;
    throw notSent(error instanceof Error ? error.message : String(error));
  } finally {
    sftp.end();
  }
}

async function mustRun(connection: SshConnection, command: string): Promise<void> {
  const { code, stderr } = await runCommand(connection, command);
  if (code !== 0) throw notSent(stderr.trim());
}

function notSent(why: string): FaultError {
  return new FaultError({
    code: 'mininet-not-sent',
    message: `our programs could not be put on the Mininet machine: ${why}`,
    hint: 'they take 250 MB in ~/.cache there: see whether there is room: df -h',
  });
}
