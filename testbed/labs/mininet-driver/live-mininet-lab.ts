/** A topology that stands on a Mininet machine: what is asked of it our agent does there. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import type { Plan, PlannedProgram } from '../../plan/plan.ts';
import type { ChangeModel } from '../../schema/model.ts';
import { unpackError } from '../keep/packed-error.ts';
import type { DriveEnd, LabOptions, LiveLab } from '../lab.ts';
import { StandingSettings } from '../real-time/standing-settings.ts';
import type { SentFile, Word } from './agent/messages.ts';
import type { AgentLine } from './agent-line.ts';
import { filesFor } from './files-for.ts';

type Answer<Kind extends Word['kind']> = Extract<Word, { kind: Kind }>;

interface Waiting {
  readonly kind: Word['kind'];
  readonly resolve: (word: Word) => void;
  readonly reject: (error: unknown) => void;
}

export class LiveMininetLab implements LiveLab {
  readonly #line: AgentLine;
  readonly #lab: number;
  readonly #options: LabOptions;
  readonly #settings: StandingSettings;
  readonly #actions = new Map<number, () => void>();
  #waiting: Waiting[] = [];
  #failure: { readonly error: unknown } | undefined;
  #nextAction = 1;
  /** What our clock says when that of the run says 0, or later: each message is as old as its way took. */
  #zeroNs = Number.POSITIVE_INFINITY;
  #isGone = false;

  private constructor(line: AgentLine, plan: Plan, options: LabOptions) {
    this.#line = line;
    this.#options = options;
    this.#settings = new StandingSettings(plan);
    this.#lab = line.listen((word) => this.#hear(word));
    line.broken.catch((error) => this.#fail(error));
  }

  static async raise(line: AgentLine, plan: Plan, options: LabOptions): Promise<LiveMininetLab> {
    const live = new LiveMininetLab(line, plan, options);
    const order = {
      plan,
      captures: options.capture !== undefined,
      keepsOutput: options.outputFolder !== undefined,
      files: filesFor(plan, options.scenarioFolder ?? process.cwd()),
    };
    try {
      const standing = live.#await('stands');
      line.tell(live.#lab, { kind: 'up', order });
      const { nowNs } = await standing;
      live.#learnTime(nowNs);
      return live;
    } catch (error) {
      line.forget(live.#lab);
      throw error;
    }
  }

  /** By the clock there, as well as it is known here: late by the quickest message's way. */
  nowNs(): number {
    return clockNs() - this.#zeroNs;
  }

  start({ id }: PlannedProgram): void {
    this.#line.tell(this.#lab, { kind: 'start', program: id });
  }

  at(timeNs: number, action: () => void): void {
    const id = this.#nextAction++;
    this.#actions.set(id, action);
    this.#line.tell(this.#lab, { kind: 'at', id, timeNs });
  }

  apply(change: ChangeModel): void {
    this.#settings.apply(change);
    this.#line.tell(this.#lab, { kind: 'apply', change });
  }

  inverseOf(change: ChangeModel): ChangeModel {
    return this.#settings.inverseOf(change);
  }

  async drive(limitNs: number, signal: AbortSignal): Promise<DriveEnd> {
    const interrupt = () => this.#line.tell(this.#lab, { kind: 'interrupt' });
    signal.addEventListener('abort', interrupt);
    const drove = this.#await('drove');
    if (signal.aborted) interrupt();
    this.#line.tell(this.#lab, { kind: 'drive', limitNs });
    try {
      return (await drove).end;
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
  }

  halt(): void {
    this.#line.tell(this.#lab, { kind: 'halt' });
  }

  async settle(): Promise<void> {
    const settled = this.#await('settled');
    this.#line.tell(this.#lab, { kind: 'settle' });
    await settled;
  }

  /** Where the connection is lost, the agent takes down by itself what stands. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isGone) return;
    this.#isGone = true;
    try {
      if (this.#failure !== undefined) this.#line.tell(this.#lab, { kind: 'down' });
      else {
        const gone = this.#await('gone');
        this.#line.tell(this.#lab, { kind: 'down' });
        keepOutput((await gone).files, this.#options.outputFolder);
      }
    } finally {
      this.#line.forget(this.#lab);
    }
  }

  #await<Kind extends Word['kind']>(kind: Kind): Promise<Answer<Kind>> {
    const { promise, resolve, reject } = Promise.withResolvers<Word>();
    if (this.#failure !== undefined) reject(this.#failure.error);
    else this.#waiting.push({ kind, resolve, reject });
    return promise as Promise<Answer<Kind>>;
  }

  #hear(word: Word): void {
    switch (word.kind) {
      case 'records':
        for (const record of word.records) this.#options.onRecord(record);
        return;
      case 'bytes':
        this.#options.capture?.write(word.bytes);
        return;
      case 'due':
        this.#learnTime(word.nowNs);
        this.#act(word.id);
        return;
      case 'failed':
        this.#fail(unpackError(word.problem));
        return;
      default: {
        const waiting = this.#waiting.find(({ kind }) => kind === word.kind);
        this.#waiting = this.#waiting.filter((one) => one !== waiting);
        waiting?.resolve(word);
      }
    }
  }

  /** The message that was on its way for the shortest time tells best; so time never goes back. */
  #learnTime(nowNs: number): void {
    this.#zeroNs = Math.min(this.#zeroNs, clockNs() - nowNs);
  }

  #act(id: number): void {
    const action = this.#actions.get(id);
    this.#actions.delete(id);
    action?.();
  }

  /** Whoever waits for something, now or later, hears of it. */
  #fail(error: unknown): void {
    this.#failure ??= { error };
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(error);
  }
}

function clockNs(): number {
  return Math.round(performance.now() * 1e6);
}

function keepOutput(files: readonly SentFile[], folder: string | undefined): void {
  if (folder === undefined) return;
  for (const { path, bytes } of files) {
    const to = join(folder, path);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, bytes);
  }
}
