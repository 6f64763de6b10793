/** A command in the container of a node, with the terminal of who asks for it. */
import { once } from 'node:events';
import process from 'node:process';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { SystemUser } from '../caller.ts';
import type { ContainerName } from '../ground/ground.ts';
import { openEngine } from './find-engine.ts';

export interface ContainerCommand {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Undefined: root. */
  readonly user: SystemUser | undefined;
}

const askAgainMs = 10;

/** `signal` ends it. As a shell gives it on: the code that it exited with, or 128 and the signal that ended it. */
export async function execInContainer(
  { id, socketPath }: ContainerName,
  command: ContainerCommand,
  signal: AbortSignal,
): Promise<number> {
  const docker = openEngine(socketPath);
  const hasTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const exec = await docker.getContainer(id).exec(optionsOf(command, hasTerminal));
  const stream = await exec.start({ hijack: true, stdin: true, Tty: hasTerminal });
  const end = (): void => void endProcess(exec);
  signal.addEventListener('abort', end);
  const restore = hasTerminal ? joinTerminal(exec, stream) : joinPipes(docker, stream);
  await once(stream, 'end');
  restore();
  signal.removeEventListener('abort', end);
  return codeOf(exec);
}

function optionsOf(
  { argv, env, user }: ContainerCommand,
  hasTerminal: boolean,
): Docker.ExecCreateOptions {
  const set = Object.entries(env).filter(([, value]) => value !== undefined);
  return {
    ...{ Cmd: [...argv], AttachStdin: true, AttachStdout: true, AttachStderr: true },
    Tty: hasTerminal,
    Env: set.map(([name, value]) => `${name}=${value}`),
    ...(user !== undefined && { User: `${user.uid}:${user.gid}` }),
  };
}

/** Every key goes to the command, which has a terminal of its own of the same size. */
function joinTerminal(exec: Docker.Exec, stream: Duplex): () => void {
  const { stdin, stdout } = process;
  const resize = (): void => {
    void exec.resize({ h: stdout.rows, w: stdout.columns }).catch(() => {});
  };
  stdin.setRawMode(true);
  stdout.on('resize', resize);
  resize();
  stdin.pipe(stream);
  stream.pipe(stdout, { end: false });
  return () => {
    stdout.off('resize', resize);
    stdin.setRawMode(false);
    letGoOfInput(stream);
  };
}

function joinPipes(docker: Docker, stream: Duplex): () => void {
  docker.modem.demuxStream(stream, process.stdout, process.stderr);
  process.stdin.pipe(stream);
  return () => letGoOfInput(stream);
}

/** An input that is still open must not hold this process up. */
function letGoOfInput(stream: Duplex): void {
  process.stdin.unpipe(stream);
  process.stdin.pause();
  process.stdin.unref?.();
}

/** Its number is this machine's. */
async function endProcess(exec: Docker.Exec): Promise<void> {
  const { Pid: pid, Running: isRunning } = await exec.inspect();
  if (isRunning && pid > 0) process.kill(-pid, 'SIGTERM');
}

/** The end of what it prints comes a little before its own. */
async function codeOf(exec: Docker.Exec): Promise<number> {
  for (;;) {
    const { Running: isRunning, ExitCode: code } = await exec.inspect();
    if (!isRunning && code !== null) return code;
    await setTimeout(askAgainMs);
  }
}
