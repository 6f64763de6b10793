/** A command in a container, started by the engine, with its output as the engine streams it. */

import { constants } from 'node:os';
import process from 'node:process';
import type { Duplex } from 'node:stream';
import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import type Docker from 'dockerode';
import { formatSize } from '../../../src/base/units.ts';
import { drained, endPolitely } from '../processes/end-process.ts';
import { OutputLog } from '../processes/output-log.ts';
import type { ProcessExit } from '../processes/process-exit.ts';
import type { RunningProcess, StartOptions } from '../processes/running-process.ts';
import type { Channel } from './channel-socket.ts';
import type { ExecDeaths } from './exec-deaths.ts';

export interface ContainerPlace {
  readonly docker: Docker;
  readonly container: Docker.Container;
  readonly node: string;
  /** What it may use; undefined: as much as there is. */
  readonly memoryBytes: number | undefined;
  /** Of its first process, on this machine. */
  readonly pid: number;
  readonly deaths: ExecDeaths;
}

/** The engine knows the number only once the command runs, and tells nobody when that is. */
const askAgainMs = 5;

export class ContainerProcess implements RunningProcess {
  readonly begun: Promise<number>;
  readonly exited: Promise<ProcessExit>;
  readonly channels: readonly Duplex[];
  readonly #place: ContainerPlace;
  readonly #log: OutputLog;
  readonly #channels: readonly Channel[];
  /** Of its process group, on this machine; 0: it never began. */
  readonly #group = Promise.withResolvers<number>();
  readonly #begun = Promise.withResolvers<number>();
  #isGone = false;

  constructor(place: ContainerPlace, options: StartOptions, channels: readonly Channel[]) {
    this.#place = place;
    this.#log = new OutputLog(options.outputPath, options.onLine ?? (() => {}));
    this.#channels = channels;
    this.channels = channels.map(({ stream }) => stream);
    for (const channel of this.channels) channel.on('error', () => {});
    this.begun = this.#begun.promise;
    this.exited = this.#run(options);
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

  /** The number is this machine's, as the process is, whatever it sees of it. */
  signal(name: NodeJS.Signals): void {
    void this.#group.promise.then((group) => {
      if (group > 0 && !this.#isGone) killGroup(group, name);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(options: StartOptions): Promise<ProcessExit> {
    const exit = await this.#runToEnd(options).catch(
      (error: Error): ProcessExit => ({ kind: 'not-started', why: error.message }),
    );
    this.#isGone = true;
    this.#group.resolve(0);
    this.#begun.resolve(0);
    for (const channel of this.#channels) channel.endOfProcess();
    await drained(Promise.all(this.channels.map(untilRead)));
    for (const channel of this.#channels) channel.close();
    this.#log.end();
    return exit;
  }

  async #runToEnd(options: StartOptions): Promise<ProcessExit> {
    const { docker, container, deaths } = this.#place;
    const exec = await container.exec(execOptions(options));
    const output = await exec.start({ hijack: true, stdin: false });
    const outputs = [new PassThrough(), new PassThrough()] as const;
    docker.modem.demuxStream(output, ...outputs);
    this.#log.follow(outputs[0], 'stdout');
    this.#log.follow(outputs[1], 'stderr');
    const ended = untilRead(output);
    void this.#findGroup(exec);
    const died = deaths.codeOf(exec.id);
    // What is over before its number is known has begun all the same.
    void died.then(() => this.#begun.resolve(this.#place.pid));
    const code = await Promise.race([died, this.#codeAfter(ended, exec)]);
    await drained(ended);
    output.destroy();
    for (const one of outputs) one.end();
    await Promise.all(outputs.map(untilRead));
    return this.#explain(exitOf(code));
  }

  /** No death is told of what was never alive; its output ends all the same. */
  async #codeAfter(ended: Promise<void>, exec: Docker.Exec): Promise<number> {
    await ended;
    const { Running: isRunning, ExitCode: code, Pid: pid } = await inspect(exec);
    if (isRunning || code === null) return new Promise(() => {});
    if (pid > 0) this.#begun.resolve(this.#place.pid);
    return code;
  }

  /** The engine may say a little later why the kernel did it. */
  async #explain(exit: ProcessExit): Promise<ProcessExit> {
    const { deaths, node, memoryBytes } = this.#place;
    if (exit.kind !== 'killed' || exit.signal !== 'SIGKILL' || memoryBytes === undefined)
      return exit;
    let why: string | undefined;
    const starved = deaths.starvationOf(node).then(() => {
      why = `${node} may use ${formatSize(memoryBytes)} of memory, and that was used up`;
    });
    await drained(starved);
    return why === undefined ? exit : { ...exit, why };
  }

  async #findGroup(exec: Docker.Exec): Promise<void> {
    while (!this.#isGone) {
      const { Pid: pid } = await inspect(exec);
      if (pid > 0) {
        this.#begun.resolve(this.#place.pid);
        return this.#group.resolve(pid);
      }
      await setTimeout(askAgainMs);
    }
  }
}

function execOptions({ argv, env, cwd, user }: StartOptions): Docker.ExecCreateOptions {
  const set = Object.entries(env).filter(([, value]) => value !== undefined);
  return {
    ...{ Cmd: [...argv], AttachStdout: true, AttachStderr: true },
    Env: set.map(([name, value]) => `${name}=${value}`),
    ...(cwd !== undefined && { WorkingDir: cwd }),
    ...(user !== undefined && { User: `${user.uid}:${user.gid}` }),
  };
}

interface ExecState {
  readonly Pid: number;
  readonly Running: boolean;
  readonly ExitCode: number | null;
}

/** Who is not known any more is not running. */
async function inspect(exec: Docker.Exec): Promise<ExecState> {
  const gone = { Pid: 0, Running: false, ExitCode: 137 };
  return (await exec.inspect().catch(() => gone)) as ExecState;
}

/** As shells and engines write it: 128 and the signal. */
const signalOffset = 128;

function exitOf(code: number): ProcessExit {
  const names = Object.entries(constants.signals) as [NodeJS.Signals, number][];
  const signal = names.find(([, number]) => number + signalOffset === code)?.[0];
  return signal === undefined ? { kind: 'exited', code } : { kind: 'killed', signal };
}

function killGroup(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function untilRead(stream: NodeJS.ReadableStream): Promise<void> {
  await finished(stream, { writable: false }).catch(() => {});
}
