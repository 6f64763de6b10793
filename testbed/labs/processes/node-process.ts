/**
 * A process on a node of the lab: started in the node's namespaces, in a process group of its own, with
 * its output in a file; ended politely, then at once.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fchownSync } from 'node:fs';
import { Socket } from 'node:net';
import process from 'node:process';
import type { Duplex } from 'node:stream';
import { closeDescriptor, openPipe } from '../../../src/linux/descriptor.ts';
import { NetworkNamespace, runInNamespace } from '../../../src/linux/network-namespace.ts';
import { drained, endPolitely } from './end-process.ts';
import { launcherOf } from './launcher.ts';
import { OutputLog } from './output-log.ts';
import type { ProcessExit } from './process-exit.ts';
import type { RunningProcess, StartOptions } from './running-process.ts';

export interface ProcessOptions extends StartOptions {
  /** `/run/netns/NAME`; undefined: the namespace of this process. */
  readonly namespacePath: string | undefined;
  /** What the process reads as /etc/hosts; undefined: the machine's, and no mount namespace. */
  readonly hostsPath?: string | undefined;
}

/** What keeps account of processes, so that a killed lab's can be found. */
export interface ProcessLedger {
  noteProcess(pid: number): void;
  strikeProcess(pid: number): void;
}

export class NodeProcess implements RunningProcess {
  readonly exited: Promise<ProcessExit>;
  /** 0: it could not be started. */
  readonly pid: number;
  readonly begun: Promise<number>;
  readonly channels: readonly Duplex[];
  readonly #child: ChildProcess;
  readonly #log: OutputLog;
  #isGone = false;

  constructor(options: ProcessOptions, ledger?: ProcessLedger) {
    this.#log = new OutputLog(options.outputPath, options.onLine ?? (() => {}));
    const { child, outputs } = spawnWithPipes(options);
    this.#child = child;
    this.pid = child.pid ?? 0;
    this.begun = Promise.resolve(this.pid);
    if (this.pid > 0) ledger?.noteProcess(this.pid);
    this.channels = child.stdio.slice(3) as unknown as Duplex[];
    for (const channel of this.channels) channel.on('error', () => {});
    const [stdout, stderr] = outputs;
    this.#log.follow(stdout!, 'stdout');
    this.#log.follow(stderr!, 'stderr');
    this.exited = this.#awaitExit([...outputs, ...this.channels], ledger);
  }

  get lastLines(): readonly string[] {
    return this.#log.lastLines;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  stop(): Promise<ProcessExit> {
    return endPolitely(this);
  }

  signal(name: NodeJS.Signals): void {
    if (this.#isGone || this.pid === 0) return;
    try {
      process.kill(-this.pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #awaitExit(
    streams: readonly NodeJS.ReadableStream[],
    ledger: ProcessLedger | undefined,
  ): Promise<ProcessExit> {
    const ended = Promise.all(streams.map(untilEnded));
    const exit = await exitOf(this.#child);
    this.#isGone = true;
    if (this.pid > 0) ledger?.strikeProcess(this.pid);
    await drained(ended);
    for (const stream of streams) (stream as Duplex).destroy();
    this.#log.end();
    return exit;
  }
}

/** Pipes and not sockets, as a shell gives them: a program may open /dev/stdout once more. */
function spawnWithPipes(options: ProcessOptions): { child: ChildProcess; outputs: Socket[] } {
  const pipes = [openPipe(), openPipe()];
  const { user } = options;
  if (user) for (const [, writeFd] of pipes) fchownSync(writeFd, user.uid, user.gid);
  try {
    const child = spawnIn(
      options,
      pipes.map(([, writeFd]) => writeFd),
    );
    return { child, outputs: pipes.map(([fd]) => new Socket({ fd, writable: false })) };
  } finally {
    for (const [, writeFd] of pipes) closeDescriptor(writeFd);
  }
}

/** A child begins in the network namespace of the thread that starts it. */
function spawnIn(options: ProcessOptions, outputs: readonly number[]): ChildProcess {
  const { namespacePath } = options;
  if (namespacePath === undefined) return spawnHere(options, outputs);
  using namespace = NetworkNamespace.open(namespacePath);
  return runInNamespace(namespace, () => spawnHere(options, outputs));
}

function spawnHere(options: ProcessOptions, outputs: readonly number[]): ChildProcess {
  const { argv, env, cwd, hostsPath, user, channels = 0 } = options;
  const isLaunched = hostsPath !== undefined;
  const [file, ...words] = isLaunched ? launcherOf({ argv, hostsPath, user }) : argv;
  return spawn(file!, words, {
    env: { ...env },
    detached: true,
    stdio: ['ignore', ...outputs, ...Array<'pipe'>(channels).fill('pipe')],
    ...(cwd !== undefined && { cwd }),
    ...(!isLaunched && user),
  });
}

function exitOf(child: ChildProcess): Promise<ProcessExit> {
  const { promise, resolve } = Promise.withResolvers<ProcessExit>();
  child.once('error', (error) => resolve({ kind: 'not-started', why: error.message }));
  child.once('exit', (code, signal) =>
    resolve(signal === null ? { kind: 'exited', code: code! } : { kind: 'killed', signal }),
  );
  return promise;
}

async function untilEnded(stream: NodeJS.ReadableStream): Promise<void> {
  if (stream.readable) await once(stream, 'close').catch(() => {});
}
