/** One lab on the Mininet host: raised, driven and taken down as it is told. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TraceRecord } from '../../../../src/trace/record.ts';
import type { LiveKernelLab } from '../../ground/live-kernel-lab.ts';
import { raiseKernelLab } from '../../ground/raise-lab.ts';
import { packError } from '../../keep/packed-error.ts';
import { newRunId } from '../../ledger/run-id.ts';
import { runRoot } from '../../ledger/run-root.ts';
import type { LabOrder, Order, SentFile, Word } from './messages.ts';
import { mininetGround, scenarioFolderIn } from './mininet-ground.ts';

export class AgentLab {
  readonly #order: LabOrder;
  readonly #say: (word: Word) => void;
  readonly #live: Promise<LiveKernelLab>;
  readonly #end = new AbortController();
  readonly #runFolder: string;
  readonly #outputFolder: string;
  #waiting: TraceRecord[] = [];

  constructor(order: LabOrder, say: (word: Word) => void, spareHub: ChildProcess | undefined) {
    this.#order = order;
    this.#say = say;
    const runId = newRunId();
    this.#runFolder = join(runRoot(), runId);
    this.#outputFolder = join(this.#runFolder, 'output');
    this.#live = this.#raise(runId, spareHub);
    this.#live.then(
      (live) => say({ kind: 'stands', nowNs: live.nowNs(), runId }),
      (error) => this.#fail(error),
    );
  }

  take(order: Order): void {
    this.#do(order).catch((error) => this.#fail(error));
  }

  /** Nobody hears of it. */
  async end(): Promise<void> {
    this.#end.abort();
    const live = await this.#live.catch(() => undefined);
    await live?.[Symbol.asyncDispose]();
  }

  #raise(runId: string, spareHub: ChildProcess | undefined): Promise<LiveKernelLab> {
    const { plan, captures, keepsOutput, files } = this.#order;
    const capture = { write: (bytes: Uint8Array) => this.#tell({ kind: 'bytes', bytes }) };
    return raiseKernelLab(
      { name: 'mininet', openGround: (parts) => mininetGround(parts, files), spareHub },
      plan,
      {
        onRecord: (record) => this.#keep(record),
        capture: captures ? capture : undefined,
        scenarioFolder: scenarioFolderIn(this.#runFolder),
        ...(keepsOutput && { outputFolder: this.#outputFolder }),
      },
      runId,
    );
  }

  async #do(order: Order): Promise<void> {
    const live = await this.#live;
    switch (order.kind) {
      case 'start':
        return live.start(this.#order.plan.programs.find(({ id }) => id === order.program)!);
      case 'at':
        return live.at(order.timeNs, () =>
          this.#tell({ kind: 'due', id: order.id, nowNs: live.nowNs() }),
        );
      case 'apply':
        return live.apply(order.change);
      case 'drive':
        return this.#tell({ kind: 'drove', end: await this.#drive(live, order.limitNs) });
      case 'halt':
        return live.halt();
      case 'interrupt':
        return this.#end.abort();
      case 'settle':
        await live.settle();
        return this.#tell({ kind: 'settled' });
      case 'down':
        return this.#takeDown(live);
      default:
    }
  }

  #drive(live: LiveKernelLab, limitNs: number) {
    return live.drive(limitNs, this.#end.signal);
  }

  async #takeDown(live: LiveKernelLab): Promise<void> {
    const files = readOutput(this.#outputFolder);
    await live[Symbol.asyncDispose]();
    this.#tell({ kind: 'gone', files });
  }

  /** In few messages: there are thousands a second. */
  #keep(record: TraceRecord): void {
    if (this.#waiting.length === 0) setImmediate(() => this.#flush());
    this.#waiting.push(record);
  }

  #flush(): void {
    const records = this.#waiting;
    this.#waiting = [];
    if (records.length > 0) this.#say({ kind: 'records', records });
  }

  /** After all that was recorded before. */
  #tell(word: Word): void {
    this.#flush();
    this.#say(word);
  }

  #fail(error: unknown): void {
    this.#tell({ kind: 'failed', problem: packError(error) });
  }
}

function readOutput(folder: string): SentFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const bytes = readFileSync(path);
      return { path: path.slice(folder.length + 1), bytes, isExecutable: false };
    });
}
