/** A User-Mode Linux that runs, in a network namespace that it is given, until it is disposed of. */
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { FaultError, UnsupportedError } from '../../../../src/base/errors.ts';
import { findTool } from '../../processes/find-tool.ts';
import { NodeProcess, type ProcessLedger } from '../../processes/node-process.ts';
import { describeExit } from '../../processes/process-exit.ts';
import { type GuestDescription, guestArgv, guestInitText, initFile } from './guest-command.ts';
import { registersPreload } from './whole-registers.ts';

export interface GuestOptions extends GuestDescription {
  /** `/run/netns/NAME`, or that of an open descriptor. */
  readonly namespacePath: string;
  readonly modules: readonly string[];
  /** See `GuestInit`. */
  readonly body: string;
  /** A line of its console that says that it is ready. */
  readonly readyLine: RegExp;
  /** In its environment, where `gc` finds it. */
  readonly runId: string;
  readonly ledger?: ProcessLedger | undefined;
}

/**
 * It is several processes, which do not end each other. So the first of them is the first of a process
 * namespace, with which all go; and it goes with whoever started it.
 */
const diesWithUs = [
  ...['setpriv', '--pdeathsig', 'KILL', '--'],
  ...['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', '--'],
];

const consoleFile = 'console.txt';
const patienceMs = 30_000;
const modulesFolder = '/lib/modules';

export class UmlGuest implements AsyncDisposable {
  readonly #process: NodeProcess;
  readonly #folder: string;

  private constructor(guest: NodeProcess, folder: string) {
    this.#process = guest;
    this.#folder = folder;
  }

  /** Resolves when it has said that it is ready. */
  static async boot(options: GuestOptions): Promise<UmlGuest> {
    const { folder, namespacePath, runId, readyLine, ledger } = options;
    refuseLacks();
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    writeFileSync(join(folder, initFile), guestInitText(options));
    chmodSync(join(folder, initFile), 0o755);
    const preload = await registersPreload(folder);
    const { promise: ready, resolve } = Promise.withResolvers<'ready'>();
    const guest = new NodeProcess(
      {
        argv: [...diesWithUs, ...guestArgv(options)],
        env: { PATH: process.env['PATH'], ROPEWALK_RUN: runId, ...preload },
        namespacePath,
        outputPath: join(folder, consoleFile),
        onLine: (line) => void (readyLine.test(line) && resolve('ready')),
      },
      ledger,
    );
    const booted = new UmlGuest(guest, folder);
    const ended = guest.exited.then((exit) => describeExit(exit, guest.lastLines));
    const late = Promise.withResolvers<string>();
    const silence = () =>
      ['it was not ready in time; it said last:', ...guest.lastLines].join('\n');
    const timer = setTimeout(() => late.resolve(silence()), patienceMs);
    const outcome = await Promise.race([ready, ended, late.promise]);
    clearTimeout(timer);
    if (outcome === 'ready') return booted;
    await booted[Symbol.asyncDispose]();
    throw notBooted(outcome);
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Resolves when it is gone, however. */
  get ended(): Promise<unknown> {
    return this.#process.exited;
  }

  /** A machine in memory has nothing to write back. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.signal('SIGKILL');
    await this.#process.exited;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function notBooted(why: string): FaultError {
  return new FaultError({
    code: 'guest-not-booted',
    message: `User-Mode Linux did not come up: ${why}`,
    hint: 'see whether it boots at all: linux.uml --version; memory for it must be free in /dev/shm',
  });
}

/** Named before anything is made. */
function refuseLacks(): void {
  if (findTool('linux.uml') === undefined) {
    throw new UnsupportedError({
      code: 'no-user-mode-linux',
      message: 'User-Mode Linux is not on this machine: there is no linux.uml',
      hint: 'sudo apt-get install --no-install-recommends user-mode-linux',
    });
  }
  if (existsSync(modulesFolder)) return;
  throw new UnsupportedError({
    code: 'no-user-mode-linux',
    message: `User-Mode Linux looks for its modules in ${modulesFolder}, which is not there`,
    hint: `make it; it stays empty: sudo mkdir ${modulesFolder}`,
  });
}
