/** Collects what this machine has. Nothing is changed: what is tried is gone when this returns. */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { askEngine } from './ask-engine.ts';
import { askedCommands, type KernelTrial, type MachineState } from './machine-state.ts';

export async function readMachineState(): Promise<MachineState> {
  const { platform, arch, versions, env } = process;
  const system = parseOsRelease(readText('/etc/os-release') ?? '');
  const isRoot = process.getuid?.() === 0;
  const hasBindings = await canLoadBindings();
  return {
    ...{ platform, architecture: arch, kernelRelease: release() },
    ...{ distribution: system['ID'] ?? '', relatives: (system['ID_LIKE'] ?? '').split(' ') },
    loadsModules: existsSync('/proc/modules'),
    runner: runnerOf(env),
    isContainer: existsSync('/.dockerenv') || existsSync('/run/.containerenv'),
    nodeVersion: versions.node,
    ...{ cores: cpus().length, memoryBytes: totalmem(), hasBindings, isRoot },
    kernel: isRoot && hasBindings && platform === 'linux' ? await tryKernel() : undefined,
    unprivilegedNamespaces: readUserNamespaces(),
    neighbourLimit: readNumber('/proc/sys/net/ipv4/neigh/default/gc_thresh3'),
    commands: askedCommands.filter((name) => isOnPath(name, env['PATH'] ?? '')),
    docker: await askEngine(env['DOCKER_HOST']),
  };
}

/** `KEY=value`, `KEY="value"` a line: os-release(5). */
export function parseOsRelease(text: string): Record<string, string> {
  const lines = text.matchAll(/^([A-Z_]+)=(["']?)(.*)\2$/gm);
  return Object.fromEntries([...lines].map(([, key, , value]) => [key!, value!]));
}

function runnerOf(env: NodeJS.ProcessEnv): MachineState['runner'] {
  if (env['GITHUB_ACTIONS'] === 'true') return 'github';
  if (env['GITLAB_CI'] === 'true') return 'gitlab';
  return env['CI'] === undefined ? undefined : 'other';
}

async function canLoadBindings(): Promise<boolean> {
  try {
    await import('koffi');
    return true;
  } catch {
    return false;
  }
}

/** Loaded here and not before: elsewhere there is nothing to bind. */
async function tryKernel(): Promise<KernelTrial> {
  const { tryKernelParts } = await import('./try-kernel-parts.ts');
  return tryKernelParts();
}

function readUserNamespaces(): MachineState['unprivilegedNamespaces'] {
  if (!existsSync('/proc/self/ns/user')) return 'none';
  const most = readNumber('/proc/sys/user/max_user_namespaces');
  const debian = readNumber('/proc/sys/kernel/unprivileged_userns_clone');
  if (most === 0 || debian === 0) return 'sysctl';
  const ubuntu = readNumber('/proc/sys/kernel/apparmor_restrict_unprivileged_userns');
  return ubuntu === 1 ? 'apparmor' : 'allowed';
}

function readNumber(path: string): number | undefined {
  const text = readText(path);
  return text === undefined ? undefined : Number(text);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function isOnPath(name: string, path: string): boolean {
  // Where sudo is asked for later, its PATH has these too.
  const folders = [...path.split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}
