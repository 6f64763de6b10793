/** What is known of a program from its start to its end; each thing is said once. */
import { RopewalkError } from '../base/errors.ts';
import type { Lifecycle } from './host.ts';

/** Whatever comes after `failed` and `stopped` is not heard. */
type Standing = 'starting' | 'ready' | 'finished' | 'failed' | 'stopped';

export abstract class ProgramStanding implements Lifecycle {
  #standing: Standing = 'starting';

  /** A record about the program. */
  protected abstract say(kind: string, fields: Readonly<Record<string, string>>): void;

  ready(): void {
    if (this.#standing !== 'starting') return;
    this.#standing = 'ready';
    this.say('program.ready', {});
  }

  finish(): void {
    if (this.isOver) return;
    this.#standing = 'finished';
    this.say('program.finished', {});
  }

  fail(reason: string): void {
    if (this.isSilent) return;
    this.#standing = 'failed';
    this.say('program.failed', { reason });
  }

  /** What the program threw. */
  protected noteCrash(error: unknown, when = 'crashed'): void {
    this.fail(`${when}: ${sentenceOf(error)}`);
  }

  /** One that had finished or failed has said all there is to say. */
  protected noteStopped(reason: 'run-over' | 'node-crashed'): void {
    if (this.isOver) return;
    this.#standing = 'stopped';
    this.say('program.stopped', { reason });
  }

  get isStopped(): boolean {
    return this.#standing === 'stopped';
  }

  get isOver(): boolean {
    return this.#standing === 'finished' || this.isSilent;
  }

  get isSilent(): boolean {
    return this.#standing === 'failed' || this.#standing === 'stopped';
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof RopewalkError) return `${error.message} (${error.code})`;
  return error instanceof Error ? error.message : String(error);
}
