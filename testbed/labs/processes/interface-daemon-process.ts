/**
 * The interface daemon of a node, in a process of its own (`src/cli/interface-daemon.ts`), which is started
 * ahead and told what it owns once the devices stand.
 */
import type { Duplex } from 'node:stream';
import { FaultError } from '../../../src/base/errors.ts';
import type { DaemonOrder } from '../../../src/runtime/interface-daemon/order.ts';
import { LineSplitter } from '../../../src/trace/line-splitter.ts';
import { isUnreadable, parseRecord } from '../../../src/trace/ndjson.ts';
import type { TraceRecord } from '../../../src/trace/record.ts';
import type { NodeSite } from './node-site.ts';
import { describeExit } from './process-exit.ts';
import type { RunningProcess } from './running-process.ts';

export interface InterfaceDaemonOptions {
  readonly order: DaemonOrder;
  readonly site: NodeSite;
  readonly outputPath: string | undefined;
  readonly onRecord: (record: TraceRecord) => void;
  /** It ended before it was told to. */
  readonly onFailure: (error: Error) => void;
}

export class InterfaceDaemonProcess implements AsyncDisposable {
  readonly #options: InterfaceDaemonOptions;
  readonly #process: RunningProcess;
  readonly #control: Duplex;
  #isEnding = false;

  constructor(options: InterfaceDaemonOptions) {
    const { site, outputPath } = options;
    this.#options = options;
    this.#process = site.startOurs('interface-daemon', { channels: 2, outputPath });
    const [control, records] = this.#process.channels;
    this.#control = control!;
    this.#readRecords(records!);
  }

  /** Once the devices stand and have their carriers. Resolves when the addresses answer. */
  async begin(): Promise<void> {
    this.#control.write(`${JSON.stringify(this.#options.order)}\n`);
    await Promise.race([this.#hearReady(), this.#failToStart()]);
    this.#watchExit();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    this.#control.end();
    await this.#process.stop();
  }

  #hearReady(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#control.once('data', () => resolve());
    return promise;
  }

  async #failToStart(): Promise<never> {
    await this.#process.exited;
    throw await this.#failure();
  }

  #readRecords(records: Duplex): void {
    const splitter = new LineSplitter((line) => {
      const record = parseRecord(line);
      if (!isUnreadable(record)) this.#options.onRecord(record);
    });
    records.setEncoding('utf8');
    records.on('data', (text: string) => splitter.take(text));
  }

  async #watchExit(): Promise<void> {
    await this.#process.exited;
    if (!this.#isEnding) this.#options.onFailure(await this.#failure());
  }

  async #failure(): Promise<FaultError> {
    const why = describeExit(await this.#process.exited, this.#process.lastLines);
    return new FaultError({
      code: 'interface-daemon-gone',
      message: `the interface daemon of ${this.#options.order.node} ended: ${why}`,
    });
  }
}
