/**
 * The environment of a worker: what this process has compiled, and stripped of its types, is kept by Node in a folder
 * that a worker does not hear of by itself. Without it each one brings up Node's whole TypeScript first.
 */
import { getCompileCacheDir } from 'node:module';
import process from 'node:process';

export function workerEnvironment(): NodeJS.ProcessEnv {
  const folder = getCompileCacheDir();
  return folder === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: folder };
}
