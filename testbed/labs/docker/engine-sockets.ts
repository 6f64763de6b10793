/** Where a Docker engine of this machine may be asked for. */

/** Of the engine that `make docker-engine` starts, where none runs. */
export const privateSocket = '/run/ropewalk-engine/docker.sock';
const usualSocket = '/var/run/docker.sock';

/** By DOCKER_HOST. Undefined: the engine is on another machine, or may be. */
export function socketPathsOf(named: string | undefined): readonly string[] | undefined {
  if (named === undefined || named === '') return [usualSocket, privateSocket];
  return named.startsWith('unix://') ? [named.slice('unix://'.length)] : undefined;
}
