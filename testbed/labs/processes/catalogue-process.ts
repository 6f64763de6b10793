/**
 * A program of the catalogue in a process of its own (`src/cli/run-program.ts`), which is started and
 * loaded ahead, so that it begins when it is told to.
 */
import type { Duplex } from 'node:stream';
import { controlWord, emitOrder, programExit } from '../../../src/runtime/program-order.ts';
import { type MonotonicTime, nsSince } from '../../../src/runtime/run-clock.ts';
import { LineSplitter } from '../../../src/trace/line-splitter.ts';
import { isUnreadable, parseRecord } from '../../../src/trace/ndjson.ts';
import type { TraceRecord } from '../../../src/trace/record.ts';
import type { PlannedProgram } from '../../plan/plan.ts';
import type { SystemUser } from '../caller.ts';
import type { NodeSite } from './node-site.ts';
import { describeExit, type ProcessExit } from './process-exit.ts';
import type { RunningProcess } from './running-process.ts';
import type { StartedProgram } from './started-program.ts';

export interface CatalogueOptions {
  readonly planned: PlannedProgram;
  readonly site: NodeSite;
  readonly seed: number;
  /** Whose the interfaces of its node are. */
  readonly stack: 'kernel' | 'own';
  readonly start: MonotonicTime;
  readonly outputPath: string | undefined;
  /** Undefined: as who starts it. On a kernel's stack a program needs no rights of its own. */
  readonly user?: SystemUser | undefined;
  readonly onRecord: (record: TraceRecord) => void;
}

const lastWords: readonly string[] = ['program.finished', 'program.failed', 'program.stopped'];
const knownExits: readonly number[] = [programExit.stopped, programExit.crashed];

/** `over`: it finished, failed or was stopped, and said so. */
type Standing = 'going' | 'over' | 'died-with-node';

export class CatalogueProcess implements StartedProgram {
  readonly planned: PlannedProgram;
  readonly prepared: Promise<void>;
  readonly #options: CatalogueOptions;
  readonly #process: RunningProcess;
  readonly #control: Duplex;
  readonly #gone: Promise<void>;
  #standing: Standing = 'going';
  #isEnding = false;

  constructor(options: CatalogueOptions) {
    const { planned, site, outputPath, user } = options;
    this.planned = planned;
    this.#options = options;
    this.#process = site.startOurs('run-program', { channels: 2, outputPath, user });
    const [control, records] = this.#process.channels;
    this.#control = control!;
    this.prepared = this.#hearStandingBy();
    this.#readRecords(records!);
    this.#gone = this.#watchExit();
    this.#sendOrder();
  }

  begin(): void {
    this.#control.write(`${controlWord.begin}\n`);
  }

  async stop(): Promise<ProcessExit> {
    this.#isEnding = true;
    this.#control.end(`${controlWord.stop}\n`);
    const exit = await this.#process.stop();
    await this.#gone;
    return exit;
  }

  async kill(): Promise<void> {
    this.#isEnding = true;
    if (this.#standing === 'going') this.#say('program.stopped', { reason: 'node-crashed' });
    this.#standing = this.#standing === 'going' ? 'died-with-node' : 'over';
    this.#process.signal('SIGKILL');
    await this.#gone;
  }

  get diedWithNode(): boolean {
    return this.#standing === 'died-with-node';
  }

  #sendOrder(): void {
    const { planned, seed, start, stack } = this.#options;
    const { id, node, run, settings, traffic } = planned;
    const order = { id, node, run: String(run), settings, seed, traffic, start, stack };
    this.#control.write(emitOrder(order));
  }

  #hearStandingBy(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#control.once('data', () => resolve());
    this.#control.once('close', () => resolve());
    return promise;
  }

  #readRecords(records: Duplex): void {
    const splitter = new LineSplitter((line) => this.#heed(line));
    records.setEncoding('utf8');
    records.on('data', (text: string) => splitter.take(text));
  }

  /** What was under way when its node crashed is lost with it. */
  #heed(line: string): void {
    const record = parseRecord(line);
    if (isUnreadable(record) || this.diedWithNode) return;
    const isOwn = record['id'] === this.planned.id;
    if (isOwn && lastWords.includes(record.kind)) this.#standing = 'over';
    this.#options.onRecord(record);
  }

  async #watchExit(): Promise<void> {
    const exit = await this.#process.exited;
    const isKnown = exit.kind === 'exited' && knownExits.includes(exit.code);
    if (this.#isEnding || (isKnown && this.#standing === 'over')) return;
    this.#standing = 'over';
    this.#say('program.failed', { reason: describeExit(exit, this.#process.lastLines) });
  }

  /** What the lab knows of the program, and the program can't say itself. */
  #say(kind: string, fields: Readonly<Record<string, string>>): void {
    const { id, node } = this.planned;
    this.#options.onRecord({ tNs: nsSince(this.#options.start), node, kind, id, ...fields });
  }
}
