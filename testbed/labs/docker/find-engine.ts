/** Which Docker engine this machine has, and whether it lets us in. */
import { cpus } from 'node:os';
import process from 'node:process';
import Docker from 'dockerode';
import { socketPathsOf } from './engine-sockets.ts';

export type EngineFound =
  | {
      readonly kind: 'answers';
      readonly socketPath: string;
      readonly docker: Docker;
      readonly cpus: number;
      readonly memoryBytes: number;
      /** Whose control groups containers have: `cgroupfs`, `systemd`. */
      readonly cgroupDriver: string;
      /** Of its version; 0: it says none. */
      readonly majorVersion: number;
    }
  /** The socket is there, and this user may not open it. */
  | { readonly kind: 'refuses'; readonly socketPath: string }
  /** DOCKER_HOST names one that is not reached by a socket of this machine. */
  | { readonly kind: 'elsewhere'; readonly address: string }
  | { readonly kind: 'silent'; readonly asked: readonly string[] };

export async function findEngine(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<EngineFound> {
  const { DOCKER_HOST: named = '' } = env;
  const socketPaths = socketPathsOf(named);
  if (socketPaths === undefined) return { kind: 'elsewhere', address: named };
  const found: EngineFound[] = [];
  for (const socketPath of socketPaths) {
    const one = await ask(socketPath);
    if (one?.kind === 'answers') return one;
    if (one !== undefined) found.push(one);
  }
  return found[0] ?? { kind: 'silent', asked: socketPaths };
}

export function openEngine(socketPath: string): Docker {
  return new Docker({ socketPath });
}

async function ask(socketPath: string): Promise<EngineFound | undefined> {
  const docker = openEngine(socketPath);
  try {
    const { NCPU, MemTotal, CgroupDriver: cgroupDriver, ServerVersion } = await docker.info();
    const count = Number(NCPU ?? cpus().length);
    const memoryBytes = Number(MemTotal);
    const majorVersion = Number.parseInt(ServerVersion ?? '', 10) || 0;
    const figures = { cpus: count, memoryBytes, cgroupDriver, majorVersion };
    return { kind: 'answers', socketPath, docker, ...figures };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EACCES' ? { kind: 'refuses', socketPath } : undefined;
  }
}
