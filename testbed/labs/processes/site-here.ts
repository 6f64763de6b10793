/** Programs of this machine's own files, in a network namespace of it. */
import { tmpdir } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { codeCacheFolder } from './code-cache.ts';
import { findTool, toolPath } from './find-tool.ts';
import { NodeProcess, type ProcessLedger } from './node-process.ts';
import type { EntryPoint, NodeSite } from './node-site.ts';

export interface SiteHereOptions {
  /** Stands in the environment of ours, where whoever looks for a run's processes finds it. */
  readonly runId: string;
  /** Where programs of ours may leave files: it goes with the run. */
  readonly runFolder: string;
  readonly namespacePath: string;
  readonly hostsPath: string;
  readonly ledger?: ProcessLedger | undefined;
}

export function siteHere(options: SiteHereOptions): NodeSite {
  const { runId, runFolder, namespacePath, hostsPath, ledger } = options;
  const env = {
    ...process.env,
    ...{ ROPEWALK_RUN: runId, ROPEWALK_FOLDER: runFolder },
    NODE_COMPILE_CACHE: codeCacheFolder(),
  };
  return {
    startOurs: (entryPoint, given) =>
      new NodeProcess(
        {
          ...given,
          argv: [process.execPath, pathOf(entryPoint)],
          env,
          namespacePath,
        },
        ledger,
      ),
    startForeign: (given) => new NodeProcess({ ...given, namespacePath, hostsPath }, ledger),
    toolPath: toolPath(),
    passingFolder: tmpdir(),
    findTool,
  };
}

/** Packed, all files end in `.js`. */
function pathOf(entryPoint: EntryPoint): string {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`../../../src/cli/${entryPoint}.${ending}`, import.meta.url));
}
