/** The lab of virtual time: nodes are objects of this process, and the same seed gives the same trace. */
import { createFramePool } from '../../../src/base/frame.ts';
import { builtInPrograms } from '../../../src/programs/catalog.ts';
import type { Plan, PlannedProgram } from '../../plan/plan.ts';
import type { ChangeModel } from '../../schema/model.ts';
import type { DriveEnd, Lab, LabOptions, Lack, LiveLab } from '../lab.ts';
import { Capture } from './capture.ts';
import { changeNetwork, inverseOfChange } from './changes.ts';
import { driveSchedule } from './drive.ts';
import { lacksOf } from './lacks.ts';
import { buildNetwork, type Network, stationOf } from './network.ts';
import { ProgramRun } from './program-run.ts';
import { addActor, createSchedule, removeActor, type Schedule, setDeadline } from './schedule.ts';
import type { Surroundings } from './station.ts';

export function createSimLab(): Lab {
  return {
    name: 'sim',
    lacks: (plan): readonly Lack[] => lacksOf(plan),
    up: async (plan, options): Promise<LiveLab> => new LiveSimLab(plan, options),
  };
}

class LiveSimLab implements LiveLab {
  readonly #schedule: Schedule = createSchedule();
  readonly #around: Surroundings;
  readonly #network: Network;
  readonly #programs: ProgramRun[] = [];
  #halted = false;

  constructor(plan: Plan, options: LabOptions) {
    this.#around = {
      seed: plan.seed,
      schedule: this.#schedule,
      pool: createFramePool(),
      capture: options.capture && new Capture(plan, options.capture),
      record: (tNs, node, kind, fields) => options.onRecord({ tNs, node, kind, ...fields }),
    };
    this.#network = buildNetwork(plan, this.#around);
  }

  nowNs(): number {
    return this.#schedule.nowNs;
  }

  start(planned: PlannedProgram): void {
    const station = stationOf(this.#network, planned.node);
    const run = new ProgramRun(this.#around, station, planned);
    this.#programs.push(run);
    run.start(builtInPrograms[planned.run as string]!);
  }

  at(timeNs: number, action: () => void): void {
    const schedule = this.#schedule;
    const slot = addActor(schedule, {
      label: 'an action of the run',
      wake: () => {
        removeActor(schedule, slot);
        action();
        return Number.POSITIVE_INFINITY;
      },
    });
    setDeadline(schedule, slot, timeNs);
  }

  apply(change: ChangeModel): void {
    changeNetwork(this.#network, change);
    if (change.kind === 'node-crash') this.#crashPrograms(change.node);
    if (change.kind === 'node-restart') this.#restartServices(change.node);
  }

  inverseOf(change: ChangeModel): ChangeModel {
    return inverseOfChange(this.#network, change);
  }

  async drive(limitNs: number, signal: AbortSignal): Promise<DriveEnd> {
    this.#halted = false;
    return driveSchedule(this.#schedule, limitNs, signal, () => this.#halted);
  }

  halt(): void {
    this.#halted = true;
  }

  settle(): void {
    for (const program of this.#programs) program.stop('run-over');
    for (const wires of this.#network.wires.values()) {
      for (const wire of wires.values()) wire.recordCounters();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #programsOn(node: string): ProgramRun[] {
    return this.#programs.filter((program) => program.planned.node === node);
  }

  #crashPrograms(node: string): void {
    for (const program of this.#programsOn(node)) program.stop('node-crashed');
  }

  /** What a node starts when it boots: its services. A traffic that died with it stays dead. */
  #restartServices(node: string): void {
    const services = this.#programsOn(node).map((program) => program.planned);
    for (const planned of new Set(services)) {
      if (planned.traffic === undefined) this.start(planned);
    }
  }
}
