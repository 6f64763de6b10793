/** Whether somebody listens where a Docker engine would; what it says is the lab's business. */
import { connect, type NetConnectOpts } from 'node:net';
import process from 'node:process';
import { socketPathsOf } from '../docker/engine-sockets.ts';
import type { MachineState } from './machine-state.ts';

type Answer = MachineState['docker'];

const patienceMs = 1_000;

/** `host`: DOCKER_HOST. */
export async function askEngine(host: string | undefined): Promise<Answer> {
  const answers = await Promise.all(placesOf(host).map(askAt));
  const best = (['answers', 'refuses'] as const).find((one) => answers.includes(one));
  return best ?? 'silent';
}

function askAt(place: NetConnectOpts): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const socket = connect(place);
  socket.setTimeout(patienceMs, () => resolve('silent'));
  socket.on('connect', () => resolve('answers'));
  socket.on('error', (error: NodeJS.ErrnoException) =>
    resolve(error.code === 'EACCES' ? 'refuses' : 'silent'),
  );
  return promise.finally(() => socket.destroy());
}

function placesOf(host: string | undefined): NetConnectOpts[] {
  const tcp = /^(?:tcp|https?):\/\/\[?([^\]/]+)\]?:(\d+)/.exec(host ?? '');
  if (tcp) return [{ host: tcp[1]!, port: Number(tcp[2]) }];
  if (process.platform === 'win32') return [{ path: '//./pipe/docker_engine' }];
  return (socketPathsOf(host) ?? []).map((path) => ({ path }));
}
