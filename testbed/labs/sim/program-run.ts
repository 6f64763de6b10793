/** A program on a simulated node, from its start to its end: what it says, and what it throws. */
import { RopewalkError } from '../../../src/base/errors.ts';
import type { Lifecycle } from '../../../src/host/host.ts';
import type { RunningProgram, StartProgram } from '../../../src/host/program.ts';
import type { PlannedProgram } from '../../plan/plan.ts';
import type { IpStation } from '../network/ip-station.ts';
import type { Surroundings } from '../network/station.ts';
import { SimulatedHost } from './simulated-host.ts';

/** Said once each; whatever comes after `failed` is not heard. */
type Standing = 'starting' | 'ready' | 'finished' | 'failed' | 'stopped';

export class ProgramRun implements Lifecycle {
  readonly planned: PlannedProgram;
  readonly #around: Surroundings;
  readonly #station: IpStation;
  readonly #host: SimulatedHost;
  #standing: Standing = 'starting';
  #running: RunningProgram | undefined;

  constructor(around: Surroundings, station: IpStation, planned: PlannedProgram) {
    this.planned = planned;
    this.#around = around;
    this.#station = station;
    this.#host = new SimulatedHost(around, station, planned, this);
  }

  start(startProgram: StartProgram): void {
    this.guard(() => {
      this.#running = startProgram(this.#host, this.planned.settings);
    });
  }

  /**
   * Runs a part of the program: what it throws ends the program and not the run. One that has finished
   * is still called: its peer may not have heard the last answer.
   */
  guard(callback: () => void): void {
    if (this.#isSilent()) return;
    try {
      callback();
    } catch (error) {
      this.fail(`crashed: ${sentenceOf(error)}`);
    }
  }

  ready(): void {
    if (this.#standing !== 'starting') return;
    this.#standing = 'ready';
    this.#say('program.ready', {});
  }

  finish(): void {
    if (this.#isOver()) return;
    this.#standing = 'finished';
    this.#say('program.finished', {});
  }

  fail(reason: string): void {
    if (this.#isSilent()) return;
    this.#standing = 'failed';
    this.#say('program.failed', { reason });
  }

  /** It had more to do when its node crashed. */
  get diedWithNode(): boolean {
    return this.#standing === 'stopped';
  }

  /** The end of the run, or of its node: a program that crashed with it gets no chance to tidy up. */
  stop(reason: 'run-over' | 'node-crashed'): void {
    const wasOver = this.#isOver();
    if (reason === 'run-over') this.#stopRunning();
    this.#running = undefined;
    this.#host.close();
    if (wasOver) return;
    this.#standing = 'stopped';
    this.#say('program.stopped', { reason });
  }

  #stopRunning(): void {
    try {
      this.#running?.stop();
    } catch (error) {
      this.fail(`crashed while stopping: ${sentenceOf(error)}`);
    }
  }

  #isOver(): boolean {
    return this.#standing === 'finished' || this.#isSilent();
  }

  #isSilent(): boolean {
    return this.#standing === 'failed' || this.#standing === 'stopped';
  }

  #say(kind: string, fields: Readonly<Record<string, string>>): void {
    this.#around.record(this.#station.clockNs(), this.#station.name, kind, {
      id: this.planned.id,
      ...fields,
    });
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof RopewalkError) return `${error.message} (${error.code})`;
  return error instanceof Error ? error.message : String(error);
}
