/** A lab that stands until somebody takes it down, and what can be asked of it meanwhile. */
import process from 'node:process';
import { InputError, UnsupportedError } from '../../../src/base/errors.ts';
import type { Plan } from '../../plan/plan.ts';
import type { ChangeModel } from '../../schema/model.ts';
import { giveTreeToCaller, makeForCaller } from '../caller.ts';
import type { LiveKernelLab } from '../ground/live-kernel-lab.ts';
import { createNetnsLab } from '../netns/netns-lab.ts';
import { leaveCard } from './kept-folder.ts';
import { KeptPrograms } from './kept-programs.ts';
import { LabCapture } from './lab-capture.ts';
import type { KeeperOrder, LabCard, LabReport } from './messages.ts';
import { raiserOf } from './raise-kept.ts';
import { reportLinks, reportNodes } from './report-lab.ts';

const readinessLimitMs = 10_000;

interface KeptParts {
  readonly plan: Plan;
  readonly live: LiveKernelLab;
  readonly programs: KeptPrograms;
  readonly card: LabCard;
  /** All that is to go with it. */
  readonly made: AsyncDisposableStack;
}

export class KeptLab implements AsyncDisposable {
  readonly #parts: KeptParts;
  readonly #capture: LabCapture;
  readonly #end = new AbortController();
  #broken: string | undefined;

  private constructor(parts: KeptParts) {
    this.#parts = parts;
    this.#capture = new LabCapture(parts.plan, parts.live);
    parts.live.drive(Number.POSITIVE_INFINITY, this.#end.signal).catch((error: Error) => {
      this.#broken = error.message;
    });
  }

  static async raise(order: KeeperOrder): Promise<KeptLab> {
    const { plan, name, file, scenarioFolder, outputFolder } = order;
    const programs = new KeptPrograms(plan.programs);
    await using made = new AsyncDisposableStack();
    if (plan.programs.length > 0) {
      makeForCaller(outputFolder);
      made.defer(() => giveTreeToCaller(outputFolder));
    }
    const raise = await raiserOf(order.lab);
    const live = await raise(plan, {
      onRecord: (record) => programs.note(record),
      capture: undefined,
      ...{ scenarioFolder, outputFolder },
    });
    made.use(live);
    for (const program of plan.programs) live.start(program);
    await programs.untilReady(readinessLimitMs);
    const card = leaveCardOf(live, name, file);
    return new KeptLab({ plan, live, programs, card, made: made.move() });
  }

  /** One that stands already, and is this one's to take down from now on. */
  static adopt(live: LiveKernelLab, plan: Plan, name: string, file: string): KeptLab {
    const made = new AsyncDisposableStack();
    made.use(live);
    const programs = new KeptPrograms([]);
    return new KeptLab({ plan, live, programs, card: leaveCardOf(live, name, file), made });
  }

  /** Of the run, and gone with it. */
  get folder(): string {
    return this.#parts.live.place.ledger.folder;
  }

  report(): LabReport {
    const { plan, live, programs, card } = this.#parts;
    return {
      card,
      nodes: reportNodes(plan, live),
      links: reportLinks(plan, live),
      programs: programs.report(),
      broken: this.#broken,
    };
  }

  /** Where it is for a while, what stood before is restored then. */
  change(change: ChangeModel, forMs: number | undefined): void {
    const { live, plan } = this.#parts;
    this.#refuseIfBroken();
    refuseLacks(plan, change);
    const inverse = live.inverseOf(change);
    live.apply(change);
    if (forMs === undefined) return;
    const timer = setTimeout(() => this.#restore(inverse), forMs);
    this.#end.signal.addEventListener('abort', () => clearTimeout(timer));
  }

  capture(links: readonly string[], take: (bytes: Uint8Array) => void): Promise<void> {
    this.#refuseIfBroken();
    return this.#capture.start(links, take);
  }

  /** What was seen by then has been taken before. */
  endCapture(): Promise<void> {
    return this.#capture.stop(this.#broken === undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.endCapture();
    await this.#parts.made.disposeAsync();
  }

  #restore(inverse: ChangeModel): void {
    if (this.#broken === undefined) this.#parts.live.apply(inverse);
  }

  #refuseIfBroken(): void {
    if (this.#broken === undefined) return;
    throw new InputError({
      code: 'lab-broken',
      message: `the links of this lab carry nothing any more: ${this.#broken}`,
      hint: `take it down and raise it again: ropewalk down ${this.#parts.card.name}`,
    });
  }
}

/** What an event could not do here, a hand can't either. */
function refuseLacks(plan: Plan, change: ChangeModel): void {
  const trigger = { kind: 'at', timeNs: 0 } as const;
  const event = { name: 'change', trigger, forNs: undefined, everyNs: undefined, times: 1, change };
  const asked = { ...plan, programs: [], watches: [], events: [event] };
  const [lack] = createNetnsLab([]).lacks(asked);
  if (lack === undefined) return;
  throw new UnsupportedError({ code: 'lab-lacks', message: lack.what, hint: lack.remedy });
}

/** From then on the lab is found. */
function leaveCardOf({ place }: LiveKernelLab, name: string, file: string): LabCard {
  const { runId, folder } = place.ledger;
  const card = { name, runId, file, pid: process.pid, sinceMs: Date.now() };
  leaveCard(folder, card);
  return card;
}
