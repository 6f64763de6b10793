/** An image of a Debian that debootstrap lays out from the archive: for machines that reach no registry. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Readable } from 'node:stream';
import { cacheFolder } from '../cache-folder.ts';
import { findTool } from '../processes/find-tool.ts';
import { untilDone } from './build-from-registry.ts';
import type { ImageMaker } from './image-maker.ts';
import type { ImageRecipe } from './image-recipe.ts';

/** In a mount namespace of its own, so that what it mounts goes with it. */
const layOut = `debootstrap --variant=minbase --include="$1" "$2" "$3" 2>&1 &&
rm -rf "$3"/var/cache/apt/archives/*.deb "$3"/var/lib/apt/lists/*`;
const packUp = 'exec tar -C "$1" -c .';

export async function importBootstrapped(
  maker: ImageMaker,
  { suite, packages }: ImageRecipe,
  name: string,
): Promise<void> {
  if (findTool('debootstrap') === undefined) throw new Error('it is not on this machine');
  const { ledger } = maker;
  const folder = join(cacheFolder(process.env), `bootstrap-${ledger.runId}`);
  const entry = { kind: 'folder', path: folder } as const;
  ledger.note(entry);
  mkdirSync(folder, { recursive: true });
  try {
    const child = startShell(ledger.runId, layOut, packages.join(','), suite, folder);
    const said = await lastLineOf(child);
    if (child.exitCode !== 0) throw new Error(said);
    await importFolder(maker, folder, name);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    ledger.strike(entry);
  }
}

async function importFolder(
  { docker, ledger }: ImageMaker,
  folder: string,
  name: string,
): Promise<void> {
  const child = startShell(ledger.runId, packUp, folder);
  const exited = once(child, 'exit');
  const [repo, tag] = name.split(':');
  await untilDone(docker, await docker.importImage(child.stdout, { repo, tag }));
  await exited;
  if (child.exitCode === 0) return;
  await docker.getImage(name).remove();
  throw new Error(`tar exited with ${child.exitCode}`);
}

/** A run's processes are known by their environment. */
function startShell(
  runId: string,
  script: string,
  ...words: readonly string[]
): ChildProcessByStdio<null, Readable, null> {
  return spawn('unshare', ['--mount', '--', 'sh', '-c', script, 'sh', ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ROPEWALK_RUN: runId },
  });
}

/** Resolves when it has ended. */
async function lastLineOf(child: ChildProcessByStdio<null, Readable, null>): Promise<string> {
  const exited = once(child, 'exit');
  let text = '';
  child.stdout.setEncoding('utf8');
  for await (const piece of child.stdout) text = (text + piece).slice(-mostCharacters);
  await exited;
  return text.trimEnd().split('\n').at(-1) ?? '';
}

const mostCharacters = 2_000;
