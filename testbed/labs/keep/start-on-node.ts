/** A command on a node of a kept lab, with the terminal of who asks for it. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { UnsupportedError } from '../../../src/base/errors.ts';
import { NetworkNamespace, runInNamespace } from '../../../src/linux/network-namespace.ts';
import type { SystemUser } from '../caller.ts';
import { launcherOf } from '../processes/launcher.ts';
import type { NodePlace } from './messages.ts';

export interface NodeCommand {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Undefined: as this process. */
  readonly user: SystemUser | undefined;
}

/** `signal` ends it. As a shell gives it on: the code that it exited with, or 128 and the signal that ended it. */
export async function startOnNode(
  place: NodePlace,
  command: NodeCommand,
  signal: AbortSignal,
): Promise<number> {
  const { container, namespacePath, hostsPath } = place;
  if (container !== undefined) {
    const { execInContainer } = await import('../docker/exec-in-container.ts');
    return execInContainer(container, command, signal);
  }
  const { argv, env, user } = command;
  const [file, ...words] = launcherOf({ argv, hostsPath, user });
  using namespace = NetworkNamespace.open(namespacePath);
  const child = runInNamespace(namespace, () =>
    spawn(file!, words, { env: { ...env }, stdio: 'inherit' }),
  );
  const end = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', end);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', (error) => reject(withoutLauncher(error)));
  child.once('exit', (code, name) => resolve(code ?? 128 + constants.signals[name!]));
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function withoutLauncher(cause: Error): UnsupportedError {
  return new UnsupportedError({
    code: 'no-launcher',
    message: `unshare could not be started: ${cause.message}`,
    hint: 'install it: apt-get install util-linux',
    cause,
  });
}
