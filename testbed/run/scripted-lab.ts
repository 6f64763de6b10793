/** A lab in memory for tests: programs are scripts by the name in `run`, time is virtual, nothing is sent. */
import type { Field, TraceRecord } from '../../src/trace/record.ts';
import type { DriveEnd, Lab, LabOptions, Lack, LiveLab } from '../labs/lab.ts';
import type { Plan, PlannedProgram } from '../plan/plan.ts';
import type { ChangeModel } from '../schema/model.ts';

export interface ScriptContext {
  readonly program: PlannedProgram;
  after(delayNs: number, action: () => void): void;
  record(kind: string, fields?: Readonly<Record<string, Field>>): void;
  ready(): void;
  finish(): void;
  fail(reason: string): void;
}

export type Script = (context: ScriptContext) => void;

interface Step {
  readonly timeNs: number;
  readonly action: () => void;
}

type Toward = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export class ScriptedLab implements Lab {
  readonly name = 'sim';
  readonly scripts: Readonly<Record<string, Script>>;
  /** Each change as it was applied. */
  readonly applied: { readonly timeNs: number; readonly change: ChangeModel }[] = [];
  /** What stands: `wifi/phone/delayNs` to its value, `wifi` to its carrier. */
  readonly standing = new Map<string, unknown>();
  disposed = 0;

  constructor(scripts: Readonly<Record<string, Script>>) {
    this.scripts = scripts;
  }

  lacks(_plan: Plan): readonly Lack[] {
    return [];
  }

  async up(_plan: Plan, options: LabOptions): Promise<LiveLab> {
    return new ScriptedLive(this, options);
  }
}

class ScriptedLive implements LiveLab {
  readonly #lab: ScriptedLab;
  readonly #options: LabOptions;
  readonly #steps: Step[] = [];
  #nowNs = 0;
  #halted = false;

  constructor(lab: ScriptedLab, options: LabOptions) {
    this.#lab = lab;
    this.#options = options;
  }

  nowNs(): number {
    return this.#nowNs;
  }

  at(timeNs: number, action: () => void): void {
    const step = { timeNs: Math.max(timeNs, this.#nowNs), action };
    const behind = this.#steps.findIndex((other) => other.timeNs > step.timeNs);
    this.#steps.splice(behind < 0 ? this.#steps.length : behind, 0, step);
  }

  start(program: PlannedProgram): void {
    const script = this.#lab.scripts[String(program.run)];
    if (!script) throw new Error(`no script ${String(program.run)}`);
    const { id, node } = program;
    const record = (kind: string, fields: Readonly<Record<string, Field>> = {}): void =>
      this.#write({ tNs: this.#nowNs, node, kind, ...fields });
    script({
      program,
      after: (delayNs, action) => this.at(this.#nowNs + delayNs, action),
      record,
      ready: () => record('program.ready', { id }),
      finish: () => record('program.finished', { id }),
      fail: (reason) => record('program.failed', { id, reason }),
    });
  }

  apply(change: ChangeModel): void {
    this.#lab.applied.push({ timeNs: this.#nowNs, change });
    for (const [key, value] of cellsOf(change)) this.#lab.standing.set(key, value);
  }

  inverseOf(change: ChangeModel): ChangeModel {
    const { standing } = this.#lab;
    if (change.kind === 'link-down' || change.kind === 'link-up') {
      return { ...change, kind: standing.get(change.link) === 'down' ? 'link-down' : 'link-up' };
    }
    if (change.kind !== 'link-set') return change;
    const toward: Record<string, Record<string, unknown>> = {};
    for (const [node, fields] of Object.entries(change.toward as Toward)) {
      toward[node] = Object.fromEntries(
        Object.keys(fields).map((name) => [name, standing.get(`${change.link}/${node}/${name}`)]),
      );
    }
    return { ...change, toward };
  }

  async drive(limitNs: number, signal: AbortSignal): Promise<DriveEnd> {
    this.#halted = false;
    for (;;) {
      if (signal.aborted) return 'interrupted';
      const step = this.#steps[0];
      if (step === undefined) return 'idle';
      if (step.timeNs > limitNs) {
        this.#nowNs = limitNs;
        return 'limit';
      }
      this.#steps.shift();
      this.#nowNs = step.timeNs;
      step.action();
      if (this.#halted) return 'halted';
    }
  }

  halt(): void {
    this.#halted = true;
  }

  async settle(): Promise<void> {
    this.#write({ tNs: this.#nowNs, node: 'lab', kind: 'link.counters', link: 'wifi' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lab.disposed += 1;
  }

  #write(record: TraceRecord): void {
    this.#options.onRecord(record);
  }
}

function cellsOf(change: ChangeModel): [string, unknown][] {
  if (change.kind === 'link-down') return [[change.link, 'down']];
  if (change.kind === 'link-up') return [[change.link, 'up']];
  if (change.kind !== 'link-set') return [];
  return Object.entries(change.toward as Toward).flatMap(([node, fields]) =>
    Object.entries(fields).map(([name, value]): [string, unknown] => [
      `${change.link}/${node}/${name}`,
      value,
    ]),
  );
}
