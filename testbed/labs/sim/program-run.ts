/** A program on a simulated node, from its start to its end: what it says, and what it throws. */
import type { RunningProgram, StartProgram } from '../../../src/host/program.ts';
import { ProgramStanding } from '../../../src/host/program-standing.ts';
import type { PlannedProgram } from '../../plan/plan.ts';
import type { IpStation } from '../network/ip-station.ts';
import type { Surroundings } from '../network/station.ts';
import { SimulatedHost } from './simulated-host.ts';

export class ProgramRun extends ProgramStanding {
  readonly planned: PlannedProgram;
  readonly #around: Surroundings;
  readonly #station: IpStation;
  readonly #host: SimulatedHost;
  #running: RunningProgram | undefined;

  constructor(around: Surroundings, station: IpStation, planned: PlannedProgram) {
    super();
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
    if (this.isSilent) return;
    try {
      callback();
    } catch (error) {
      this.noteCrash(error);
    }
  }

  /** It had more to do when its node crashed. */
  get diedWithNode(): boolean {
    return this.isStopped;
  }

  /** The end of the run, or of its node: a program that crashed with it gets no chance to tidy up. */
  stop(reason: 'run-over' | 'node-crashed'): void {
    const { isOver } = this;
    if (reason === 'run-over') this.#stopRunning();
    this.#running = undefined;
    this.#host.close();
    if (!isOver) this.noteStopped(reason);
  }

  #stopRunning(): void {
    try {
      this.#running?.stop();
    } catch (error) {
      this.noteCrash(error, 'crashed while stopping');
    }
  }

  protected override say(kind: string, fields: Readonly<Record<string, string>>): void {
    this.#around.record(this.#station.clockNs(), this.#station.name, kind, {
      id: this.planned.id,
      ...fields,
    });
  }
}
