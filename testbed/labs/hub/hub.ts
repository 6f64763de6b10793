/** The hub, seen from the orchestrator: a process that carries a network's links in real time. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { FaultError, InputError, RopewalkError } from '../../../src/base/errors.ts';
import type { MonotonicTime } from '../../../src/runtime/run-clock.ts';
import type { TraceRecord } from '../../../src/trace/record.ts';
import type { ChangeModel } from '../../schema/model.ts';
import { frameMessage, MessageReader } from './framing.ts';
import { controlOf, spawnHub } from './hub-process.ts';
import type { HubNetwork, HubReply, HubRequest } from './messages.ts';
import type { ProbedLink } from './probe-run.ts';

export interface HubOptions {
  readonly onRecord: (record: TraceRecord) => void;
  /** The run's start, from which every record's time counts. */
  readonly start: MonotonicTime;
  /** The process ended, or gave up; whoever awaits an answer is told as well. */
  readonly onFailure?: (error: Error) => void;
  /** Its process, where one stood by. */
  readonly spare?: ChildProcess | undefined;
}

/** Its streams end after it; what a ring of the kernel still holds may keep them open for seconds. */
const lastWordsMs = 500;
/** Of what the process wrote on its standard error, for the message. */
const keptCharacters = 4_000;

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class Hub implements AsyncDisposable {
  readonly #options: HubOptions;
  readonly #process: ChildProcess;
  readonly #control: Duplex;
  readonly #waiting: Waiting[] = [];
  #failure: Error | undefined;
  #isEnding = false;
  #lastWords = '';

  private constructor(options: HubOptions) {
    this.#options = options;
    this.#process = options.spare ?? spawnHub();
    this.#control = controlOf(this.#process);
    const reader = new MessageReader<HubReply>((reply) => this.#hear(reply));
    this.#control.on('data', (bytes: Uint8Array) => reader.push(bytes));
    // The end of the process says more.
    this.#control.on('error', () => {});
    this.#process.on('error', (error) => this.#fail(error));
    this.#process.on('close', () => this.#fail(this.#endOfProcess()));
    this.#process.on('exit', () => {
      setTimeout(() => this.#fail(this.#endOfProcess()), lastWordsMs).unref();
    });
    this.#process.stderr!.on('data', (text: Buffer) => {
      this.#lastWords = (this.#lastWords + text).slice(-keptCharacters);
    });
  }

  /** The process is up, and waits for `open`: start it early, while namespaces are made. */
  static async start(options: HubOptions): Promise<Hub> {
    const hub = new Hub(options);
    await hub.#answer();
    return hub;
  }

  get pid(): number {
    return this.#process.pid!;
  }

  /** When it resolves, every TAP stands in its namespace with MAC, MTU and carrier; who sets it up is the rig. */
  async open(network: HubNetwork): Promise<void> {
    return this.#ask({ kind: 'open', start: this.#options.start, network });
  }

  /**
   * Applied on receipt, and recorded: links, and the NAT boxes that are the hub's own. Resolves when it is
   * so, or never will be, which `onFailure` tells.
   */
  change(change: ChangeModel): Promise<void> {
    return this.#ask({ kind: 'change', change }).catch(() => {});
  }

  /** Every frame of these links (all, if left out) from now on; undefined: no more. Resolves when it is so. */
  async capture(path: string | undefined, links?: readonly string[]): Promise<void> {
    const order = path === undefined ? undefined : { path, ...(links && { links }) };
    return this.#ask({ kind: 'capture', order });
  }

  /** How late frames are over such links, right now: a record `hub.probed` for each when it resolves. */
  async probe(links: readonly ProbedLink[], lastsNs: number): Promise<void> {
    return this.#ask({ kind: 'probe', links, lastsNs });
  }

  /** All records so far have been handed out, then `link.counters`, `hub.lateness` and `hub.loop`. */
  async settle(): Promise<void> {
    return this.#ask({ kind: 'settle' });
  }

  /** The TAPs go with the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null) return;
    this.#control.destroy();
    await once(this.#process, 'close');
  }

  #ask(request: HubRequest): Promise<void> {
    this.#send(request);
    return this.#answer();
  }

  #send(request: HubRequest): void {
    if (this.#failure === undefined) this.#control.write(frameMessage(request));
  }

  #answer(): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ resolve, reject });
    return promise;
  }

  #hear(reply: HubReply): void {
    switch (reply.kind) {
      case 'records':
        for (const record of reply.records) this.#options.onRecord(record);
        return;
      case 'ready':
      case 'done':
        this.#waiting.shift()?.resolve();
        return;
      case 'refused':
        this.#waiting.shift()?.reject(refusal(reply.message));
        return;
      case 'failed':
        this.#fail(new RopewalkError(reply));
        return;
      default:
        reply satisfies never;
    }
  }

  #fail(error: Error): void {
    if (this.#isEnding || this.#failure) return;
    this.#failure = error;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    this.#options.onFailure?.(error);
  }

  #endOfProcess(): FaultError {
    const { exitCode, signalCode } = this.#process;
    const how = signalCode === null ? `exit code ${exitCode}` : signalCode;
    return new FaultError({
      code: 'hub-failed',
      message: `the hub ended with ${how}\n${this.#lastWords}`.trimEnd(),
      hint: 'links and NAT boxes ended with it: run again; if it ends again, report it with this text',
    });
  }
}

function refusal(message: string): InputError {
  return new InputError({
    code: 'capture-not-writable',
    message: `the capture can't be written: ${message}`,
    hint: 'name a file in a folder that is there, on a disk with room',
  });
}
