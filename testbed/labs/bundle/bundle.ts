/**
 * All that our programs need to run where this machine's files are not: Node, the packages of
 * production, our sources. It is named by what is in it, made once, and changed by nobody: a lab that
 * stands runs what it was started with, whatever is edited meanwhile.
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
} from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { giveToCaller, makeForCaller } from '../caller.ts';
import { type ProductionPackage, productionPackagesOf } from './production-packages.ts';
import { sourceFilesOf } from './source-files.ts';
import { removeStaleBundles } from './stale-bundles.ts';

export interface Bundle {
  /** Begins the name of its folder. */
  readonly hash: string;
  readonly folder: string;
}

/** Within a bundle's folder. */
export const bundlePath = { node: 'node', app: 'app' } as const;

export interface BundleParts {
  /** Where our sources are: the root of a checkout, or of a package's `dist`. */
  readonly sources: string;
  /** The folder of package.json. */
  readonly root: string;
  readonly node: string;
}

export function partsHere(): BundleParts {
  const sources = fileURLToPath(new URL('../../..', import.meta.url));
  return { sources, root: dirname(findPackageJSON(import.meta.url)!), node: process.execPath };
}

/** Finds it in `store`, or makes it there. */
export function bundleIn(store: string, parts: BundleParts = partsHere()): Bundle {
  const files = sourceFilesOf(parts.sources);
  const packages = productionPackagesOf(parts.root);
  const hash = hashOf(parts, files, packages);
  const folder = join(store, hash);
  if (!existsSync(folder)) {
    makeForCaller(store);
    removeStaleBundles(store);
    make(join(store, `${hash}.${process.pid}`), folder, { parts, files, packages });
    // Itself alone, to be marked as used: the node in it is a link to the machine's.
    giveToCaller(folder);
  }
  const now = new Date();
  utimesSync(folder, now, now);
  return { hash, folder };
}

function hashOf(
  { sources }: BundleParts,
  files: readonly string[],
  packages: readonly ProductionPackage[],
): string {
  const hash = createHash('sha256');
  hash.update(`node ${process.version} ${process.platform} ${process.arch}\n`);
  for (const { label, place } of packages) hash.update(`${label} ${place}\n`);
  for (const file of files) {
    const content = readFileSync(join(sources, file));
    hash.update(`${file} ${content.length}\n`).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}

interface Contents {
  readonly parts: BundleParts;
  readonly files: readonly string[];
  readonly packages: readonly ProductionPackage[];
}

/** Under another name first, so that nobody ever finds half of one. */
function make(draft: string, folder: string, { parts, files, packages }: Contents): void {
  const app = join(draft, bundlePath.app);
  mkdirSync(app, { recursive: true });
  linkOrCopy(parts.node, join(draft, bundlePath.node));
  copyFileSync(join(parts.root, 'package.json'), join(app, 'package.json'));
  for (const file of files) {
    const to = join(app, file);
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(join(parts.sources, file), to);
  }
  for (const one of packages) copyPackage(one.folder, join(app, 'node_modules', one.place));
  rename(draft, folder);
}

/** Those within it come by themselves, where they are needed. */
function copyPackage(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (name === 'node_modules') continue;
    cpSync(join(from, name), join(to, name), { recursive: true, dereference: true });
  }
}

/** Somebody else may have made it meanwhile: theirs is the same. */
function rename(draft: string, folder: string): void {
  try {
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
}

/** Node is large, and nobody writes into it: npm puts another file in its place. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}
