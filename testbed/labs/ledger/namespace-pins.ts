/**
 * Namespaces by name, as ip-netns(8) keeps them: a file of /run/netns on which the namespace is mounted.
 * What is made and removed here is seen by `ip netns`, and the other way round.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { bindMount, detachMount, shareMount } from '../../../src/linux/mount.ts';
import type { NetworkNamespace } from '../../../src/linux/network-namespace.ts';
import { isRootless } from '../rootless.ts';
import { removeIfEmpty } from './run-root.ts';

export const pinFolder = '/run/netns';
/** Says that the folder, or its being a mount, is ours to undo once it is empty. */
const madeMark = 'made-run-netns';

export function pinPath(name: string): string {
  return join(pinFolder, name);
}

/**
 * It is a mount of its own, shared, so that a namespace which is removed here is gone in every copy that
 * other mount namespaces have. Without root it is nobody else's, and goes by itself. Callers hold the root.
 */
export function openPinFolder(root: string): void {
  const isThere = existsSync(pinFolder);
  if (isThere && shareMount(pinFolder)) return;
  if (!isRootless()) writeFileSync(join(root, madeMark), isThere ? 'mount' : 'folder');
  mkdirSync(pinFolder, { recursive: true, mode: 0o755 });
  bindMount(pinFolder, pinFolder);
  shareMount(pinFolder);
}

/** If a run made it and no other is there, which may be about to use it. Callers hold the root. */
export function closePinFolder(root: string): void {
  const mark = join(root, madeMark);
  if (!existsSync(mark) || hasRuns(root)) return;
  if (existsSync(pinFolder)) {
    if (readdirSync(pinFolder).length > 0) return;
    detachMount(pinFolder);
    if (readFileSync(mark, 'utf8') === 'folder') removeIfEmpty(pinFolder);
  }
  rmSync(mark);
}

function hasRuns(root: string): boolean {
  return readdirSync(root, { withFileTypes: true }).some((entry) => entry.isDirectory());
}

export function pinNamespace(namespace: NetworkNamespace, name: string): void {
  closeSync(openSync(pinPath(name), 'wx', 0o444));
  bindMount(`/proc/self/fd/${namespace.fd}`, pinPath(name));
}

/** False: there is no such name. */
export function unpinNamespace(name: string): boolean {
  const path = pinPath(name);
  if (!existsSync(path)) return false;
  while (detachMount(path));
  rmSync(path, { force: true });
  return true;
}
