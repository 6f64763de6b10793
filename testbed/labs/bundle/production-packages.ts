/** The packages that a package needs when it runs, wherever npm has put them. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

export interface ProductionPackage {
  /** `zod@4.6.7` */
  readonly label: string;
  readonly folder: string;
  /** Below the outermost `node_modules`: `@grpc/grpc-js/node_modules/yargs`. */
  readonly place: string;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  /** For other machines than this one they are not there. */
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Node comes along as itself, and not as the package that brought it. */
const leftOut: readonly string[] = ['node'];

/** Of the package in `root`; in the order of their places. */
export function productionPackagesOf(root: string): ProductionPackage[] {
  const found = new Map<string, ProductionPackage>();
  const waiting = [root];
  for (const folder of waiting) {
    for (const name of neededBy(readManifest(folder))) {
      const at = findPackage(name, folder);
      if (at === undefined || found.has(at)) continue;
      const { version } = readManifest(at);
      found.set(at, { label: `${name}@${version}`, folder: at, place: placeOf(at) });
      waiting.push(at);
    }
  }
  return [...found.values()].toSorted((a, b) => (a.place < b.place ? -1 : 1));
}

function neededBy({ dependencies, optionalDependencies }: Manifest): string[] {
  const names = Object.keys({ ...dependencies, ...optionalDependencies });
  return names.filter((name) => !leftOut.includes(name));
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** As Node looks for it: in each folder above. */
function findPackage(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const at = join(folder, 'node_modules', name);
    if (existsSync(join(at, 'package.json'))) return at;
    if (folder === dirname(folder)) return undefined;
  }
}

function placeOf(folder: string): string {
  const parts = folder.split(sep);
  const outermost = parts.slice(0, parts.indexOf('node_modules') + 1).join(sep);
  return relative(outermost, folder);
}
