/**
 * A command of somebody else's on a node: started with its files and environment, ready when the
 * scenario says, and its end told: finished, failed with its last lines, or not to be run here.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Duplex } from 'node:stream';
import { nsPerSecond } from '../../../src/base/time.ts';
import { type MonotonicTime, nsSince } from '../../../src/runtime/run-clock.ts';
import { LineSplitter } from '../../../src/trace/line-splitter.ts';
import type { Field, TraceRecord } from '../../../src/trace/record.ts';
import type { PlannedProgram } from '../../plan/plan.ts';
import { fitsLine } from '../../schema/line-pattern.ts';
import type { ForeignModel } from '../../schema/model.ts';
import type { SystemUser } from '../caller.ts';
import { ForeignFolder } from './foreign-folder.ts';
import { ForeignOutput } from './foreign-output.ts';
import { readForeignRecord } from './foreign-record.ts';
import { isListening } from './listening-port.ts';
import type { NodeSite } from './node-site.ts';
import type { OutputStream } from './output-log.ts';
import { describeExit, type ProcessExit } from './process-exit.ts';
import type { RunningProcess } from './running-process.ts';
import type { StartedProgram } from './started-program.ts';

export interface ForeignOptions {
  readonly planned: PlannedProgram & { readonly foreign: ForeignModel };
  /** With its first word as it is to be executed. */
  readonly argv: readonly string[];
  /** PATH, and what the plan knows: `environmentOf`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly start: MonotonicTime;
  readonly site: NodeSite;
  readonly scenarioFolder: string;
  /** Of its own; undefined: one that goes with it. */
  readonly folderPath: string | undefined;
  readonly outputPath: string | undefined;
  readonly user: SystemUser | undefined;
  readonly onRecord: (record: TraceRecord) => void;
}

/** What a shell, env and setpriv exit with where a command is not there, and a stack where it cannot. */
const unsupportedCode = 127;
/** Its first channel: 0, 1 and 2 are as always. */
const recordsDescriptor = 3;
const recordsFile = 'records.ndjson';
const askAgainMs = 10;

type Standing = 'waiting' | 'going' | 'over' | 'died-with-node';

export class ForeignProcess implements StartedProgram {
  readonly planned: PlannedProgram;
  readonly prepared = Promise.resolve();
  readonly #options: ForeignOptions;
  readonly #output = new ForeignOutput();
  #process: RunningProcess | undefined;
  #folder: ForeignFolder | undefined;
  #gone: Promise<void> = Promise.resolve();
  #standing: Standing = 'waiting';
  #isReady = false;
  #isEnding = false;
  #question: NodeJS.Timeout | undefined;

  constructor(options: ForeignOptions) {
    this.planned = options.planned;
    this.#options = options;
  }

  get diedWithNode(): boolean {
    return this.#standing === 'died-with-node';
  }

  begin(): void {
    if (this.#standing !== 'waiting') return;
    this.#standing = 'going';
    try {
      this.#folder = new ForeignFolder(this.#folderOptions());
      this.#process = this.#launch(this.#folder.path);
    } catch (error) {
      this.#standing = 'over';
      this.#say('program.failed', { reason: `could not be started: ${(error as Error).message}` });
      return;
    }
    this.#gone = this.#watchExit(this.#process);
    this.#awaitReady(this.#process);
  }

  async stop(): Promise<void> {
    this.#isEnding = true;
    await this.#process?.stop();
    await this.#gone;
    if (this.#standing === 'waiting' || this.#standing === 'going') {
      this.#standing = 'over';
      this.#say('program.stopped', { reason: 'run-over' });
    }
    this.#folder?.[Symbol.dispose]();
  }

  async kill(): Promise<void> {
    this.#isEnding = true;
    if (this.#standing === 'going') {
      this.#standing = 'died-with-node';
      this.#say('program.stopped', { reason: 'node-crashed' });
    }
    this.#process?.signal('SIGKILL');
    await this.#gone;
    this.#folder?.[Symbol.dispose]();
  }

  #folderOptions() {
    const { folderPath: path, scenarioFolder, user, planned, site } = this.#options;
    const { passingFolder } = site;
    return { path, passingFolder, scenarioFolder, user, files: planned.foreign.files };
  }

  #launch(folder: string): RunningProcess {
    const { argv, outputPath, user, site, planned } = this.#options;
    const { cwd } = planned.foreign;
    const started = site.startForeign({
      ...{ argv, outputPath, user },
      cwd: cwd === undefined ? folder : resolve(this.#options.scenarioFolder, cwd),
      env: this.#environment(folder),
      channels: 1,
      onLine: (line, stream) => this.#hear(line, stream),
    });
    this.#readRecords(started.channels[0]!);
    return started;
  }

  #environment(folder: string): Record<string, string> {
    const { environment, start } = this.#options;
    const startNs = BigInt(start.seconds) * BigInt(nsPerSecond) + BigInt(start.nanoseconds);
    return {
      HOME: folder,
      LANG: 'C.UTF-8',
      ...environment,
      ROPEWALK_OUT: folder,
      ROPEWALK_RECORDS: `${recordsDescriptor}`,
      ROPEWALK_START: `${startNs}`,
    };
  }

  #hear(line: string, stream: OutputStream): void {
    const { ready, reads } = this.#options.planned.foreign;
    if (reads !== undefined && reads.kind !== 'exit-code') this.#output.keep(line, stream);
    if (ready.kind === 'line' && fitsLine(ready.pattern, line)) this.#becomeReady();
  }

  #readRecords(channel: Duplex): void {
    const splitter = new LineSplitter((line) => this.#heed(line));
    channel.setEncoding('utf8');
    channel.on('data', (text: string) => splitter.take(text));
    channel.on('end', () => splitter.end());
  }

  #heed(line: string): void {
    if (this.diedWithNode) return;
    const record = readForeignRecord(line, this.planned, nsSince(this.#options.start));
    if (record !== undefined) this.#options.onRecord(record);
  }

  async #awaitReady(started: RunningProcess): Promise<void> {
    const { ready } = this.#options.planned.foreign;
    if (ready.kind === 'line') return;
    const pid = await started.begun;
    if (pid === 0) return;
    if (ready.kind === 'started') this.#becomeReady();
    else this.#askForPort(started, pid, ready);
  }

  /** The kernel tells nobody that somebody listens: it is asked again and again. */
  #askForPort(
    started: RunningProcess,
    pid: number,
    ready: { port: number; protocol: 'tcp' | 'udp' },
  ): void {
    if (started.isGone || this.#isEnding) return;
    if (isListening(pid, ready.port, ready.protocol)) this.#becomeReady();
    else this.#question = setTimeout(() => this.#askForPort(started, pid, ready), askAgainMs);
  }

  #becomeReady(): void {
    if (this.#isReady || this.#standing !== 'going') return;
    this.#isReady = true;
    this.#say('program.ready', {});
  }

  async #watchExit(started: RunningProcess): Promise<void> {
    const exit = await started.exited;
    clearTimeout(this.#question);
    this.#readRecordsFile();
    if (this.#standing !== 'going') return;
    this.#sayExited(exit);
    if (this.#isEnding) return;
    this.#standing = 'over';
    const reason = describeExit(exit, started.lastLines);
    if (isUnsupported(exit)) this.#say('program.unsupported', { reason });
    else if (!this.#isGoodEnd(exit)) this.#say('program.failed', { reason });
    else if (this.#isReady) this.#say('program.finished', {});
    else this.#say('program.failed', { reason: `${reason}\nbefore it was ready` });
  }

  /** Where the code is a figure, none is a failure. */
  #isGoodEnd(exit: ProcessExit): boolean {
    const takesAny = this.#options.planned.foreign.reads?.kind === 'exit-code';
    return exit.kind === 'exited' && (exit.code === 0 || takesAny);
  }

  #sayExited(exit: ProcessExit): void {
    const { reads } = this.#options.planned.foreign;
    const isRead = reads !== undefined && reads.kind !== 'exit-code';
    this.#say('program.exited', {
      code: exit.kind === 'exited' ? exit.code : null,
      signal: exit.kind === 'killed' ? exit.signal : null,
      ...(isRead && {
        stdout: this.#output.textOf('stdout'),
        stderr: this.#output.textOf('stderr'),
      }),
    });
  }

  /** Who has no use for descriptors may leave its records in a file. */
  #readRecordsFile(): void {
    const path = join(this.#folder!.path, recordsFile);
    if (!existsSync(path)) return;
    for (const line of readFileSync(path, 'utf8').split('\n')) this.#heed(line);
  }

  #say(kind: string, fields: Readonly<Record<string, Field>>): void {
    const { id, node } = this.planned;
    this.#options.onRecord({ tNs: nsSince(this.#options.start), node, kind, id, ...fields });
  }
}

function isUnsupported(exit: ProcessExit): boolean {
  return exit.kind === 'not-started' || (exit.kind === 'exited' && exit.code === unsupportedCode);
}
