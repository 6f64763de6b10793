/**
 * The image of nodes, which is made once: from a Dockerfile where the engine can reach a registry, else
 * with debootstrap from Debian's archive.
 */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import type Docker from 'dockerode';
import { UnsupportedError } from '../../../src/base/errors.ts';
import { tryLockFile } from '../../../src/linux/file-lock.ts';
import { cacheFolder } from '../cache-folder.ts';
import { giveToCaller, makeForCaller } from '../caller.ts';
import { buildFromRegistry } from './build-from-registry.ts';
import type { ImageMaker } from './image-maker.ts';
import { baseImageOf, type ImageRecipe, imageNameOf, nodeImage } from './image-recipe.ts';
import { importBootstrapped } from './import-bootstrapped.ts';

/** Its name. One who makes it is enough: others wait for it. */
export async function ensureImage(
  maker: ImageMaker,
  recipe: ImageRecipe = nodeImage,
): Promise<string> {
  const name = imageNameOf(recipe);
  if (await hasImage(maker.docker, name)) return name;
  using _lock = await holdMaking();
  if (await hasImage(maker.docker, name)) return name;
  const entry = { kind: 'image', name, socketPath: maker.socketPath } as const;
  maker.ledger.note(entry);
  await makeImage(maker, recipe, name);
  maker.ledger.strike(entry);
  return name;
}

export async function hasImage(docker: Docker, name: string): Promise<boolean> {
  try {
    await docker.getImage(name).inspect();
    return true;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return false;
    throw error;
  }
}

async function makeImage(maker: ImageMaker, recipe: ImageRecipe, name: string): Promise<void> {
  maker.say(`the image of nodes (${name}) is made, once: this takes a minute\n`);
  const noRegistry = await reasonOf(() => buildFromRegistry(maker, recipe, name));
  if (noRegistry === undefined) return;
  const noArchive = await reasonOf(() => importBootstrapped(maker, recipe, name));
  if (noArchive === undefined) return;
  throw new UnsupportedError({
    code: 'no-node-image',
    message: `no image for nodes can be made: ${baseImageOf(recipe)}: ${noRegistry}; debootstrap: ${noArchive}`,
    hint: `sudo apt-get install debootstrap where Debian's archive can be reached; or bring one along: docker load, then docker tag IMAGE ${name}`,
  });
}

/** Undefined: it went well. */
async function reasonOf(act: () => Promise<void>): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return (error as Error).message.trim();
  }
}

const askAgainMs = 200;

async function holdMaking(): Promise<Disposable> {
  const folder = cacheFolder(process.env);
  makeForCaller(folder);
  const lock = join(folder, 'image.lock');
  const fd = openSync(lock, 'a');
  giveToCaller(lock);
  while (!tryLockFile(fd)) await setTimeout(askAgainMs);
  return { [Symbol.dispose]: () => closeSync(fd) };
}
