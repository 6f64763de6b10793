/** An image as its Dockerfile says, on a base that the engine has or can pull. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import type { ImageMaker } from './image-maker.ts';
import { baseImageOf, dockerfileOf, type ImageRecipe } from './image-recipe.ts';

/** A registry that does not answer is none. */
const pullMs = 60_000;

export async function buildFromRegistry(
  { docker, ledger }: ImageMaker,
  recipe: ImageRecipe,
  name: string,
): Promise<void> {
  await ensureBase(docker, baseImageOf(recipe));
  writeFileSync(join(ledger.folder, 'Dockerfile'), dockerfileOf(recipe));
  const context = { context: ledger.folder, src: ['Dockerfile'] };
  // The packages come over this machine's network: a private engine has no bridge.
  const options = { t: name, networkmode: 'host', forcerm: true };
  await untilDone(docker, await docker.buildImage(context, options));
}

async function ensureBase(docker: Docker, base: string): Promise<void> {
  try {
    await docker.getImage(base).inspect();
  } catch {
    const abortSignal = AbortSignal.timeout(pullMs);
    await untilDone(docker, await docker.pull(base, { abortSignal }));
  }
}

/** The engine answers with a line for each step, and says in one of them what went wrong. */
export function untilDone(docker: Docker, answer: NodeJS.ReadableStream): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  docker.modem.followProgress(answer, (error) => (error ? reject(error) : resolve()));
  return promise;
}
