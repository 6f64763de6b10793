/**
 * Runs one program of the catalogue on the real host, in the namespace it was started in, for a lab
 * that speaks `src/runtime/program-order.ts` with it. It ends when it is told to, or when the lab is gone.
 */
import process from 'node:process';
import { findPreparation } from '../access/on-kernel/prepare.ts';
import type { Host } from '../host/host.ts';
import type { RunningProgram, StartProgram } from '../host/program.ts';
import { ProgramStanding } from '../host/program-standing.ts';
import { builtInPrograms, rehearseProgram } from '../programs/catalog.ts';
import { openChannel } from '../runtime/channel.ts';
import { KernelLoop } from '../runtime/kernel-loop.ts';
import { LoopWatch } from '../runtime/loop-watch.ts';
import { OwnHost } from '../runtime/own/own-host.ts';
import {
  controlWord,
  type ProgramOrder,
  programDescriptor,
  programExit,
} from '../runtime/program-order.ts';
import type { RealHostOptions } from '../runtime/program-voice.ts';
import { RealHost } from '../runtime/real-host.ts';
import { type RunQueue, readRunQueue } from '../runtime/run-queue.ts';
import { LineSplitter } from '../trace/line-splitter.ts';
import { emitRecord } from '../trace/ndjson.ts';

const control = openChannel(programDescriptor.control);
const records = openChannel(programDescriptor.records, { readable: false });

/** All lines of one turn leave in one write. */
let waiting = '';

function writeLine(line: string): void {
  if (waiting === '') queueMicrotask(flushLines);
  waiting += `${line}\n`;
}

function flushLines(): void {
  if (waiting === '') return;
  records.write(waiting);
  waiting = '';
}

/** Nothing is asked of the program any more. */
let isEnding = false;
let isExiting = false;
let isLeaving = false;

function exitWith(code: number): void {
  if (isExiting) return;
  isExiting = true;
  flushLines();
  records.end(() => void leave(code));
}

/** A thread that blocks in the kernel would hold the exit up. */
async function leave(code: number): Promise<void> {
  if (isLeaving) return;
  isLeaving = true;
  await program?.[Symbol.asyncDispose]();
  process.exit(code);
}

class ProgramProcess extends ProgramStanding implements AsyncDisposable {
  readonly #order: ProgramOrder;
  readonly #startProgram: StartProgram;
  readonly #loop: KernelLoop;
  /** A stack of our own stands only once the program is to begin. */
  #host: (Host & Disposable) | undefined;
  /** Of a program that was prepared on its kernel: what begins it. */
  #start: (() => RunningProgram) | undefined;
  #running: RunningProgram | undefined;
  #watch: LoopWatch | undefined;
  #atReady: RunQueue | undefined;

  constructor(order: ProgramOrder, startProgram: StartProgram) {
    super();
    this.#order = order;
    this.#startProgram = startProgram;
    this.#loop = new KernelLoop({ start: order.start });
    if (order.stack === 'kernel') this.#host = new RealHost(this.#hostOptions());
    rehearseProgram(order.run, this.#host?.aead);
  }

  async prepare(): Promise<void> {
    if (!(this.#host instanceof RealHost)) return;
    const { run, settings } = this.#order;
    const prepareOnKernel = await findPreparation(run);
    this.#start = await prepareOnKernel?.(this.#host, settings);
  }

  begin(): void {
    this.#host ??= new OwnHost(this.#hostOptions());
    this.#watch ??= new LoopWatch(this.#loop);
    this.#running ??= this.#start?.() ?? this.#startProgram(this.#host, this.#order.settings);
  }

  #hostOptions(): RealHostOptions {
    const { id, node, seed, traffic } = this.#order;
    const program = { id, traffic };
    return { loop: this.#loop, node, seed, write: writeLine, lifecycle: this, program };
  }

  stop(): void {
    if (this.#running !== undefined) {
      this.#running.stop();
      this.noteStopped('run-over');
      this.#tellLateness();
    }
    exitWith(programExit.stopped);
  }

  crash(error: unknown): void {
    this.noteCrash(error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#host?.[Symbol.dispose]();
    await this.#loop[Symbol.asyncDispose]();
  }

  #tellLateness(): void {
    const { id, node } = this.#order;
    const fields = { id, ...this.#watch!.end() };
    writeLine(emitRecord({ tNs: this.#loop.nowNs(), node, kind: 'program.lateness', ...fields }));
  }

  protected override say(kind: string, fields: Readonly<Record<string, string>>): void {
    const { id, node } = this.#order;
    const tNs = this.#loop.nowNs();
    if (kind === 'program.ready') this.#atReady = readRunQueue();
    else this.#tellWaits(tNs);
    writeLine(emitRecord({ tNs, node, kind, id, ...fields }));
    if (this.isSilent) queueMicrotask(() => exitWith(programExit.crashed));
  }

  /** Since it was ready: what its figures may be late by for want of a processor. */
  #tellWaits(tNs: number): void {
    const [before, after] = [this.#atReady, readRunQueue()];
    this.#atReady = undefined;
    if (before === undefined || after === undefined) return;
    const { id, node } = this.#order;
    const ranNs = after.ranNs - before.ranNs;
    const waitedNs = after.waitedNs - before.waitedNs;
    writeLine(emitRecord({ tNs, node, kind: 'program.waited', id, ranNs, waitedNs }));
  }
}

let program: ProgramProcess | undefined;

function heed(line: string): void {
  if (program === undefined) take(JSON.parse(line) as ProgramOrder);
  else if (line === controlWord.begin) program.begin();
  else if (line === controlWord.stop) stop();
}

function take(order: ProgramOrder): void {
  const startProgram = builtInPrograms[order.run];
  if (startProgram === undefined) throw new Error(`the catalogue has no program ${order.run}`);
  program = new ProgramProcess(order, startProgram);
  void standBy(program);
}

async function standBy(ordered: ProgramProcess): Promise<void> {
  await ordered.prepare();
  control.write(`${controlWord.standingBy}\n`);
}

function stop(): void {
  if (isEnding) return;
  isEnding = true;
  control.destroy();
  if (program === undefined) exitWith(programExit.stopped);
  else program.stop();
}

/** A lab that is gone reads nothing any more. */
process.stderr.on('error', () => {});
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.stack}\n`);
  if (isLeaving) process.exit(programExit.crashed);
  if (program === undefined) exitWith(programExit.misordered);
  else program.crash(error);
});
/** The lab decides when it is over, and says so: a terminal's interrupt reaches all of its group. */
process.on('SIGINT', () => {});
process.on('SIGTERM', stop);

const lines = new LineSplitter(heed);
control.setEncoding('utf8');
control.on('data', (text: string) => lines.take(text));
control.on('close', stop);
/** Who does not listen any more wants no records either. */
control.on('error', stop);
records.on('error', () => void leave(programExit.stopped));
