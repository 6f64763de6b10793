/** A unit, a counter that it knows, and upgrades of it, for tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { FromUnit, ServiceRow } from '../messages.ts';
import { unitVariable } from './unit-address.ts';
import { UnitProcess } from './unit-process.ts';
import { askUnit } from './unit-verbs.ts';

const counterFile = fileURLToPath(new URL('testing-counter.ts', import.meta.url));

export interface Serving {
  readonly serving: number;
  readonly version: string;
  readonly port: number;
}

export class Bench implements AsyncDisposable {
  readonly unitName: string;
  /** What the unit recorded. */
  readonly kinds: string[];
  readonly #unit: UnitProcess;
  readonly #first: ChildProcess;
  readonly #said: AsyncIterator<string>;
  port = 0;
  readonly #onKind: Map<string, () => void>;

  private constructor(
    unit: UnitProcess,
    unitName: string,
    kinds: string[],
    onKind: Map<string, () => void>,
  ) {
    this.#unit = unit;
    this.#onKind = onKind;
    this.kinds = kinds;
    this.unitName = unitName;
    const env = { ...process.env, [unitVariable]: unitName };
    this.#first = spawn(process.execPath, [counterFile, '1'], {
      ...{ env, stdio: ['ignore', 'pipe', 'inherit'], detached: true },
    });
    // A test that took too long is left, not ended: its processes must not outlive it.
    process.once('exit', this.#endProcesses);
    this.#said = createInterface({ input: this.#first.stdout! })[Symbol.asyncIterator]();
  }

  static async start(): Promise<Bench> {
    const name = `test-${randomBytes(4).toString('hex')}`;
    const kinds: string[] = [];
    const onKind = new Map<string, () => void>();
    const record = (kind: string) => {
      kinds.push(kind);
      onKind.get(kind)?.();
    };
    const bench = new Bench(
      await UnitProcess.start({ name, records: { record } }),
      name,
      kinds,
      onKind,
    );
    bench.port = (await bench.nextServing()).port;
    return bench;
  }

  async nextServing(): Promise<Serving> {
    const { value } = await this.#said.next();
    return JSON.parse(value) as Serving;
  }

  /** Inside the unit, as it records. */
  on(kind: string, callback: () => void): void {
    this.#onKind.set(kind, callback);
  }

  /** What became of it. */
  upgradeTo(version: string, fault = ''): Promise<FromUnit> {
    const command = [process.execPath, counterFile, version, fault];
    return askUnit(this.unitName, { kind: 'ask-upgrade', service: 'counter', command });
  }

  async rows(): Promise<readonly ServiceRow[]> {
    const answer = await askUnit(this.unitName, { kind: 'list' });
    return answer.kind === 'table' ? answer.services : [];
  }

  readonly #endProcesses = (): void => {
    process.kill(-this.#first.pid!, 'SIGKILL');
  };

  async [Symbol.asyncDispose](): Promise<void> {
    process.removeListener('exit', this.#endProcesses);
    this.#endProcesses();
    await this.#unit[Symbol.asyncDispose]();
  }
}
