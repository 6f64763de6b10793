/** The lab of virtual time: nodes are objects of this process, and the same seed gives the same trace. */
import { createFramePool } from '../../../src/base/frame.ts';
import { builtInPrograms } from '../../../src/programs/catalog.ts';
import type { Plan, PlannedProgram } from '../../plan/plan.ts';
import type { ChangeModel } from '../../schema/model.ts';
import type { DriveEnd, Lab, LabOptions, Lack, LiveLab } from '../lab.ts';
import { Capture } from '../network/capture.ts';
import { changeNetwork, inverseOfChange } from '../network/changes.ts';
import { watchFlows } from '../network/flow-watch.ts';
import { type LinkTally, recordInto, tallyLinks } from '../network/link-tally.ts';
import { buildNetwork, type Network, stationOf } from '../network/network.ts';
import {
  addActor,
  createSchedule,
  removeActor,
  type Schedule,
  setDeadline,
} from '../network/schedule.ts';
import type { Surroundings } from '../network/station.ts';
import { driveSchedule } from './drive.ts';
import { lacksOf } from './lacks.ts';
import { ProgramRun } from './program-run.ts';

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
  readonly #tally: LinkTally | undefined;
  readonly #programs: ProgramRun[] = [];
  #halted = false;

  constructor(plan: Plan, options: LabOptions) {
    const tally = options.series ? tallyLinks(plan.links) : undefined;
    const record = recordInto(tally, options.onRecord);
    const capture = options.capture && new Capture(plan, options.capture);
    if (tally !== undefined) tally.next = capture;
    this.#tally = tally;
    this.#around = {
      seed: plan.seed,
      schedule: this.#schedule,
      pool: createFramePool(),
      capture: tally ?? capture,
      // What an event waits for is known at once.
      watch: watchFlows(plan.watches, { schedule: this.#schedule, record }, 0),
      record,
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
    this.#launch(run);
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
    this.#tally?.mark(this.nowNs(), change.kind);
    if (change.kind === 'node-restart') this.#restart(change.node);
    else changeNetwork(this.#network, change);
    if (change.kind === 'node-crash') this.#crashPrograms(change.node);
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

  async settle(): Promise<void> {
    for (const program of this.#programs) program.stop('run-over');
    for (const wires of this.#network.wires.values()) {
      for (const wire of wires.values()) wire.recordCounters();
    }
    this.#tally?.write(this.#around.record, this.#schedule.nowNs);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** What is due on a node that is down waits for its boot. */
  #launch(run: ProgramRun): void {
    const { node, run: name } = run.planned;
    if (stationOf(this.#network, node).crashed) run.stop('node-crashed');
    else run.start(builtInPrograms[name as string]!);
  }

  #crashPrograms(node: string): void {
    for (const program of this.#programs) {
      if (program.planned.node === node) program.stop('node-crashed');
    }
  }

  /** A crash, unless the node is down already, and a boot. */
  #restart(node: string): void {
    if (!stationOf(this.#network, node).crashed) this.apply({ kind: 'node-crash', node });
    changeNetwork(this.#network, { kind: 'node-restart', node });
    this.#startAgain(node);
  }

  /** All that died with the node, with an empty memory; what was done before stays done. */
  #startAgain(node: string): void {
    for (const [at, { planned, diedWithNode }] of this.#programs.entries()) {
      if (planned.node !== node || !diedWithNode) continue;
      const run = new ProgramRun(this.#around, stationOf(this.#network, node), planned);
      this.#programs[at] = run;
      this.#launch(run);
    }
  }
}
