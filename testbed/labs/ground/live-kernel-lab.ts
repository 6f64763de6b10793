/** A topology that stands on this kernel: time passes, programs begin, and links change in the hub. */
import { labNode } from '../../../src/trace/record.ts';
import type { Plan, PlannedProgram } from '../../plan/plan.ts';
import { isCarriedByHub } from '../../plan/rig-places.ts';
import type { ChangeModel } from '../../schema/model.ts';
import type { Hub } from '../hub/hub.ts';
import type { DriveEnd, LabOptions, LiveLab } from '../lab.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ProgramRoster } from '../processes/program-roster.ts';
import type { MachineWatch } from '../real-time/machine-watch.ts';
import type { RealTime } from '../real-time/real-time.ts';
import { StandingSettings } from '../real-time/standing-settings.ts';
import type { Ground } from './ground.ts';
import type { HubCapture } from './hub-capture.ts';
import type { StandingRig } from './standing-rig.ts';

/** Where it stands, for whoever works in it by hand. */
export interface LabPlace {
  readonly standing: StandingRig;
  readonly ledger: Ledger;
  readonly hub: Hub;
  readonly ground: Pick<Ground, 'containerOn'>;
}

export interface LabParts {
  readonly plan: Plan;
  readonly place: LabPlace;
  readonly roster: ProgramRoster;
  readonly time: RealTime;
  readonly watch: MachineWatch;
  /** The hub has told how late it is before anything runs. */
  readonly probed: Promise<void>;
  readonly capture: HubCapture;
  readonly onRecord: LabOptions['onRecord'];
  /** All that was made, to be taken away. */
  readonly made: AsyncDisposableStack;
}

export class LiveKernelLab implements LiveLab {
  readonly #parts: LabParts;
  readonly #settings: StandingSettings;
  #isProbing = false;
  #isHalted = false;
  /** Crashes and boots, one after the other. */
  #fates: Promise<void> = Promise.resolve();

  constructor(parts: LabParts) {
    this.#parts = parts;
    this.#settings = new StandingSettings(parts.plan);
  }

  get place(): LabPlace {
    return this.#parts.place;
  }

  nowNs(): number {
    return this.#parts.time.nowNs();
  }

  start(program: PlannedProgram): void {
    this.#parts.roster.start(program);
  }

  /** Actions are of the traffic, so that the first of them begins what is to be watched. */
  at(timeNs: number, action: () => void): void {
    this.#parts.watch.begin();
    this.#parts.time.at(timeNs, action);
  }

  apply(change: ChangeModel): void {
    if (change.kind === 'node-crash') this.#crash(change.node);
    else if (change.kind === 'node-restart') this.#restart(change.node);
    else void this.#change(change);
  }

  inverseOf(change: ChangeModel): ChangeModel {
    return this.#settings.inverseOf(change);
  }

  /** Time that passes for the run begins when the hub was looked at; what halts it before is not lost. */
  async drive(limitNs: number, signal: AbortSignal): Promise<DriveEnd> {
    this.#isHalted = false;
    this.#isProbing = true;
    await this.#parts.probed;
    this.#isProbing = false;
    return this.#isHalted ? 'halted' : this.#parts.time.drive(limitNs, signal);
  }

  halt(): void {
    if (this.#isProbing) this.#isHalted = true;
    else this.#parts.time.halt();
  }

  async settle(): Promise<void> {
    const { place, roster, capture, time, watch, onRecord } = this.#parts;
    const { hub } = place;
    const machine = await watch.settle();
    await this.#fates;
    await roster.stop();
    await hub.settle();
    if (capture.path !== undefined) {
      await hub.capture(undefined);
      capture.handOver();
    }
    const lab = { tNs: this.nowNs(), node: labNode };
    onRecord({ ...lab, kind: 'lab.lateness', ...time.lateness() });
    onRecord({ ...lab, kind: 'machine.lateness', ...machine });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.made.disposeAsync();
  }

  /** Resolves when it is so. */
  async #change(change: ChangeModel): Promise<void> {
    const { hub, standing } = this.#parts.place;
    this.#settings.apply(change);
    standing.cables.apply(change, (link, node) => this.#settings.settingsToward(link, node));
    if (isForHub(change, this.#parts.plan)) await hub.change(change);
  }

  /** Nobody hears the node any more when its programs die: not even that their ports are closed. */
  #crash(node: string): void {
    const silent = this.#change({ kind: 'node-crash', node });
    this.#meetFate(async () => {
      await silent;
      await this.#parts.roster.crash(node);
    });
  }

  /** A crash, unless the node is down already, and a boot. */
  #restart(node: string): void {
    if (!this.#settings.isDown(node)) this.#crash(node);
    this.#meetFate(async () => {
      await this.#change({ kind: 'node-restart', node });
      this.#parts.roster.restart(node);
    });
  }

  #meetFate(fate: () => Promise<void>): void {
    this.#fates = this.#fates.then(fate).catch((error) => this.#parts.time.fail(error));
  }
}

/** Links and boxes of the kernel are not there. */
function isForHub(change: ChangeModel, { nodes, links }: Plan): boolean {
  const byName = new Map(links.map((link) => [link.name, link]));
  if ('link' in change) return byName.get(change.link)!.engine === 'model';
  if (change.kind !== 'nat-reboot') return true;
  return isCarriedByHub(nodes.find(({ name }) => name === change.node)!, byName);
}
